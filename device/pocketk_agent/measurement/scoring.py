"""From a strip in millivolts to one outcome: gate, preprocessing, network, decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.bundle.manifest import Manifest
from pocketk_agent.inference.runner import Runner, RunnerError, checked_logits
from pocketk_agent.measurement.decision import DeviceFault, Doubt, Evidence, decide
from pocketk_agent.measurement.recorder import Recording
from pocketk_agent.outcome import Outcome
from pocketk_agent.quality.gate import Mask, SampleFlags, flag_samples, judge_clip
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.signal.errors import ShapeError
from pocketk_agent.signal.preparation import PreparedStrip, prepare_strip
from pocketk_agent.signal.variant import Variant, find_variant

if TYPE_CHECKING:
    from pocketk_agent.recording_file.recorded_strip import RecordedStrip

Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class Strip:
    """A strip of one lead with what the front end knows about it.

    Attributes:
        ecg_mv: (T,) float64 millivolts, NaN where a sample is missing.
        fs_hz: rate.
        lead_off: (T,) bool.
        saturated: (T,) bool.
        mains_hz: 50 or 60.

    Raises:
        ShapeError: a mask of another length than the lead.
    """

    ecg_mv: Float64
    fs_hz: float
    lead_off: Mask | None = None
    saturated: Mask | None = None
    mains_hz: float = 50.0

    @classmethod
    def of_recording(cls, recording: Recording, mains_hz: float = 50.0) -> Strip:
        """A strip from raw counts: scaled, rails marked, missing samples as NaN."""
        return cls(recording.ecg_mv, recording.front_end.fs_hz, recording.lead_off, recording.saturated, mains_hz)

    @classmethod
    def of_recorded_file(cls, recorded: RecordedStrip, mains_hz: float = 50.0) -> Strip:
        """A strip from a file, with what the file knows of contact and rails: a file is judged as a device would."""
        saturated = None
        if recorded.native is not None:
            counts, native = recorded.native.counts, recorded.native
            low = -np.inf if native.rail_low_counts is None else native.rail_low_counts
            high = np.inf if native.rail_high_counts is None else native.rail_high_counts
            saturated = ((counts <= low) | (counts >= high)) & ~recorded.missing
        return cls(recorded.ecg_mv, recorded.fs_hz, recorded.lead_off, saturated, mains_hz)

    def __post_init__(self) -> None:
        for mask in (self.lead_off, self.saturated):
            if mask is not None and mask.shape != self.ecg_mv.shape:
                raise ShapeError(f"A mask has shape {mask.shape}, the lead {self.ecg_mv.shape}.")

    @property
    def seconds(self) -> float:
        """Length."""
        return self.ecg_mv.size / self.fs_hz


@dataclass(frozen=True)
class QualityReport:
    """What the gate found.

    Attributes:
        reason_s: seconds that each reason touches, most disabling reason first.
        clip_reasons: for each clip that preprocessing offered, why it was refused; empty where it passed.
    """

    reason_s: dict[QualityReason, float]
    clip_reasons: tuple[tuple[QualityReason, ...], ...]

    @property
    def reasons(self) -> tuple[QualityReason, ...]:
        """All reasons, in the order of the enumeration."""
        found = set(self.reason_s).union(*self.clip_reasons)
        return tuple(r for r in QualityReason if r in found)

    @property
    def passed(self) -> tuple[bool, ...]:
        """For each clip, whether it may be scored."""
        return tuple(not reasons for reasons in self.clip_reasons)


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


def _report(strip: Strip, flags: SampleFlags, prepared: PreparedStrip, variant: Variant) -> QualityReport:
    seconds = {r: float(np.count_nonzero(m)) / strip.fs_hz for r, m in flags.by_reason().items()}
    verdicts = []
    for start_s in prepared.start_s:
        first = round(start_s * strip.fs_hz)
        piece = strip.ecg_mv[first : first + round(variant.clip_s * strip.fs_hz)]
        verdicts.append(judge_clip(piece, strip.fs_hz, strip.mains_hz))
    return QualityReport({r: s for r, s in seconds.items() if s > 0.0}, tuple(verdicts))


def _gated(prepared: PreparedStrip, quality: QualityReport) -> PreparedStrip:
    keep = [i for i, good in enumerate(quality.passed) if good]
    return replace(prepared, clips=prepared.clips[keep], start_s=tuple(prepared.start_s[i] for i in keep))


def _short(seconds: float, variant: Variant) -> Doubt:
    whole, wanted = int(seconds + 1e-6), round(variant.measurement_s)
    return Doubt(f"{whole} s of {wanted}", f"Only {whole} s of good signal out of {wanted} s were recorded.")


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
    flags = flag_samples(strip.ecg_mv, strip.fs_hz, strip.lead_off, strip.saturated)
    offered = prepare_strip(strip.ecg_mv, strip.fs_hz, variant.id, strip.mains_hz, flags.bad)
    quality = _report(strip, flags, offered, variant)
    kept = _gated(offered, quality)
    wanted = variant.n_clips if full_measurement else 1
    evidence = Evidence()
    if not len(kept.clips) and quality.reasons:
        evidence = Evidence(poor=quality.reasons)
    elif len(kept.clips) < wanted:
        good_s = len(kept.clips) * variant.clip_s if quality.reasons else strip.seconds
        evidence = Evidence(doubts=(_short(good_s, variant),))
    if not evidence.poor and len(kept.clips):
        try:
            logits = checked_logits(runner.infer(kept.clips), (len(kept.clips), len(manifest.outputs)))
            evidence = replace(evidence, logits=logits)
        except RunnerError as error:
            evidence = Evidence(fault=DeviceFault("runner", f"The network could not be run: {error}"))
    return Scored(decide(evidence, manifest), quality, kept.start_s, kept.clips, evidence.logits)
