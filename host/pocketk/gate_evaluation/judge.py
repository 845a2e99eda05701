"""Ways to say whether a clip is fit to be scored: our gate, and public ones where their packages are installed."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from pocketk.gate_evaluation.graded_clip import GradedClip
from pocketk_agent.quality.gate import flag_samples, judge_clip
from pocketk_agent.quality.reason import DISTURBANCES, QualityReason
from pocketk_agent.version import VERSION

OURS, OURS_ANY = "pocketk", "pocketk, any reason"
# NeuroKit2's averageQRS gives each sample 0 to 1 without saying what is good; its documentation calls 1 closest to the
# average beat, so the mean's middle parts good from bad.
_AVERAGE_QRS_GOOD = 0.5
_ECG_QUALITY_HZ = 250.0


@dataclass(frozen=True)
class Verdict:
    """What a judge says of a clip.

    Attributes:
        good: whether it is fit to be scored.
        reasons: why not, where the judge says so.
    """

    good: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judge:
    """A way to judge.

    Attributes:
        name: package and method.
        version: of the package.
        judge: a clip into a verdict.
    """

    name: str
    version: str
    judge: Callable[[GradedClip], Verdict]


def our_reasons(clip: GradedClip) -> tuple[QualityReason, ...]:
    """All that the gate says of a clip: of its samples, and of the clip as a whole."""
    flags = flag_samples(clip.ecg_mv, clip.fs_hz, clip.lead_off, clip.saturated).by_reason()
    present = {reason for reason, mask in flags.items() if mask.any()}
    if QualityReason.GAP not in present:
        present.update(judge_clip(clip.ecg_mv, clip.fs_hz, clip.mains_hz))
    return tuple(reason for reason in QualityReason if reason in present)


def our_judges() -> list[Judge]:
    """The gate's disturbances alone, which is what the grades are about, and all of its reasons."""
    latest: list[tuple[GradedClip, tuple[QualityReason, ...]]] = []

    def found(clip: GradedClip) -> tuple[QualityReason, ...]:
        # Both ask about the same clip one after the other.
        if not latest or latest[0][0] is not clip:
            latest[:] = [(clip, our_reasons(clip))]
        return latest[0][1]

    def of_recording(clip: GradedClip) -> Verdict:
        reasons = tuple(r.value for r in found(clip) if r in DISTURBANCES)
        return Verdict(not reasons, reasons)

    def of_any(clip: GradedClip) -> Verdict:
        reasons = tuple(r.value for r in found(clip))
        return Verdict(not reasons, reasons)

    return [Judge(OURS, VERSION, of_recording), Judge(OURS_ANY, VERSION, of_any)]


def public_judges() -> list[Judge]:
    """The public judges whose packages are installed, as their authors set them."""
    made = []
    for package, makers in _PUBLIC.items():
        try:
            found = version(package)
        except PackageNotFoundError:
            continue
        made += [Judge(name, found, make()) for name, make in makers.items()]
    return made


def absent_judges() -> list[str]:
    """Names of the public judges whose packages are not installed."""
    there = {judge.name for judge in public_judges()}
    return [name for makers in _PUBLIC.values() for name in makers if name not in there]


def _neurokit(method: str) -> Callable[[], Callable[[GradedClip], Verdict]]:
    def judge(clip: GradedClip) -> Verdict:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import neurokit2

            rate = round(clip.fs_hz)  # the package takes whole hertz
            clean = neurokit2.ecg_clean(clip.ecg_mv, sampling_rate=rate, powerline=round(clip.mains_hz))
            said = neurokit2.ecg_quality(clean, sampling_rate=rate, method=method)
        if isinstance(said, str):
            return Verdict(said != "Unacceptable", (said,))
        return Verdict(bool(np.nanmean(np.asarray(said, np.float64)) >= _AVERAGE_QRS_GOOD))

    return lambda: judge


def _ecg_quality(model: str) -> Callable[[], Callable[[GradedClip], Verdict]]:
    def make() -> Callable[[GradedClip], Verdict]:
        # GPL, not a dependency: whoever has it installed sees it beside ours.
        from ecg_quality.ECGQualityChecker import ECGQualityChecker  # pyright: ignore[reportMissingImports]
        from scipy.signal import resample

        checker = ECGQualityChecker(model=model, return_mode="binary_qrs", return_type="intervals")

        def judge(clip: GradedClip) -> Verdict:
            n = round(clip.ecg_mv.size * _ECG_QUALITY_HZ / clip.fs_hz)
            said = np.asarray(checker.process_signal(resample(clip.ecg_mv, n)), np.float64)
            return Verdict(bool(np.nanmean(said == 1.0) > 0.5))

        return judge

    return make


_PUBLIC: dict[str, dict[str, Callable[[], Callable[[GradedClip], Verdict]]]] = {
    "neurokit2": {
        "neurokit2 averageQRS": _neurokit("averageQRS"),
        "neurokit2 zhao2018": _neurokit("zhao2018"),
    },
    "ecg-quality": {"ecg-quality cnn2s": _ecg_quality("cnn2s")},
}
