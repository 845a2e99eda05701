"""The firmware's codec gives the same bytes, fields and counters in CPython and in MicroPython."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance import decode_stream, golden_wire, replay_golden
from conformance.faulty_stream import FaultyStream, faulty_stream
from measurement_plugin import Measure

RunScript = Callable[..., list[str]]
GOLDEN = json.loads(golden_wire.GOLDEN.read_text())
N_STREAMS, FRAMES_PER_STREAM, FAULT_RATE = 200, 30, 0.01


def replayed_in_cpython() -> list[str]:
    lines: list[str] = []
    for part in (
        replay_golden.replay_vectors,
        replay_golden.replay_malformed,
        replay_golden.replay_counts_file,
    ):
        part(GOLDEN, lines.append)
    return lines


def expected_lines() -> list[str]:
    """What replay_golden.py must print, taken from the golden file alone."""
    lines = []
    for i, vector in enumerate(GOLDEN["vectors"]):
        number, fields = golden_wire.reference_wire.LAYOUT[vector["message"]]
        values = [vector["fields"][name] for name, _ in fields]
        sequence = (GOLDEN["first_sequence"] + i) % 65536
        lines.append([vector["name"], vector["wire"], [number, sequence, vector["auth"], vector["payload"], values]])
    lines.append([len(GOLDEN["vectors"]), 0, 0])
    lines += [[case["message"], case["what"], "refused"] for case in GOLDEN["malformed"]]
    case = GOLDEN["counts_file"]
    lines.append(
        ["counts file", case["file"], len(case["counts"]), case["counts"], case["flags"], [*case["header"].values()]]
    )
    return [json.dumps(line) for line in lines]


def test_the_golden_file_is_what_the_reference_makes() -> None:
    assert golden_wire.GOLDEN.read_text() == golden_wire.text()


def test_every_message_has_a_golden_vector() -> None:
    assert {vector["message"] for vector in GOLDEN["vectors"]} == set(replay_golden.BY_NAME)
    assert {case["message"] for case in GOLDEN["malformed"]} == set(replay_golden.BY_NAME)


def test_cpython_reproduces_the_golden_vectors() -> None:
    assert replayed_in_cpython() == expected_lines()


@pytest.mark.micropython
def test_both_runtimes_reproduce_the_golden_vectors(micropython: str, run_script: RunScript, measure: Measure) -> None:
    expected = expected_lines()
    in_micropython = run_script(micropython, "replay_golden.py", golden_wire.GOLDEN)
    assert len(in_micropython) == len(expected)
    rows = zip(expected, replayed_in_cpython(), in_micropython, strict=True)
    unequal = [row for row in rows if len(set(row)) > 1]
    measure("WIRE-ROUNDTRIP", len(unequal), n=len(expected), device="micropython", detail=str(unequal))


def make_streams(seed: int) -> list[FaultyStream]:
    rng = random.Random(seed)
    return [faulty_stream(rng, FRAMES_PER_STREAM, FAULT_RATE) for _ in range(N_STREAMS)]


def decoded_in_cpython(streams: list[FaultyStream]) -> list[str]:
    lines: list[str] = []
    for stream in streams:
        decode_stream.decode(stream.wire, lines.append)
    return lines


def decoded_in(micropython: str, run_script: RunScript, streams: list[FaultyStream], folder: Path) -> list[str]:
    path = folder / "streams.txt"
    path.write_text("".join(stream.wire.hex() + "\n" for stream in streams))
    return run_script(micropython, "decode_stream.py", path)


def false_accepts(lines: list[str], streams: list[FaultyStream]) -> int:
    """Count the delivered frames that their stream never sent."""
    wrong = 0
    remaining = iter(streams)
    sent = set(next(remaining).sent)
    for line in lines:
        if line.startswith("frame"):
            wrong += line not in sent
        else:  # the counters end a stream
            sent = set(next(remaining, FaultyStream()).sent)
    return wrong


@pytest.mark.micropython
def test_faulty_streams_decode_alike_and_yield_only_what_was_sent(
    micropython: str, run_script: RunScript, tmp_path: Path, measure: Measure
) -> None:
    streams = make_streams(20260101)
    n_sent = sum(len(stream.sent) for stream in streams)
    in_cpython = decoded_in_cpython(streams)
    in_micropython = decoded_in(micropython, run_script, streams, tmp_path)
    assert in_micropython == in_cpython
    n_delivered = sum(line.startswith("frame") for line in in_cpython)
    n_faults = sum(stream.faults for stream in streams)
    assert n_faults > 0.04 * n_sent  # six kinds at 1 % each
    assert n_sent - 2 * n_faults < n_delivered < n_sent  # a fault costs at most its frame and the next
    measure("WIRE-FALSE-ACCEPT", false_accepts(in_cpython, streams), n=n_sent)
    measure("WIRE-FALSE-ACCEPT", false_accepts(in_micropython, streams), n=n_sent, device="micropython")


@pytest.mark.micropython
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_other_faulty_streams_too(micropython: str, run_script: RunScript, tmp_path: Path, seed: int) -> None:
    streams = make_streams(seed)
    in_cpython = decoded_in_cpython(streams)
    assert decoded_in(micropython, run_script, streams, tmp_path) == in_cpython
    assert false_accepts(in_cpython, streams) == 0


def test_a_frame_that_was_never_sent_is_noticed() -> None:
    stream = FaultyStream(sent=["frame 1 0 00"])
    assert false_accepts(["frame 1 0 00", "frame 1 0 01", "delivered=2"], [stream]) == 1
