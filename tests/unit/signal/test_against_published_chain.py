"""Preprocessing on real recordings, against the published formulas and against long double."""

import numpy as np
import pytest
from scipy import signal
from scipy.ndimage import median_filter

from long_double_filter import zero_phase
from pocketk_agent.signal import find_variant, prepare_clips
from pocketk_agent.signal.preparation import filter_segment
from pocketk_agent.signal.resampling import resample
from published_chain import published_clips, published_zero_padded
from real_records import REAL_RECORDS, RealRecord

BANDS = {"pocketk-handheld-v1": (0.5, 40.0), "ecgfounder-v1": (0.67, 40.0)}

pytestmark = pytest.mark.data


@pytest.mark.parametrize("mains_hz", [50.0, 60.0])
@pytest.mark.parametrize("variant", BANDS)
@pytest.mark.parametrize("record", REAL_RECORDS, ids=lambda r: r.name)
def test_clips_equal_the_published_transcription(
    record: RealRecord, variant: str, mains_hz: float, pocketk_data, measure
):
    ecg_mv, fs_hz = record.load(pocketk_data)
    ours = prepare_clips(ecg_mv, fs_hz, variant, mains_hz)[:, 0]
    published = published_clips(ecg_mv, fs_hz, BANDS[variant], mains_hz)
    assert ours.shape == published.shape
    measure("SIG-PUBLISHED", float(np.abs(ours - published).max()), n=ours.size)


@pytest.mark.parametrize("mains_hz", [50.0, 60.0])
@pytest.mark.parametrize("record", REAL_RECORDS[::2], ids=lambda r: r.name)
def test_filtered_millivolts_equal_long_double_sections(record: RealRecord, mains_hz: float, pocketk_data, measure):
    ecg_mv, fs_hz = record.load(pocketk_data)
    x = resample(ecg_mv, round(len(ecg_mv) * 500 / fs_hz))
    notch = np.concatenate(signal.iirnotch(mains_hz, 30, 500))[None]
    band = np.asarray(signal.butter(4, (0.5, 40.0), "bandpass", fs=500, output="sos"))
    reference = zero_phase(zero_phase(x, notch), band).astype(np.float64)
    reference -= median_filter(reference, 201, mode="constant")
    ours = filter_segment(x, find_variant("pocketk-handheld-v1"), mains_hz)
    measure("SIG-SOS", float(np.abs(ours - reference).max()), n=ours.size)


@pytest.mark.parametrize("seconds", [7.0, 22.0, 30.0])
def test_published_zero_padding_is_there_when_asked_for_by_name(seconds: float, pocketk_data):
    ecg_mv, fs_hz = RealRecord("", "cinc2017-sample/A00001.hea", None, seconds).load(pocketk_data)
    ours = prepare_clips(ecg_mv, fs_hz, short="zero-pad-published")[:, 0]
    assert np.abs(ours - published_zero_padded(ecg_mv, fs_hz, 50.0)).max() < 5e-4
