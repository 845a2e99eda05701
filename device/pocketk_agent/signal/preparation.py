"""From millivolts at any rate to the clips a network reads: what training, evaluation and devices share."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocketk_agent.signal.arrays import check_millivolts, check_missing, single_lead
from pocketk_agent.signal.block_filter import band_pass, mains_notch
from pocketk_agent.signal.errors import ShapeError, TooShortError, VariantError
from pocketk_agent.signal.moving_window import moving_median
from pocketk_agent.signal.resampling import check_rate, resample, resampled_length
from pocketk_agent.signal.segments import (
    CLEARANCE_S,
    SEARCH_S,
    Span,
    bridge,
    clip_starts,
    true_spans,
    usable_spans,
)
from pocketk_agent.signal.variant import Variant, check_mains, find_variant

ShortStrip = Literal["refuse", "zero-pad-published"]

# Published scaling: (x - mean) / (population standard deviation + 1e-8).
_Z_FLOOR = 1e-8


@dataclass(frozen=True)
class PreparedStrip:
    """Clips of one strip and where they came from.

    Attributes:
        clips: (n_clips, 1, clip_samples) float32, z-scored.
        start_s: where each clip begins in the strip, seconds.
        usable_s: seconds of the strip that a clip could have come from.
        variant_id: the preprocessing that made them.
    """

    clips: NDArray[np.float32]
    start_s: tuple[float, ...]
    usable_s: float
    variant_id: str


def filter_segment(x_mv: NDArray[np.float64], variant: Variant, mains_hz: float) -> NDArray[np.float64]:
    """Notch, band-pass and running median over one whole segment.

    Args:
        x_mv: (T,) float64 at the variant's rate, millivolts.
        variant: whose band and median to use.
        mains_hz: 50 or 60.

    Returns:
        (T,) float64, millivolts. The median's ends see zeros beyond the segment, as the published chain's do.
    """
    filtered = band_pass(variant.band_hz).zero_phase(mains_notch(mains_hz).zero_phase(x_mv))
    return filtered - moving_median(filtered, variant.median_samples, beyond=0.0)


def z_score(clip: NDArray[np.float64]) -> NDArray[np.float32]:
    """(x - mean) / (population sd + 1e-8), as float32."""
    return ((clip - clip.mean()) / (clip.std() + _Z_FLOOR)).astype(np.float32)


def _rescaled(spans: list[Span], ratio: float) -> list[Span]:
    return [Span(int(np.floor(s.start * ratio)), int(np.ceil(s.stop * ratio))) for s in spans]


@dataclass(frozen=True)
class _Chain:
    """What is the same for every segment of a strip."""

    variant: Variant
    mains_hz: float
    fs_hz: float

    @classmethod
    def checked(cls, variant: str, mains_hz: float, fs_hz: float) -> "_Chain":
        return cls(find_variant(variant), check_mains(mains_hz), check_rate(fs_hz))

    def at_rate(self, x_mv: NDArray[np.float64]) -> NDArray[np.float64]:
        return resample(x_mv, resampled_length(x_mv.size, self.fs_hz, self.variant.fs_hz))


@dataclass(frozen=True)
class _SegmentClips:
    clips: list[NDArray[np.float32]]
    start_s: list[float]
    usable_s: float


def _segment_clips(
    x_mv: NDArray[np.float64], bad: NDArray[np.bool_], chain: _Chain, wanted: int, limit_s: float
) -> _SegmentClips:
    """The earliest clips of one gap-free segment that end within `limit_s` of its start."""
    variant = chain.variant
    if resampled_length(x_mv.size, chain.fs_hz, variant.fs_hz) < variant.clip_samples:
        return _SegmentClips([], [], 0.0)
    at_rate = chain.at_rate(bridge(x_mv, bad))
    holes = _rescaled(true_spans(bad), at_rate.size / x_mv.size)
    last = round(limit_s * variant.fs_hz)
    spans = usable_spans(min(at_rate.size, last), holes, round(CLEARANCE_S * variant.fs_hz))
    starts = clip_starts(spans, variant.clip_samples, wanted)
    usable_s = sum(s.length for s in spans) / variant.fs_hz
    if not starts:
        return _SegmentClips([], [], usable_s)
    filtered = filter_segment(at_rate, variant, chain.mains_hz)
    clips = [z_score(filtered[s : s + variant.clip_samples]) for s in starts]
    return _SegmentClips(clips, [s / variant.fs_hz for s in starts], usable_s)


def prepare_strip(
    ecg_mv: ArrayLike,
    fs_hz: float,
    variant: str = "pocketk-handheld-v1",
    mains_hz: float = 50.0,
    bad: NDArray[np.bool_] | None = None,
) -> PreparedStrip:
    """Cut a strip into clips, with gaps and bad samples treated as the signal contract says.

    A NaN or infinite sample is missing and splits the strip: each gap-free segment is resampled and
    filtered as a whole. A bad sample (rail, lead-off) is bridged by a straight line, and no clip comes
    nearer than 1 s to it. The earliest three clips of the first 60 s are taken; a clean 30 s strip gives
    exactly the published three.

    Args:
        ecg_mv: Lead I in millivolts, (T,), (T, 1), (1, T), (T, 12) or (12, T).
        fs_hz: its rate, 100 to 20,000 Hz.
        variant: preprocessing id.
        mains_hz: 50 or 60.
        bad: (T,) bool, True where the front end says that the value is not the heart's.

    Returns:
        The clips, none if no good stretch of 10 s exists.

    Raises:
        SignalError: rate, shape, units, missing share, variant or mains frequency (see `errors`).
    """
    chain = _Chain.checked(variant, mains_hz, fs_hz)
    x = single_lead(ecg_mv)
    bad = np.zeros(x.size, bool) if bad is None else np.asarray(bad, bool)
    if bad.shape != x.shape:
        raise ShapeError(f"The mask of bad samples has shape {bad.shape}, the lead {x.shape}.")
    missing = ~np.isfinite(x)
    check_missing(missing)
    check_millivolts(x[~(missing | bad)] if missing.any() or bad.any() else x)
    clips: list[NDArray[np.float32]] = []
    starts: list[float] = []
    usable_s = 0.0
    for span in true_spans(~missing):
        at_s, inside = span.start / chain.fs_hz, slice(span.start, span.stop)
        wanted = chain.variant.n_clips - len(clips)
        if wanted == 0 or at_s >= SEARCH_S:
            break
        found = _segment_clips(x[inside], bad[inside], chain, wanted, SEARCH_S - at_s)
        clips += found.clips
        starts += [at_s + offset for offset in found.start_s]
        usable_s += found.usable_s
    stacked = np.stack(clips)[:, None, :] if clips else np.zeros((0, 1, chain.variant.clip_samples), np.float32)
    return PreparedStrip(stacked, tuple(starts), usable_s, chain.variant.id)


def _zero_padded(ecg_mv: ArrayLike, fs_hz: float, variant: str, mains_hz: float) -> NDArray[np.float32]:
    """The published treatment of any length: filter, then centre-crop or zero-pad to three clips."""
    chain = _Chain.checked(variant, mains_hz, fs_hz)
    x = np.nan_to_num(single_lead(ecg_mv), nan=0.0, posinf=0.0, neginf=0.0)
    check_millivolts(x)
    if resampled_length(x.size, chain.fs_hz, chain.variant.fs_hz) < 1:
        raise TooShortError(f"{x.size} samples at {chain.fs_hz:g} Hz are too few to filter.")
    filtered = filter_segment(chain.at_rate(x), chain.variant, chain.mains_hz)
    wanted = chain.variant.n_clips * chain.variant.clip_samples
    if filtered.size > wanted:
        left = (filtered.size - wanted) // 2
        filtered = filtered[left : left + wanted]
    left = (wanted - filtered.size) // 2
    padded = np.pad(filtered, (left, wanted - filtered.size - left))
    return np.stack([z_score(c) for c in padded.reshape(chain.variant.n_clips, -1)])[:, None, :]


def prepare_clips(
    ecg_mv: ArrayLike,
    fs_hz: float,
    variant: str = "pocketk-handheld-v1",
    mains_hz: float = 50.0,
    short: ShortStrip = "refuse",
) -> NDArray[np.float32]:
    """Model input of one strip.

    Args:
        ecg_mv: Lead I in millivolts, (T,), (T, 1), (1, T), (T, 12) or (12, T); NaN marks missing samples.
        fs_hz: its rate in hertz.
        variant: "pocketk-handheld-v1" (0.5-40 Hz) or "ecgfounder-v1" (0.67-40 Hz).
        mains_hz: 50 or 60.
        short: "refuse" raises when no good 10 s exist. "zero-pad-published" does what the published code
            does with every strip (missing samples become zeros, the filtered strip is centre-cropped or
            zero-padded to 30 s); for comparison with it only, never for a measurement.

    Returns:
        (n_clips, 1, 5000) float32, n_clips from 1 to 3.

    Raises:
        SignalError: rate, shape, units, missing share, variant or mains frequency.
        TooShortError: no good stretch of 10 s.
    """
    if short not in get_args(ShortStrip):
        raise VariantError(f"short={short!r} is not one of {get_args(ShortStrip)}.")
    if short == "zero-pad-published":
        return _zero_padded(ecg_mv, fs_hz, variant, mains_hz)
    strip = prepare_strip(ecg_mv, fs_hz, variant, mains_hz)
    if not len(strip.clips):
        raise TooShortError(
            f"No good stretch of {find_variant(variant).clip_s:g} s without a gap ({strip.usable_s:.1f} s usable "
            "in all); record again, or ask for the published zero-padding by name."
        )
    return strip.clips
