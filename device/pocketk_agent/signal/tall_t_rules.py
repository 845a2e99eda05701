"""The numbers by which a tall T wave is told from a beat."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TallTRules:
    """Every number of `TallTJudge`, in seconds and shares; all are engineering choices.

    Chosen on simulated hyperkalaemia (three profiles, a drawn population) and on a sweep of T height and width, with
    simulated bigeminy, atrial fibrillation and fast rates and the public recordings of `QrsRules` as a guard.

    Attributes:
        memory: maxima that a new one is compared with.
        tall_share: of these, those count that are this high beside the lower of beat and wave.
        from_s: a T wave follows its beat by at least this much, steepest place to steepest place.
        to_s: and by less than this much (QT is 480 ms at most in the simulated population; T peaks before it ends).
        jitter_s: how far that time may differ from beat to beat.
        pair_share: share of the tall maxima that must belong to a pair of a beat and such a wave.
        alike: two waves are of one kind if they differ by less than this share of their length.
        alike_share: so many maxima, per pair, may have one of their own kind after that time.
        certain_from: from so many pairs on, beat and wave may look nearly the same.
        unlike: with fewer, they differ by this share of their length at least.
        unlike_times: and by this many times as much as beats differ among themselves.
        rest: the time from beat to wave is less than this share of that from wave to next beat.
        least_rest: at a fast rate it may be longer, to this share the other way round, if the wave is smoother.
        smoother: then its curvature beside its slope is below this share of the beat's.
        own_t_rest_s: an extrasystole is looked for only where the rest is as long as this: its T wave must have room.
        own_t: a wave whose own T wave is this steep beside it is an extrasystole.
        look_alike: a wave that differs from the beat by less is held to `look_alike_own_t`: beats come in pairs, too.
        look_alike_own_t: see `look_alike`; a beat's own T wave is 0.10 of it and more, what follows T 0.07 at most.
        qrs_share: while the first levels are learned, a beat this high beside its T wave is still a beat.
    """

    memory: int = 40
    tall_share: float = 0.5
    from_s: float = 0.18
    to_s: float = 0.42
    jitter_s: float = 0.03
    pair_share: float = 0.5
    alike: float = 0.8
    alike_share: float = 0.4
    certain_from: int = 4
    unlike: float = 0.1
    unlike_times: float = 1.5
    rest: float = 0.9
    least_rest: float = 0.7
    smoother: float = 0.8
    own_t_rest_s: float = 0.5
    own_t: float = 0.22
    look_alike: float = 0.25
    look_alike_own_t: float = 0.085
    qrs_share: float = 0.25
