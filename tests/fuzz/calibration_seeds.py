"""Sound calibrations of a front end, and files of its signals, to start fuzzing from."""

from datetime import UTC, datetime

import numpy as np

from pocketk_agent.front_end import FrontEnd
from pocketk_agent.front_end_calibration.record import Figure, FrontEndCalibration
from pocketk_agent.front_end_calibration.recording import CalibrationRecording, CalibrationSignal
from pocketk_agent.front_end_calibration.recording_file import signals_bytes
from pocketk_agent.front_end_calibration.signal_set import CalibrationSignalSet
from pocketk_agent.front_end_calibration.signed_calibration import SignedCalibration

_FRONT_END = FrontEnd("PK-1", "none", "fuzz", "ads1292r", "I", 500.0, 4.8e-5, 0, -(2**23), 2**23 - 1, 24)


def calibration_seeds() -> list[bytes]:
    """One that is well formed; its signature is checked elsewhere."""
    one = Figure(1.0, 0.02, 10, 0.001)
    record = FrontEndCalibration(
        serial="PK-1",
        profile="ads1292r",
        firmware="none",
        made_at=datetime(2026, 3, 1, tzinfo=UTC),
        due_at=datetime(2027, 3, 1, tzinfo=UTC),
        lsb_mv=4.8e-5,
        zero_counts=0,
        fs_hz=500.0,
        test_mv=1.0,
        gain=one,
        polarity=1,
        offset_counts=one,
        rate_hz=Figure(500.05, 0.06, 12_000, 0.01),
        noise_rms_uv=one,
        noise_peak_to_peak_uv=one,
        lead_off_open_share=1.0,
        lead_off_closed_share=0.0,
        agent_version="0.1.0",
        fit_version="1",
    )
    return [SignedCalibration(record, "0" * 32, bytes(64)).to_bytes()]


def signal_seeds() -> list[bytes]:
    """Four samples of each signal."""

    def recording(signal: CalibrationSignal) -> CalibrationRecording:
        counts = np.arange(4, dtype=np.int32)
        test_mv = 1.0 if signal.startswith("test") else None
        return CalibrationRecording(
            signal, counts, counts > 1, counts.astype(np.int64), 500.0, _FRONT_END.lsb_mv, test_mv, _FRONT_END.serial
        )

    inputs = recording("inputs")
    made = CalibrationSignalSet(_FRONT_END, "0.1.0", recording("test-square"), recording("shorted"), inputs, inputs)
    return [signals_bytes(made)]
