"""What is said of a file that gives other logits on other CPUs, and what a device is allowed."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketk.export.across_cpus.cpu_agreement import (
    LEAST_FLOAT_TOLERANCE,
    MOST_OF_SD,
    CpuAgreement,
    compare_across_cpus,
    golden_tolerance,
)
from pocketk.export.across_cpus.cpu_error import CpuError
from pocketk.export.across_cpus.fake_cpu import FakeCpu
from pocketk_agent.bundle.model_file import MAX_GOLDEN_ATOL_LOGIT

MODEL = Path("model.tflite")
CLIPS = np.random.default_rng(0).normal(size=(10, 1, 50)).astype(np.float32)


def cpu(name: str, off_by: float = 0.0, clip: int = 3) -> FakeCpu:
    """Logits of SD 2, one of them off."""

    def answer(clips):
        logits = clips[:, :, 0].astype(np.float64)
        logits *= 2 / logits.std()
        logits[clip] += off_by
        return logits

    return FakeCpu(name, answer)


def agreement(difference: float, fraction: float) -> CpuAgreement:
    return CpuAgreement("other", "first", difference, fraction, int(difference > 0), 10, "fake 1")


def test_every_cpu_but_the_first_is_compared_with_it():
    near, far = compare_across_cpus(MODEL, CLIPS, [cpu("a"), cpu("b"), cpu("c", 0.5)])
    assert (near.cpu, near.reference, near.max_abs_difference, near.clips_changed) == ("b", "a", 0.0, 0)
    assert (far.cpu, far.clips_changed, far.n, far.runtime) == ("c", 1, 10, "fake 1")
    assert far.max_abs_difference == pytest.approx(0.5, rel=1e-5)
    assert far.fraction_of_sd == pytest.approx(0.25, rel=1e-5)


def test_a_fraction_is_that_of_the_output_with_the_smallest_spread():
    def wide(clips):
        return np.concatenate([100 * clips[:, :, 0], clips[:, :, 1]], axis=1)

    def moved(clips):
        return wide(clips) + np.array([0.0, 0.1], np.float32)

    (found,) = compare_across_cpus(MODEL, CLIPS, [FakeCpu("a", wide), FakeCpu("b", moved)])
    assert found.fraction_of_sd == pytest.approx(0.1 / CLIPS[:, 0, 1].std(), rel=1e-3)


@pytest.mark.parametrize(("clips", "n_cpus"), [(CLIPS[:1], 2), (CLIPS[:, 0], 2), (CLIPS, 1)])
def test_too_few_clips_or_cpus_are_refused(clips, n_cpus: int):
    with pytest.raises(ValueError, match="two clips"):
        compare_across_cpus(MODEL, clips, [cpu("a"), cpu("b")][:n_cpus])


def test_one_logit_for_every_clip_is_no_scale():
    same = FakeCpu("a", lambda clips: np.ones((len(clips), 1), np.float32))
    with pytest.raises(ValueError, match="same logit"):
        compare_across_cpus(MODEL, CLIPS, [same, cpu("b")])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_logits_that_are_not_finite_are_refused_by_name(value: float):
    with pytest.raises(CpuError, match="broken gave logits"):
        compare_across_cpus(MODEL, CLIPS, [cpu("a"), cpu("broken", value)])


def test_another_number_of_outputs_is_refused():
    with pytest.raises(CpuError, match="of shape"):
        compare_across_cpus(MODEL, CLIPS, [cpu("a"), FakeCpu("b", lambda clips: clips[:, 0, :2])])


def test_an_exact_file_that_agrees_is_allowed_nothing():
    assert golden_tolerance(agreement(0.0, 0.0), exact=True) == 0.0


def test_an_exact_file_that_differs_at_all_is_refused():
    with pytest.raises(CpuError, match="full static int8 file must give the same logits"):
        golden_tolerance(agreement(1e-7, 1e-7), exact=True)


def test_more_than_two_percent_of_the_sd_is_refused_with_what_to_do():
    with pytest.raises(CpuError, match=r"at most 2 % may be.*Export tflite-int8"):
        golden_tolerance(agreement(0.05, 1.01 * MOST_OF_SD), exact=False)


def test_a_fraction_that_is_not_a_number_is_refused():
    with pytest.raises(CpuError, match="at most 2 %"):
        golden_tolerance(agreement(0.05, float("nan")), exact=False)


@pytest.mark.parametrize(("difference", "allowed"), [(0.0, 4e-5), (1e-6, 4e-5), (3.01e-3, 6.1e-3), (0.004, 0.008)])
def test_a_float_file_is_allowed_twice_what_was_seen_rounded_up(difference: float, allowed: float):
    assert golden_tolerance(agreement(difference, MOST_OF_SD), exact=False) == allowed


@given(st.floats(0, MAX_GOLDEN_ATOL_LOGIT / 2))
def test_a_tolerance_holds_twice_the_difference_and_a_manifest_takes_it(difference: float):
    allowed = golden_tolerance(agreement(difference, MOST_OF_SD), exact=False)
    assert allowed >= max(2 * difference, LEAST_FLOAT_TOLERANCE) * (1 - 1e-9)
    assert allowed <= MAX_GOLDEN_ATOL_LOGIT
