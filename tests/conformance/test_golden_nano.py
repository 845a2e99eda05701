"""The golden windows come out the same in both runtimes and in every form; running them allocates nothing."""

import json
from collections.abc import Callable

import pytest

from conformance import golden_nano
from conformance.run_nano import golden_line
from measurement_plugin import Measure

RunScript = Callable[..., list[str]]
GOLDEN = json.loads(golden_nano.GOLDEN.read_text())


def test_the_golden_file_is_what_the_twin_makes() -> None:
    mcu = bytes.fromhex(GOLDEN["mcu"])
    assert GOLDEN["cases"] == golden_nano.CASES
    assert [golden_nano.expected_line(mcu, case) for case in GOLDEN["cases"]] == GOLDEN["lines"]


def test_cpython_reproduces_the_golden_windows() -> None:
    mcu = bytes.fromhex(GOLDEN["mcu"])
    assert [golden_line(mcu, case, "plain") for case in GOLDEN["cases"]] == GOLDEN["lines"]


@pytest.mark.micropython
@pytest.mark.parametrize("form", ["plain", "viper"])
def test_micropython_reproduces_the_golden_windows(
    form: str, micropython: str, run_script: RunScript, measure: Measure
) -> None:
    lines = run_script(micropython, "run_nano.py", "golden", form, golden_nano.GOLDEN)
    wrong = [pair for pair in zip(GOLDEN["lines"], lines, strict=True) if pair[0] != pair[1]]
    measure("NANO-BITEXACT", len(wrong), n=len(lines), device=f"micropython, {form}", detail=str(wrong))


def test_the_golden_windows_reach_every_limit() -> None:
    counters = [json.loads("[" + line.split(" [")[-2].rpartition("]")[0] + "]") for line in GOLDEN["lines"]]
    assert all(any(one[i] for one in counters) for i in range(3))
    assert any(not any(one) for one in counters)


@pytest.mark.micropython
def test_neither_chain_nor_stream_allocates(micropython: str, run_script: RunScript) -> None:
    report = json.loads(run_script(micropython, "measure_nano.py", golden_nano.GOLDEN)[-1])
    assert report["kernels"] == "viper"
    assert report["chain block"] == 0
    assert report["stream block"] == 0
    assert report["scorer block"] == 0
    assert report["window"] == 0
