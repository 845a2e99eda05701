"""Every check of the bench on the chain as it is shipped, and what each figure is promised to be."""

import pytest

from measurement_plugin import Measure
from pocketk.bench_check.bench_report import BenchReport, run_bench
from pocketk.bench_check.chain import shipped_chain
from pocketk.bench_check.digital_noise import noise_check
from pocketk.bench_check.pulse_response import train_check

LABELS = {
    "BENCH-BAND-POCKETK-HANDHELD-V1",
    "BENCH-BAND-ECGFOUNDER-V1",
    "BENCH-STEP-POCKETK-HANDHELD-V1",
    "BENCH-STEP-ECGFOUNDER-V1",
}
PROMISED = (
    "BENCH-GENERATOR",
    "BENCH-AMPLITUDE",
    "BENCH-OFFSET",
    "BENCH-NOISE",
    "BENCH-QUANTISATION",
    "BENCH-BAND-STORED",
    "BENCH-BAND-DISPLAY",
    "BENCH-UNDERSHOOT-STORED",
    "BENCH-SLOPE-STORED",
    "BENCH-UNDERSHOOT-DISPLAY",
    "BENCH-SLOPE-DISPLAY",
    "BENCH-STEP-STORED",
    "BENCH-PULSE-TRAIN",
    "BENCH-TALL-T",
    "BENCH-RATE",
    "BENCH-RATE-STEP-UP",
    "BENCH-RATE-STEP-DOWN",
    "BENCH-RATE-ALTERNATING",
    "BENCH-PACER-CAPTURED",
    "BENCH-PACER-INEFFECTIVE",
    "BENCH-PACER-ALONE",
    "BENCH-PAPER-SPEED",
    "BENCH-PAPER-GAIN",
    "BENCH-PAPER-PULSE",
)


@pytest.fixture(scope="module")
def report() -> BenchReport:
    return run_bench(shipped_chain())


@pytest.mark.parametrize("id_", PROMISED)
def test_the_shipped_chain_keeps_what_is_promised(report: BenchReport, id_: str, measure: Measure) -> None:
    result = next(r for r in report.results if r.id == id_)
    measure(id_, result.measured, detail=result.note)
    assert result.passed


def test_nothing_fails_that_must_not(report: BenchReport) -> None:
    assert {r.id for r in report.results if not r.as_expected} == set()


def test_only_the_networks_own_bands_are_labelled_as_failing(report: BenchReport) -> None:
    assert {r.id for r in report.results if r.expected_to_fail} == LABELS


def test_a_label_says_that_the_band_is_never_the_diagnostic_strip(report: BenchReport) -> None:
    assert all("never the diagnostic strip" in r.note for r in report.results if r.id in LABELS)


def test_the_limits_of_the_register_are_those_of_the_bench(report: BenchReport, requirements_catalogue) -> None:
    for result in report.results:
        if result.id in PROMISED:
            row = requirements_catalogue.find(result.id)
            assert (row.low, row.high, row.unit) == (pytest.approx(result.low, rel=1e-3), result.high, result.unit)


def test_every_check_has_a_name_of_its_own_and_says_where_its_limit_is_from(report: BenchReport) -> None:
    assert len({r.id for r in report.results}) == len(report.results)
    assert all(r.source and r.clause and r.title for r in report.results)


def test_the_same_chain_gives_the_same_figures(report: BenchReport) -> None:
    again = run_bench(shipped_chain(), (noise_check, train_check))
    known = {r.id: r for r in report.results}
    assert all(known[r.id] == r for r in again.results)
