"""Every limit of the quality gate, as data with its source."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """Limits of the quality gate.

    "Tuning half" is the half of the public recordings that `pocketk evaluate-gate` does not report as held out:
    ludb 69 clips, cinc2021 27, ptbxl 6, cinc2017 48 (3 of them noisy), motion-artefact-dp 96 (9 of grade 4).

    Attributes:
        flat_mv: spread over 2 s below which a second is flat. The smallest good QRS in ludb is 0.14 mV; a
            shorted front end shows less than 0.01 mV (engineering choice between the two).
        flat_window_s: the stretch over which that spread is taken: a heart at 30 per minute beats in it.
        stuck_s: a run of one and the same extreme value this long is a rail that nobody declared. No QRS has
            a plateau of 80 ms.
        held_s: a run of one and the same value this long, at any level, is a converter that stopped or held:
            even a coarse one (5 uV per count) dithers by more than a count in half a second.
        mains_mv: amplitude of a tone of 50 or 60 Hz in a second, whichever the device was told to remove. The
            preparation lets 4 % of a tone 10 Hz off its notch through, 12 uV of this; the largest mains in a good
            clip of the tuning half is 0.01 mV, simulated handhelds reach 0.2 mV (engineering choice).
        mains_over_others: and of this many times the tones beside it, so that broad noise is not called mains
            (engineering choice).
        min_beats: fewer QRS complexes in 10 s are no rhythm whose rate one could state (engineering choice).
        max_rr_s: longest pause between beats in a clip that is still a rhythm (Orphanidou 2015: 3 s).
        noise_between_beats: slope between beats over the typical slope of a QRS. Tuning half: good clips reach
            0.35 (98 %: 0.33), gel clips of grade 4 begin at 0.375, noisy ones of cinc2017 at 0.35.
        min_alikeness: mean correlation of the QRS complexes with their median; under it nothing repeats. Good clips
            of the tuning half begin at 0.70.
        noise_unlike: with alikeness under `alikeness_noisy`, this much slope between beats is already noise.
        alikeness_noisy: see `noise_unlike`.
        slow_difference: beats that differ from the median beat by this share of its QRS below 9 Hz are disturbed,
            where there is noise between them (`slow_noise`) or fast difference (`slow_fast`) as well: irregular
            beats of atrial fibrillation reach 0.39 of slow, but 0.28 of noise and 0.049 of fast.
        slow_noise: see `slow_difference`.
        slow_fast: see `slow_difference`.
        steady_slow: in a steady rhythm this much slow difference alone is disturbance; 4 of 205 good clips of the
            tuning half reach it, and 21 of 25 of grade 3.
        steady_rr: a rhythm is steady if the median deviation of its intervals is below this share of their median.
        rate_alikeness: beats this alike at a rate out of range are that, and not noise (engineering choice).
        muscle_ratio: noise is the muscles' where the fast difference is more than this share of the slow one.
        second_noise: slope between beats within one second, over the typical slope of a QRS, that spoils it.
        min_good_share: share of a clip's seconds that must not be spoilt (engineering choice: 8 of 10).
        low_qrs_mv: the median QRS complex is higher, peak to peak; the smallest good one in ludb is 0.14 mV.
        slowest_bpm: rates below are out of range (engineering choice: 30, where the bench's rate begins).
        fastest_bpm: rates above are out of range (engineering choice: 220, the highest at age 0 by 220 - age).
        least_beats: whole beats from which a median beat's polarity is read.
        p_share: hands are swapped only if P is below its ends by this share of the QRS complex on average, and
        qrs_down: the QRS complex reaches this many times further down than up, and T points down. On the good clips
            of the tuning half 1 of 102 is named as it is, 56 of 102 upside down.
        pulse_mv: a pacemaker pulse is a needle of at least this much, and
        pulse_share: of this share of the QRS complex. Tuning half: the needles of the three paced records of ludb
            reach 0.08 mV and 0.47 or more, those of good clips 0.38 at most.
        pulse_over_noise: and of this many times the median needle, so that white noise has none (its largest of
            5,000 is 7 times the median).
        pulses_per_minute: so many of them make a paced heart (engineering choice: below the slowest backup rate, 30).
    """

    flat_mv: float = 0.02
    flat_window_s: float = 2.0
    stuck_s: float = 0.08
    held_s: float = 0.5
    mains_mv: float = 0.3
    mains_over_others: float = 5.0
    min_beats: int = 3
    max_rr_s: float = 3.0
    noise_between_beats: float = 0.36
    min_alikeness: float = 0.55
    noise_unlike: float = 0.25
    alikeness_noisy: float = 0.65
    slow_difference: float = 0.17
    slow_noise: float = 0.30
    slow_fast: float = 0.055
    steady_slow: float = 0.12
    steady_rr: float = 0.08
    rate_alikeness: float = 0.85
    muscle_ratio: float = 0.8
    second_noise: float = 0.6
    min_good_share: float = 0.75
    low_qrs_mv: float = 0.10
    slowest_bpm: float = 30.0
    fastest_bpm: float = 220.0
    least_beats: int = 3
    p_share: float = 0.012
    qrs_down: float = 1.5
    pulse_mv: float = 0.06
    pulse_share: float = 0.42
    pulse_over_noise: float = 12.0
    pulses_per_minute: float = 25.0


DEFAULT_THRESHOLDS = Thresholds()
