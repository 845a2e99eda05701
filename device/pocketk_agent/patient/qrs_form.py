"""The forms a QRS complex can take, at exactly the width asked for."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from pocketk_agent.patient.waves import EDGE_SHARE, Waves

# Centre, sigma of the rise, sigma of the fall, in arbitrary units of time; only their proportions matter.
_Piece = tuple[float, float, float]


@dataclass(frozen=True)
class QrsForm:
    """Proportions of a complex; engineering choices after textbook drawings of Lead I.

    Attributes:
        q: centre and sigmas of the initial deflection.
        r: centre and sigmas of each hump of the main deflection, with its share of the height first.
        s: centre and sigmas of the terminal deflection.
    """

    q: _Piece
    r: tuple[tuple[float, _Piece], ...]
    s: _Piece


NARROW = QrsForm(q=(-0.36, 0.08, 0.075), r=((1.0, (0.0, 0.12, 0.12)),), s=(0.34, 0.075, 0.085))
# Two humps with a notch between them.
NOTCHED = QrsForm(q=(-0.40, 0.10, 0.08), r=((1.0, (0.0, 0.17, 0.12)), (0.9, (0.34, 0.13, 0.19))), s=(0.72, 0.10, 0.10))
# A narrow R, and an S that takes half of the complex.
WIDE_S = QrsForm(q=(-0.30, 0.06, 0.06), r=((1.0, (0.0, 0.10, 0.09)),), s=(0.36, 0.11, 0.20))
# A slow start out of the muscle.
SLURRED = QrsForm(q=(-0.55, 0.12, 0.10), r=((1.0, (0.0, 0.24, 0.18)),), s=(0.55, 0.14, 0.16))


@lru_cache(maxsize=256)
def _unit_rows(
    form: QrsForm, q: float, r: float, s: float
) -> tuple[tuple[tuple[float, float, float, float], ...], float, float]:
    """Waves in units of time, and where the complex begins and ends in them."""
    rows = [(q, *form.q), *((share * r, *piece) for share, piece in form.r), (s, *form.s)]
    waves = Waves.of(rows)
    u = np.linspace(-2.0, 2.5, 1801)
    height = np.abs(waves.at(u))
    over = np.flatnonzero(height >= EDGE_SHARE * height.max())
    return tuple(rows), _crossing(u, height, over[0], -1), _crossing(u, height, over[-1], 1)


def _crossing(u: np.ndarray, height: np.ndarray, inside: int, step: int) -> float:
    """Where the height passes the threshold between the last sample inside and its neighbour outside."""
    threshold = EDGE_SHARE * height.max()
    outside = inside + step
    share = (height[inside] - threshold) / (height[inside] - height[outside])
    return float(u[inside] + share * (u[outside] - u[inside]))


def qrs_rows(
    form: QrsForm, heights_uv: tuple[float, float, float], width_s: float
) -> tuple[list[tuple[float, float, float, float]], float, float]:
    """Rows for `Waves.of`, and onset and end in seconds after the R peak.

    Onset and end are where the complex first and last reaches 3 % of its largest deflection; the whole complex is
    stretched so that they lie `width_s` apart.

    Args:
        form: proportions.
        heights_uv: Q, R and S.
        width_s: onset to end, seconds.

    Raises:
        ValueError: the complex has no height, or no width.
    """
    largest = max(abs(height) for height in heights_uv)
    if not largest > 0.0:
        raise ValueError("A QRS complex of 0 uV in Q, R and S; expected at least one deflection.")
    if not width_s > 0.0:
        raise ValueError(f"A QRS complex of {width_s * 1e3} ms; expected more than 0.")
    # Rounded so that the same patient's beats share one entry; the ratios decide onset and end, not the heights.
    q, r, s = (round(height / largest, 4) for height in heights_uv)
    rows, onset, end = _unit_rows(form, q, r, s)
    unit_s = width_s / (end - onset)
    scaled = [(h * largest, c * unit_s, rise * unit_s, fall * unit_s) for h, c, rise, fall in rows]
    return scaled, onset * unit_s, end * unit_s
