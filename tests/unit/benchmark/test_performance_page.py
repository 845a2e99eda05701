"""The record of `make benchmark-inference` and the page that is rendered from it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.cold_start import ColdStarts
from inference.interleaved import WARM_UP, Spread, time_ways
from inference.page import page_markdown
from inference.record import CpuRow, PerformanceRecord, TimedWay
from inference.strip_profile import WHOLE
from pocketk.export.across_cpus.cpu_agreement import CpuAgreement
from pocketk.export.formats.export_record import Machine

ONE = Spread(2.0, 1.0, 3.0, 10)
EAGER = TimedWay("published size", "torch eager", "torch", False, None, "", False, ONE, ONE)
INT8 = TimedWay(
    "pocketk-s", "tflite-int8", "ai-edge-litert", True, 360_000, "ab", True, ONE, Spread(75.0, 70.0, 80.0, 10)
)
COLD = ColdStarts(
    "pocketk-s", "model.onnx", "onnxruntime", 3_000_000, ONE, ONE, ONE, ONE, {"imports": ONE, "first score": ONE}
)
RECORD = PerformanceRecord(
    machine=Machine("a processor", 2, ("avx2",), "Linux", {"numpy": "2"}),
    threads=1,
    load_before=0.1,
    load_after=1.0,
    strips="8 strips",
    weights={"pocketk-s": "trained on simulated patients"},
    strip=(EAGER, INT8),
    clip=(replace(INT8, gate=None),),
    profile_ms={"pocketk-s, tflite-int8": {"preparation": Spread(0.5, 0.4, 0.6, 10), WHOLE: ONE}},
    cold=(COLD,),
    other_cpus=(CpuRow("onnx-fp32", CpuAgreement("aarch64", "this", 1e-6, 1e-6, 3, 32, "onnxruntime 1")),),
)


def test_a_record_comes_back_from_its_json():
    assert PerformanceRecord.from_json(RECORD.to_json()) == RECORD


def test_a_record_of_another_schema_is_refused():
    text = RECORD.to_json().replace('"schema": 1', '"schema": 99')
    with pytest.raises(ValueError, match="measure anew"):
        PerformanceRecord.from_json(text)


def test_the_page_shows_every_row_and_what_the_figures_are_not():
    page = page_markdown(RECORD)
    assert "| pocketk-s | tflite-int8, the shipped file | ai-edge-litert | yes | 0.36 | 2.00 (1.00-3.00) |" in page
    assert "Nothing here is a Raspberry Pi number" in page
    assert "| what joins them | 1.50 | 75 % |" in page
    assert "timing not meaningful" in page


def test_without_other_cpus_the_page_says_nothing_of_them():
    assert "qemu" not in page_markdown(replace(RECORD, other_cpus=()))


def test_a_row_that_is_not_there_is_not_found():
    with pytest.raises(StopIteration):
        RECORD.row("pocketk-s", "tflite-int8", gate=False)


def test_the_page_in_docs_is_what_its_record_renders_to(pytestconfig: pytest.Config):
    docs = Path(pytestconfig.rootpath) / "docs"
    kept = [docs / name for name in ("performance.json", "performance.md") if (docs / name).is_file()]
    if not kept:
        pytest.skip("nothing was measured yet: make benchmark-inference")
    record, page = (path.read_text(encoding="utf-8") for path in kept)
    assert page == page_markdown(PerformanceRecord.from_json(record))


def test_a_way_is_charged_for_its_own_calls_and_not_for_warming_up():
    now, calls = [0.0], {"slow": 0, "fast": 0}

    def way(name: str, seconds: float):
        def work(_: int) -> None:
            calls[name] += 1
            now[0] += seconds

        return work

    found = time_ways({"slow": way("slow", 0.008), "fast": way("fast", 0.001)}, [1, 2], 5, lambda: now[0])
    assert np.allclose(found["slow"], 8.0)
    assert np.allclose(found["fast"], 1.0)
    assert calls == dict.fromkeys(calls, 2 * (5 + WARM_UP))


def test_no_call_meets_the_input_of_the_call_before():
    seen: list[int] = []
    time_ways({"only": seen.append}, [1, 2, 3], 4)
    assert all(first != second for first, second in zip(seen[::2], seen[1::2], strict=True))


@pytest.mark.parametrize(("inputs", "rounds"), [([1], 3), ([1, 2], 0)])
def test_too_little_to_measure_is_refused(inputs: list[int], rounds: int):
    with pytest.raises(ValueError, match="give at least 2 and 1"):
        time_ways({"only": lambda _: None}, inputs, rounds)


@pytest.mark.parametrize("values", [[], [1.0, float("nan")]])
def test_a_spread_of_nothing_or_of_no_number_is_refused(values: list[float]):
    with pytest.raises(ValueError, match="values, expected some"):
        Spread.of(values)
