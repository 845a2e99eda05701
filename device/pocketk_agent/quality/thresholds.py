"""Every limit of the quality gate, as data with its source."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """Limits of the first quality gate.

    The two noise figures were chosen on 10 s stretches of real recordings: good Lead I (ludb n = 140, ptbxl
    and cinc2021 n = 88) against dry-electrode recordings graded 4 of 4 (motion-artefact-dp n = 44).

    Attributes:
        flat_mv: spread over 2 s below which a second is flat. The smallest good QRS in ludb is 0.14 mV; a
            shorted front end shows less than 0.01 mV (device.md section 4: under 10 uV peak to peak).
        flat_window_s: the stretch over which that spread is taken: a heart at 30 per minute beats in it.
        stuck_s: a run of one and the same extreme value this long is a rail that nobody declared. No QRS has
            a plateau of 80 ms.
        held_s: a run of one and the same value this long, at any level, is a converter that stopped or held:
            even a coarse one (5 uV per count) dithers by more than a count in half a second.
        min_beats: fewer QRS complexes in 10 s are not a reliable rhythm (30 per minute are 5).
        max_rr_s: longest pause between beats in a clip that is still a rhythm (Orphanidou 2015: 3 s).
        noise_between_beats: slope between beats over the typical slope of a QRS; over 98 % of good stretches
            lie below 0.30, the median of grade 4 on gel electrodes is 0.48.
        min_alikeness: mean correlation of the QRS complexes with their median; under 0.35 nothing repeats.
        noise_unlike: with alikeness under `alikeness_noisy`, this much slope between beats is already noise.
        alikeness_noisy: see `noise_unlike`.
    """

    flat_mv: float = 0.02
    flat_window_s: float = 2.0
    stuck_s: float = 0.08
    held_s: float = 0.5
    min_beats: int = 5
    max_rr_s: float = 3.0
    noise_between_beats: float = 0.34
    min_alikeness: float = 0.35
    noise_unlike: float = 0.25
    alikeness_noisy: float = 0.60


DEFAULT_THRESHOLDS = Thresholds()
