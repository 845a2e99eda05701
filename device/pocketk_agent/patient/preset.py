"""How readable potassium is: the few numbers by which easy, default and hard populations differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Preset:
    """What differs between populations; engineering choices, tuned to published sign rates and AUROCs.

    The gain of T's amplitude is the same in all of them: a larger one makes potassium readable by eye, which it is not.

    Attributes:
        name: what a person calls it.
        onset_mmol_l: mean potassium from which T answers.
        resistant_share: share of patients with a quarter of the sensitivity.
        width_gain: fall of log T width per unit of response.
        asymmetry_gain: fall of T's rise-to-fall ratio per unit of response.
        st_gain_uv: fall of the ST level per unit of response.
        t_gain: rise of log T amplitude per unit of response.
    """

    name: str
    onset_mmol_l: float = 4.85
    resistant_share: float = 0.12
    width_gain: float = 0.32
    asymmetry_gain: float = 0.25
    st_gain_uv: float = 14.0
    t_gain: float = 0.30


DEFAULT = Preset("default")
EASY = Preset("easy", onset_mmol_l=4.7, resistant_share=0.06, width_gain=0.42, asymmetry_gain=0.32, st_gain_uv=18.0)
HARD = Preset("hard", resistant_share=0.20, width_gain=0.24, asymmetry_gain=0.18)

PRESETS: Mapping[str, Preset] = MappingProxyType({preset.name: preset for preset in (EASY, DEFAULT, HARD)})


def preset_named(name: str) -> Preset:
    """The preset of that name.

    Raises:
        ValueError: there is none; the message names those there are.
    """
    if name not in PRESETS:
        raise ValueError(f"There is no preset {name!r}; give one of {', '.join(PRESETS)}.")
    return PRESETS[name]
