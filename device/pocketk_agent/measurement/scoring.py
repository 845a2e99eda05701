"""From a strip in millivolts to one outcome: gate, preprocessing, network, decision."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.bundle.manifest import Manifest
from pocketk_agent.inference.runner import Runner, RunnerError, checked_logits
from pocketk_agent.measurement.clip_search import FoundClips, Reasons, find_clips, is_conclusive
from pocketk_agent.measurement.decision import (
    CONCLUSIVE,
    OTHER_LEAD,
    SCORED_LEADS,
    DeviceFault,
    Doubt,
    Evidence,
    decide,
)
from pocketk_agent.measurement.strip import Strip
from pocketk_agent.outcome import Outcome
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.signal.variant import Variant, find_variant

__all__ = ["QualityReport", "Scored", "Strip", "enough_clips", "quality_of", "score_strip"]


@dataclass(frozen=True)
class QualityReport:
    """What the gate found.

    Attributes:
        reason_s: seconds that each reason touches, most disabling reason first.
        clip_reasons: for each clip that preprocessing offered, why it was refused; empty where it passed.
    """

    reason_s: dict[QualityReason, float]
    clip_reasons: tuple[Reasons, ...]

    @property
    def reasons(self) -> Reasons:
        """All reasons, in the order of the enumeration."""
        found = set(self.reason_s).union(*self.clip_reasons)
        return tuple(r for r in QualityReason if r in found)

    @property
    def passed(self) -> tuple[bool, ...]:
        """For each clip, whether it may be scored."""
        return tuple(not reasons for reasons in self.clip_reasons)

    @property
    def conclusive(self) -> int:
        """Clips that were refused only for what another recording would show as well."""
        return sum(is_conclusive(reasons) for reasons in self.clip_reasons)


@dataclass(frozen=True)
class Scored:
    """An outcome and what it rests on.

    Attributes:
        outcome: the one outcome.
        quality: what the gate found.
        clip_start_s: where the scored clips begin.
        clips: (n, 1, N) the scored clips.
        logits: (n, H) their logits, None where nothing was scored; for engineers, never shown as a result.
    """

    outcome: Outcome
    quality: QualityReport
    clip_start_s: tuple[float, ...]
    clips: NDArray[np.float32]
    logits: NDArray[np.float32] | None


def quality_of(found: FoundClips, fs_hz: float) -> QualityReport:
    """What the gate found, in seconds and reasons."""
    seconds = {r: float(np.count_nonzero(m)) / fs_hz for r, m in found.flags.by_reason().items()}
    return QualityReport({r: s for r, s in seconds.items() if s > 0.0}, found.verdicts)


def enough_clips(strip: Strip, variant: str) -> tuple[bool, Reasons]:
    """Whether a strip holds a full measurement, by the same gate and preparation that score it, and if not, why.

    A recording that no further second can help (a pacemaker) is long enough as well.

    Raises:
        SignalError: the strip cannot be prepared at all.
    """
    found = find_clips(strip, variant)
    quality = quality_of(found, strip.fs_hz)
    return len(found.clips) + quality.conclusive >= find_variant(variant).n_clips, quality.reasons


def _short(seconds: float, variant: Variant) -> Doubt:
    whole, wanted = int(seconds + 1e-6), round(variant.measurement_s)
    return Doubt(f"{whole} s of {wanted}", f"Only {whole} s of good signal out of {wanted} s were recorded.")


def _evidence(found: FoundClips, quality: QualityReport, strip: Strip, wanted: int, variant: Variant) -> Evidence:
    """What the gate's findings alone say."""
    doubts = tuple(doubt for reason, doubt in CONCLUSIVE.items() if reason in quality.reasons)
    poor = tuple(r for r in quality.reasons if r not in CONCLUSIVE)
    usable = len(found.clips) + quality.conclusive
    # Beside clips of a heart too slow or too fast, one that seems in range may have noise counted as beats (S1).
    out_of_range = QualityReason.RATE_OUT_OF_RANGE in poor
    if poor and (out_of_range or not usable):
        return Evidence(poor=poor, doubts=doubts)
    if usable < wanted:
        good_s = usable * variant.clip_s if poor else min(strip.seconds, wanted * variant.clip_s)
        doubts = (*doubts, _short(good_s, variant))
    return Evidence(doubts=doubts)


def score_strip(strip: Strip, manifest: Manifest, runner: Runner, full_measurement: bool) -> Scored:
    """Gate, prepare, infer, decide.

    The recording fails the gate (POOR_RECORDING) when a reason was found and not one clip is left; with some
    clips left but fewer than a measurement needs it is INCONCLUSIVE. Nothing that the gate refused reaches
    the network.

    Args:
        strip: the recording.
        manifest: of the bundle.
        runner: with the bundle's model loaded.
        full_measurement: True to want all clips of a measurement, False to take what 10 s or more give.

    Raises:
        SignalError: the signal cannot be prepared at all (rate, units, mostly missing).
    """
    variant = find_variant(manifest.variant)
    found = find_clips(strip, variant.id)
    quality = quality_of(found, strip.fs_hz)
    wanted = variant.n_clips if full_measurement else 1
    evidence = _evidence(found, quality, strip, wanted, variant)
    if manifest.calibrated and strip.lead not in SCORED_LEADS:
        evidence = replace(evidence, doubts=(*evidence.doubts, OTHER_LEAD))
    if not evidence.poor and len(found.clips):
        try:
            logits = checked_logits(runner.infer(found.clips), (len(found.clips), len(manifest.outputs)))
            evidence = replace(evidence, logits=logits)
        except RunnerError as error:
            evidence = Evidence(fault=DeviceFault("runner", f"The network could not be run: {error}"))
    return Scored(decide(evidence, manifest), quality, found.start_s, found.clips, evidence.logits)
