"""The numbers of the QRS detector."""

from dataclasses import dataclass


@dataclass(frozen=True)
class QrsRules:
    """Every number of the detector, in seconds and shares.

    Chosen on ludb lead I and cpsc2019, the last seven on EC13 waveform 3a and mitdb 100 with ludb leads I, II, V1
    and V5 as a guard (development recordings; the same that the tests report on). Those of `TallTRules` are apart.

    Attributes:
        slope_s: span over which a slope is taken.
        energy_s: boxcar over the squared slopes, about one wide QRS.
        refractory_s: two beats are at least this far apart (270 per minute).
        threshold: share of the way from the level of other maxima to that of beats.
        t_wave_s: a maximum this soon after a beat must reach `t_wave_share` of it, or it is its T wave
            (Pan and Tompkins 1985: 360 ms, half the slope).
        t_wave_share: see `t_wave_s`.
        overdue: a beat is missing after this many median intervals (Hamilton 2002: 1.5).
        overdue_share: share of the threshold that a searched-back beat must reach.
        prominence: a maximum stands out if it is this many times as high as every other one that was passed over
            since the last beat (mitdb 100, channel 1: a QRS that fades to a twentieth still is three times that).
        slow_s: an interval this long is searched even if it is the usual one: where every second beat is large,
            the small ones between are missed in step (EC13 waveform 3a). What is found must stand out, lie
            `slow_after_s` past the last beat (beyond its T wave) and `slow_before_s` ahead of the next (ahead of
            its P wave).
        slow_after_s: see `slow_s`.
        slow_before_s: see `slow_s`.
        on_time: in a steady rhythm, a maximum within this share of the usual interval of when the beat was due is
            that beat if it stands out and reaches `on_time_share` of the usual height.
        on_time_share: see `on_time`.
        steady: a rhythm is steady if no interval kept differs from their median by more than this share.
        memory: beats, and other maxima, that the levels are the medians of.
        learning_s: stretch from which the first levels come.
        pulse_s: a pacemaker pulse lasts 0.1 to 2 ms (IEC 60601-2-27), one or two samples at 500 Hz; a running median
            of this width leaves nothing of it.
        pulse_share: what that median takes away is a pulse if it is this high beside the rest of the signal. At
            half of it no beat of the public recordings is found or lost by it; at 0.3 one is.
    """

    slope_s: float = 0.02
    energy_s: float = 0.12
    refractory_s: float = 0.22
    threshold: float = 0.35
    t_wave_s: float = 0.36
    t_wave_share: float = 0.6
    overdue: float = 1.5
    overdue_share: float = 0.5
    prominence: float = 1.5
    slow_s: float = 1.2
    slow_after_s: float = 0.5
    slow_before_s: float = 0.4
    on_time: float = 0.12
    on_time_share: float = 0.05
    steady: float = 0.15
    memory: int = 8
    learning_s: float = 4.0
    pulse_s: float = 0.010
    pulse_share: float = 0.5
