"""A recording's clips as a device would take them, and what is known of the recording besides."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.bundle.manifest import Manifest
from pocketk_agent.inference.fake_runner import FakeRunner
from pocketk_agent.inference.runner import Runner
from pocketk_agent.measurement.decision import CONCLUSIVE
from pocketk_agent.measurement.scoring import score_strip
from pocketk_agent.measurement.strip import Strip
from pocketk_agent.quality.clip_view import ClipView
from pocketk_agent.quality.gate import LARGEST_MV, flag_samples, judge_view
from pocketk_agent.quality.noise_cause import spoilt_seconds
from pocketk_agent.quality.thresholds import DEFAULT_THRESHOLDS
from pocketk_agent.signal.errors import SignalError
from pocketk_agent.signal.preparation import prepare_strip
from pocketk_agent.signal.variant import Variant, find_variant

Float64 = NDArray[np.float64]
Clips = NDArray[np.float32]

TOO_SHORT, NO_CLIP = "too-short", "no-clip"


@dataclass(frozen=True)
class GatheredClips:
    """What of a recording goes to the network.

    Attributes:
        clips: (n, 1, N) float32 in their strip, n from 0 to 3.
        alone: (1, 1, N) the first of them, filtered without its surroundings; None where it has none, where it cannot
            be prepared alone, and where there is no clip.
        is_whole: the recording is one clip long, so that its first clip is alone already.
        start_s: where each begins.
        refused: whether a device would give no result for what the recording is.
        reasons: codes of the gate or of the preparation; a recording with some good clips may have reasons too.
        heart_rate_bpm: of the first clip, 60 over the mean RR interval; None with fewer than two beats.
        quality: share of the first clip's seconds that the gate does not call spoilt.
        noise: slope between the beats over the typical slope of a QRS complex, of the first clip; lower is cleaner.
        qrs_ms: duration of the median beat's QRS complex; None where not measured.
    """

    clips: Clips
    alone: Clips | None
    start_s: tuple[float, ...]
    refused: bool
    reasons: tuple[str, ...]
    is_whole: bool = False
    heart_rate_bpm: float | None = None
    quality: float | None = None
    noise: float | None = None
    qrs_ms: float | None = None


@dataclass(frozen=True)
class GatherRule:
    """How clips are taken.

    Attributes:
        gate: False takes what the preparation offers, unjudged: for the evaluation of a network by itself.
        mains_hz: 50 or 60.
        beats: also measure the QRS duration (some 0.1 s a recording).
        describe: also find heart rate, quality and noise; without the gate half of all the time.
    """

    gate: bool = True
    mains_hz: float = 50.0
    beats: bool = False
    describe: bool = True


def gather_clips(ecg_mv: Float64, fs_hz: float, manifest: Manifest, rule: GatherRule) -> GatheredClips:
    """Take a recording's clips.

    With the gate the decision is the device's own: `score_strip` is run with a runner that has no network, so that
    the network may see clips of many recordings at once later.

    Args:
        ecg_mv: (T,) millivolts, NaN where a sample is missing.
        fs_hz: its rate.
        manifest: of the network, without thresholds.
        rule: how.
    """
    variant = find_variant(manifest.variant)
    if ecg_mv.size < round(variant.clip_s * fs_hz):
        return _refused(variant, (TOO_SHORT,))
    strip = Strip(np.ascontiguousarray(ecg_mv, np.float64), fs_hz, mains_hz=rule.mains_hz)
    try:
        view = _judged_first(strip, variant) if rule.gate else None
        taken = _gated(strip, manifest) if rule.gate else _ungated(strip, variant)
    except SignalError as error:
        return _refused(variant, (_code(error),))
    return _described(taken, strip, variant, rule, view)


def _gated(strip: Strip, manifest: Manifest) -> GatheredClips:
    scored = score_strip(strip, manifest, _no_network(len(manifest.outputs)), full_measurement=False)
    reasons = scored.quality.reasons
    refused = scored.logits is None or any(reason in CONCLUSIVE for reason in reasons)
    clips = scored.clips if scored.logits is not None else scored.clips[:0]
    start_s = scored.clip_start_s[: len(clips)]
    codes = tuple(str(reason.value) for reason in reasons) or ((NO_CLIP,) if refused else ())
    return GatheredClips(clips, None, start_s, refused, codes)


def _no_network(n_outputs: int) -> Runner:
    return _Loaded(lambda clips: np.zeros((len(clips), n_outputs), np.float32))


class _Loaded(FakeRunner):
    """A runner that needs no file."""

    def infer(self, clips: Clips) -> Clips:
        self._loaded = True
        return super().infer(clips)


def _ungated(strip: Strip, variant: Variant) -> GatheredClips:
    bad = flag_samples(strip.ecg_mv, strip.fs_hz).bad
    offered = prepare_strip(strip.ecg_mv, strip.fs_hz, variant.id, strip.mains_hz, bad)
    empty = not len(offered.clips)
    return GatheredClips(offered.clips, None, offered.start_s, empty, (NO_CLIP,) if empty else ())


def _judged_first(strip: Strip, variant: Variant) -> ClipView | None:
    """Judge the clip that begins the strip as the gate would, and keep the view for the heart rate.

    The search looks a clip's verdict up before it makes one, so nothing is judged twice.
    """
    view = _view(strip, 0, variant)
    if view is not None:
        strip.verdicts[0] = judge_view(view)
    return view


def _view(strip: Strip, start: int, variant: Variant) -> ClipView | None:
    piece = strip.ecg_mv[start : start + round(variant.clip_s * strip.fs_hz)]
    if piece.size < strip.fs_hz or not np.isfinite(piece).all() or np.abs(piece).max() > LARGEST_MV:
        return None
    return ClipView.of(piece, strip.fs_hz, strip.mains_hz)


def _described(
    taken: GatheredClips, strip: Strip, variant: Variant, rule: GatherRule, view: ClipView | None
) -> GatheredClips:
    if not len(taken.clips):
        return taken
    start = round(taken.start_s[0] * strip.fs_hz)
    if start != 0 or view is None:
        view = _view(strip, start, variant) if rule.describe else None
    is_whole = strip.ecg_mv.size == round(variant.clip_s * strip.fs_hz)
    return replace(
        taken,
        alone=None if is_whole else _alone(strip, variant, start),
        is_whole=is_whole,
        heart_rate_bpm=None if view is None else _rate(view),
        quality=None if view is None else float(1.0 - spoilt_seconds(view, DEFAULT_THRESHOLDS).mean()),
        noise=None if view is None else view.noise_between(),
        qrs_ms=_qrs_ms(strip) if rule.beats else None,
    )


def _alone(strip: Strip, variant: Variant, start: int) -> Clips | None:
    size = round(variant.clip_s * strip.fs_hz)
    piece = strip.ecg_mv[start : start + size]
    bad = flag_samples(strip.ecg_mv, strip.fs_hz).bad[start : start + size]
    try:
        alone = prepare_strip(piece, strip.fs_hz, variant.id, strip.mains_hz, bad).clips
    except SignalError:
        return None
    return alone[:1] if len(alone) else None


def _rate(view: ClipView) -> float | None:
    rr = np.diff(view.at)
    return None if rr.size == 0 or rr.mean() <= 0 else float(60.0 * view.fs_hz / rr.mean())


def _qrs_ms(strip: Strip) -> float | None:
    from pocketk_agent.beats.beat_report import measure_beats

    return measure_beats(strip.ecg_mv, strip.fs_hz, strip.mains_hz).intervals.qrs_ms.value


def _refused(variant: Variant, reasons: tuple[str, ...]) -> GatheredClips:
    return GatheredClips(np.zeros((0, 1, variant.clip_samples), np.float32), None, (), True, reasons)


def _code(error: SignalError) -> str:
    """`MissingSamplesError` as "missing-samples"."""
    name = type(error).__name__.removesuffix("Error")
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")
