"""The boundaries that are judged, and what readers themselves agree on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Boundary:
    """One boundary.

    Attributes:
        name: as in `pocketk_agent.beats.boundaries.Boundaries`.
        words: for tables.
        wave: mark of its wave in ludb.
        part: 0 onset, 1 peak, 2 end.
        two_sd_ms: two standard deviations of readers about their consensus, None where none is given (CSE
            Working Party, Recommendations for measurement standards in quantitative electrocardiography,
            European Heart Journal 1985;6:815).
    """

    name: str
    words: str
    wave: str
    part: int
    two_sd_ms: float | None


BOUNDARIES = (
    Boundary("p_onset", "P onset", "p", 0, 10.2),
    Boundary("p_offset", "P end", "p", 2, 12.7),
    Boundary("qrs_onset", "QRS onset", "N", 0, 6.5),
    Boundary("qrs_offset", "QRS end", "N", 2, 11.6),
    Boundary("t_peak", "T peak", "t", 1, None),
    Boundary("t_offset", "T end", "t", 2, 30.6),
)
