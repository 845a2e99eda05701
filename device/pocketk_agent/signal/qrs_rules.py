"""The numbers of the QRS detector."""

from dataclasses import dataclass


@dataclass(frozen=True)
class QrsRules:
    """Every number of the detector, in seconds and shares.

    Chosen on ludb lead I and cpsc2019, those from `prominence` to `steady` on EC13 waveform 3a and mitdb 100 with ludb
    leads I, II, V1 and V5 as a guard (development recordings; the same that the tests report on). Those of
    `TallTRules` are apart.

    Attributes:
        slope_s: span over which a slope is taken.
        energy_s: boxcar over the squared slopes, about one wide QRS.
        refractory_s: two beats are at least this far apart (300 per minute and a little jitter).
        apart_s: maxima are the largest within this, so that the shoulder of one beat's energy is not the next.
        close_s: a maximum this soon after a beat (270 per minute) is passed by, as within the refractory time, unless
            it is like that beat: this high beside it (`close_share`), and its wave no further from it than
            `close_unlike` (engineering choices; at 0.5 and at 0.9 the same beats are found in the public
            recordings). Waves of noise are not.
        close_share: see `close_s`.
        close_unlike: see `close_s`.
        fast_s: where most intervals are below this (240 per minute), T waves can no longer be parted from beats
            by time, and noise moves the maxima of neighbours together: then beats may be `fast_refractory_s` and
            maxima `fast_apart_s` apart (engineering choices; no public recording here is that fast).
        fast_refractory_s: see `fast_s`.
        fast_apart_s: see `fast_s`.
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
        pulse_s: a pacemaker pulse lasts 0.1 to 2 ms (ANSI/AAMI EC11 and IEC 60601-2-27).
        pulse_reach_s: what lasts longer than this, with the front end's filter, is no pulse (engineering choice: a
            third of the narrowest QRS, 40 ms).
        pulse_mv: a pulse is higher; lower ones are not steep enough for a beat (engineering choice).
        pulse_over_rough: it stands out by so many times as much as the signal changes beside it. Pulses in ludb reach
            20 to 240, clean R waves at 360 Hz and more 2.7 at most; at 250 Hz the sharpest lose their tips and are
            found nonetheless. From 4 to 8 the public recordings differ by one beat.
        least_mv: a slope below is no beat. A QRS of a paced heart in ludb, 0.1 mV high and broad, has 0.018; noise of
            30 uV peak to valley has 0.004, so that a line without a heart has no beats.
    """

    slope_s: float = 0.02
    energy_s: float = 0.12
    refractory_s: float = 0.19
    apart_s: float = 0.16
    close_s: float = 0.22
    close_share: float = 0.8
    close_unlike: float = 0.7
    fast_s: float = 0.25
    fast_refractory_s: float = 0.16
    fast_apart_s: float = 0.12
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
    pulse_s: float = 0.002
    pulse_reach_s: float = 0.012
    pulse_mv: float = 0.03
    pulse_over_rough: float = 5.0
    least_mv: float = 0.010
