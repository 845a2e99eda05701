"""Readers of recordings: one lead in millivolts out of WFDB, EDF, CSV, .npy and .counts files."""

from pocketk_agent.recording_file.file_format import read_recording
from pocketk_agent.recording_file.native_counts import NativeCounts
from pocketk_agent.recording_file.recorded_strip import RecordedStrip
from pocketk_agent.recording_file.recording_file_error import RecordingFileError

__all__ = ["NativeCounts", "RecordedStrip", "RecordingFileError", "read_recording"]
