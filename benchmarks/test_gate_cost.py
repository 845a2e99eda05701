"""What the filters, the QRS detector and the quality gate cost beside a live stream, on one core."""

import time
import tracemalloc

import numpy as np

from pocketk_agent.patient.profile import profile_shape
from pocketk_agent.patient.strip import StripRequest, simulate_strip
from pocketk_agent.quality.second_gate import SecondGate
from pocketk_agent.signal.preparation import prepare_strip
from pocketk_agent.signal.qrs_detector import QrsDetector

FS_HZ, BLOCK, SECONDS, ROUNDS = 500.0, 25, 60, 5


def stream_mv() -> np.ndarray:
    request = StripRequest(float(SECONDS), FS_HZ, 50.0, None)
    strip = simulate_strip(profile_shape("typical", 4.1), request, np.random.default_rng(2))
    return np.nan_to_num(strip.ecg_mv)


def follow(x: np.ndarray, gate: SecondGate, detector: QrsDetector) -> None:
    for k in range(0, x.size, BLOCK):
        gate.feed(x[k : k + BLOCK])
        detector.feed(x[k : k + BLOCK])


def test_gate_filters_and_qrs_take_a_fiftieth_of_a_core(measure):
    x, spent_s = stream_mv(), []
    for _ in range(ROUNDS):
        gate, detector = SecondGate(FS_HZ), QrsDetector(FS_HZ)
        began = time.process_time()
        follow(x, gate, detector)
        # The preparation of a measurement runs once on its 30 s.
        for start in (0, 30):
            prepare_strip(x[round(start * FS_HZ) :][: round(30 * FS_HZ)], FS_HZ)
        spent_s.append(time.process_time() - began)
    share = float(np.median(spent_s)) / SECONDS
    print(
        f"\n{SECONDS} s in blocks of {BLOCK}: median {np.median(spent_s):.3f} s of processor time, {100 * share:.2f} %"
    )
    measure("GATE-COST", share, n=ROUNDS, detail=f"{SECONDS} s each, processor time")


def test_nothing_is_kept_for_a_sample_after_warm_up(measure):
    x, gate, detector = stream_mv(), SecondGate(FS_HZ), QrsDetector(FS_HZ)
    follow(x, gate, detector)
    tracemalloc.start()
    follow(x, gate, detector)
    before = tracemalloc.get_traced_memory()[0]
    follow(x, gate, detector)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    measure("GATE-ALLOCATION", grown / x.size, n=x.size, detail=f"{grown} bytes over {x.size} samples")
