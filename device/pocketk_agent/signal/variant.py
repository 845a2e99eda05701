"""Preprocessing variants: data with an id that travels in the bundle."""

from dataclasses import dataclass

from pocketk_agent.signal.errors import VariantError


@dataclass(frozen=True)
class Variant:
    """What a preprocessing variant does, as data.

    Attributes:
        id: the name a bundle's manifest carries.
        owner: the floor whose code implements it.
        fs_hz: rate of the model input, samples per second.
        clip_samples: samples in one clip (the model's N).
        n_clips: clips of a full measurement.
        n_leads: input channels of the model (its C).
        band_hz: pass band of the 4th-order Butterworth, hertz.
        notch_q: quality factor of the mains notch.
        median_s: width of the running median that is taken off, seconds.
        causal: False where the filters run forwards and backwards.
        normalisation: how a clip is scaled.
    """

    id: str
    owner: str
    fs_hz: float
    clip_samples: int
    n_clips: int
    n_leads: int
    band_hz: tuple[float, float]
    notch_q: float
    median_s: float
    causal: bool
    normalisation: str

    @property
    def clip_s(self) -> float:
        """Length of one clip in seconds."""
        return self.clip_samples / self.fs_hz

    @property
    def measurement_s(self) -> float:
        """Length of a full measurement in seconds."""
        return self.clip_s * self.n_clips

    @property
    def median_samples(self) -> int:
        """Kernel of the running median: int(0.4 fs) + 1, made odd (published chain)."""
        kernel = int(self.median_s * self.fs_hz) + 1
        return kernel + 1 if kernel % 2 == 0 else kernel


def _published(id_: str, low_hz: float) -> Variant:
    return Variant(
        id=id_,
        owner="pocketk_agent",
        fs_hz=500.0,
        clip_samples=5000,
        n_clips=3,
        n_leads=1,
        band_hz=(low_hz, 40.0),
        notch_q=30.0,
        median_s=0.4,
        causal=False,
        normalisation="z-score per clip, population standard deviation + 1e-8",
    )


# 0.5-40 Hz is the published Pocket-K handheld chain, 0.67-40 Hz the published ECGFounder chain.
VARIANTS: dict[str, Variant] = {
    v.id: v for v in (_published("pocketk-handheld-v1", 0.5), _published("ecgfounder-v1", 0.67))
}

MAINS_HZ: tuple[float, ...] = (50.0, 60.0)


def find_variant(variant_id: str) -> Variant:
    """Return the variant of that id.

    Raises:
        VariantError: unknown id; the message offers the nearest one.
    """
    if variant_id in VARIANTS:
        return VARIANTS[variant_id]
    import difflib  # only a refusal needs it; a device starts 10 ms sooner without

    near = difflib.get_close_matches(str(variant_id), VARIANTS, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise VariantError(f"Unknown preprocessing variant {variant_id!r}; known: {', '.join(VARIANTS)}.{hint}")


def check_mains(mains_hz: float) -> float:
    """Return the mains frequency as a float if it is 50 or 60 Hz.

    Raises:
        VariantError: any other value.
    """
    if mains_hz not in MAINS_HZ:
        raise VariantError(f"Mains frequency {mains_hz!r} Hz is not one of 50 and 60 Hz.")
    return float(mains_hz)
