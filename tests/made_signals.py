"""Calibration signals of a front end with known faults, made by formula, for tests."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from pocketk.signing.fake_signer import FakeSigner
from pocketk.signing.signer import Signer
from pocketk_agent.bundle.public_key import PublicKey
from pocketk_agent.front_end import FrontEnd
from pocketk_agent.front_end_calibration.record import Figure, FrontEndCalibration
from pocketk_agent.front_end_calibration.recording import CalibrationRecording, CalibrationSignal
from pocketk_agent.front_end_calibration.signal_set import CalibrationSignalSet
from pocketk_agent.front_end_calibration.signed_calibration import SignedCalibration

MADE_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
DUE_AT = MADE_AT + timedelta(days=365)
FRONT_END = FrontEnd(
    serial="PK-0001",
    firmware="none",
    runtime="made up",
    profile="ads1292r",
    lead="I",
    fs_hz=500.0,
    lsb_mv=2.42e3 / (12 * (2**23 - 1)),
    zero_counts=0,
    rail_low_counts=-(2**23),
    rail_high_counts=2**23 - 1,
    adc_bits=24,
)
RECORD = FrontEndCalibration(
    serial=FRONT_END.serial,
    profile=FRONT_END.profile,
    firmware=FRONT_END.firmware,
    made_at=MADE_AT,
    due_at=DUE_AT,
    lsb_mv=FRONT_END.lsb_mv,
    zero_counts=0,
    fs_hz=500.0,
    test_mv=1.0,
    gain=Figure(1.03, 0.0231, 10, 1e-5),
    polarity=1,
    offset_counts=Figure(4000.0, 3.0, 20, 5.0),
    rate_hz=Figure(500.05, 0.06, 12000, 0.01),
    noise_rms_uv=Figure(0.5, 0.02, 20, 0.03),
    noise_peak_to_peak_uv=Figure(3.1, 0.2, 11, 0.1),
    lead_off_open_share=1.0,
    lead_off_closed_share=0.0,
    agent_version="0.1.0",
    fit_version="1",
)


@dataclass(frozen=True)
class Faults:
    """What is wrong with a made-up front end."""

    gain: float = 1.0
    offset_counts: float = 0.0
    ppm: float = 0.0
    noise_uv: float = 0.6
    jitter_us: float = 5.0
    settling_s: float = 0.004
    phase_s: float = 0.0


def _edges(n: int, faults: Faults, rng: np.random.Generator) -> np.ndarray:
    ideal_s = np.arange(n) / (FRONT_END.fs_hz * (1 + 1e-6 * faults.ppm))
    return ((5.0 + ideal_s) * 1e9 + rng.uniform(0, faults.jitter_us * 1e3, n)).astype(np.int64)


def recording(
    signal: CalibrationSignal, signal_mv: np.ndarray, faults: Faults, seed: int, lead_off: bool = False
) -> CalibrationRecording:
    """A recording of millivolts (n,) through the faulty front end."""
    rng = np.random.default_rng(seed)
    noisy_mv = faults.gain * signal_mv + 1e-3 * faults.noise_uv * rng.standard_normal(signal_mv.size)
    counts = np.rint(noisy_mv / FRONT_END.lsb_mv + faults.offset_counts).astype(np.int32)
    return CalibrationRecording(
        signal=signal,
        counts=counts,
        lead_off=np.full(counts.size, lead_off),
        edge_ns=_edges(counts.size, faults, rng),
        nominal_fs_hz=FRONT_END.fs_hz,
        lsb_mv=FRONT_END.lsb_mv,
        test_mv=1.0 if signal.startswith("test") else None,
        serial=FRONT_END.serial,
    )


def square_mv(seconds: float, faults: Faults) -> np.ndarray:
    """The chip's 1 Hz square of +-1 mV in the chip's own time, with a single-pole settling."""
    t_s = np.arange(round(seconds * FRONT_END.fs_hz)) / FRONT_END.fs_hz + faults.phase_s
    into_s = t_s % 0.5
    target = np.where((t_s % 1.0) < 0.5, 1.0, -1.0)
    return target * (1.0 - 2.0 * np.exp(-into_s / faults.settling_s))


def signals(faults: Faults | None = None, seed: int = 0, seconds: float = 24.0) -> CalibrationSignalSet:
    """All signals of one front end."""
    bad = faults or Faults()
    still = np.zeros(round(seconds * FRONT_END.fs_hz))
    return CalibrationSignalSet(
        front_end=FRONT_END,
        agent_version="0.1.0",
        square=recording("test-square", square_mv(seconds, bad), bad, seed),
        shorted=recording("shorted", still, bad, seed + 1),
        open_inputs=recording("inputs", still[:1000], bad, seed + 2, lead_off=True),
        closed_inputs=recording("inputs", still[:1000], bad, seed + 3),
        level=recording("test-level", still[:1000] + 1.0, bad, seed + 4),
    )


def signer(name: str = "Clinic calibration") -> FakeSigner:
    """An open signer of a key that follows from its name."""
    made = FakeSigner(name)
    made.open()
    return made


def signed(record: FrontEndCalibration = RECORD, by: Signer | None = None) -> SignedCalibration:
    """A record with its signature."""
    key = by or signer()
    draft = SignedCalibration(record, key.public_key().key_id)
    return draft.signed(key.sign(draft.message()))


def public_key(name: str = "Clinic calibration") -> PublicKey:
    return signer(name).public_key()


def with_shorted(made: CalibrationSignalSet, shorted: CalibrationRecording) -> CalibrationSignalSet:
    return replace(made, shorted=shorted)
