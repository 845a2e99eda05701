"""Every number of the delineation in one place."""

from dataclasses import dataclass


@dataclass(frozen=True)
class QrsBoundaryRules:
    """Numbers for the onset and end of QRS, chosen on lead I of the even-numbered ludb records.

    Attributes:
        slope_s: standard deviation of the Gaussian under which slopes are taken.
        share_on: onset is where the slope falls below this share of the steepest,
        share_off: and the end where it falls below this one,
        silence_s: and stays there this long.
        noise: a slope below this many times the beat's median slope is no QRS (but see `noise_most`).
        noise_most: nor may noise raise the threshold beyond this share of the steepest slope.
        before_s: QRS begins at most this long before its peak,
        after_s: and ends at most this long after it.
        shift_on_s: mean error of the onset on those records, taken off.
        shift_off_s: mean error of the end, taken off.
    """

    slope_s: float = 0.0086
    share_on: float = 0.113
    share_off: float = 0.063
    silence_s: float = 0.029
    noise: float = 2.94
    noise_most: float = 0.3
    before_s: float = 0.093
    after_s: float = 0.153
    shift_on_s: float = 0.0081
    shift_off_s: float = 0.0035


@dataclass(frozen=True)
class PWaveRules:
    """Numbers for the P wave, chosen on lead I of the even-numbered ludb records.

    Attributes:
        scale_s: scale of the bump that P is searched as.
        smooth_s: standard deviation of the Gaussian under which its slopes are taken.
        before_s: P's peak lies at most this long before QRS onset,
        gap_s: and at least this long.
        half_s: P reaches at most this far from its peak.
        share_on: onset is where the slope falls below this share of the steepest.
        share_off: the end likewise.
        negative: a negative bump must be larger than a positive one by 1 / this.
        smallest_mv: lower bumps are not told from nothing.
        consistency: the bump's mean over the beats must be this many of its standard errors.
        shift_on_s: mean error of the onset on those records, taken off.
        shift_off_s: mean error of the end, taken off.
    """

    scale_s: float = 0.0227
    smooth_s: float = 0.0129
    before_s: float = 0.294
    gap_s: float = 0.0323
    half_s: float = 0.0894
    share_on: float = 0.398
    share_off: float = 0.674
    negative: float = 0.834
    smallest_mv: float = 0.005
    consistency: float = 3.0
    shift_on_s: float = 0.0
    shift_off_s: float = 0.0014


@dataclass(frozen=True)
class TWaveRules:
    """Numbers for the T wave, chosen on lead I of the even-numbered ludb records.

    Attributes:
        scale_s: scale of the bump that T is searched as.
        smooth_s: standard deviation of the Gaussian under which its slopes are taken.
        after_s: T's peak lies at least this long after the end of QRS,
        latest_rr: and at most this share of the RR interval after its peak.
        half_s: T's steepest fall lies at most this long after its peak.
        area_s: length of the trapezium whose area is largest at T's end (Vazquez-Seisdedos 2011).
        negative: a negative bump must be larger than a positive one by 1 / this.
        smallest_mv: lower bumps are not told from nothing.
        consistency: the bump's mean over the beats must be this many of its standard errors.
        shift_off_s: mean error of the end on those records, taken off.
    """

    scale_s: float = 0.0644
    smooth_s: float = 0.02
    after_s: float = 0.0872
    latest_rr: float = 0.598
    half_s: float = 0.0791
    area_s: float = 0.0914
    negative: float = 0.901
    smallest_mv: float = 0.01
    consistency: float = 4.0
    shift_off_s: float = 0.0155


@dataclass(frozen=True)
class DelineationRules:
    """All of them.

    Attributes:
        qrs: QRS complex.
        p: P wave.
        t: T wave.
    """

    qrs: QrsBoundaryRules = QrsBoundaryRules()
    p: PWaveRules = PWaveRules()
    t: TWaveRules = TWaveRules()
