"""From whatever layout a caller has to one lead of plausible millivolts."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocketk_agent.signal.errors import MissingSamplesError, ShapeError, UnitsError

# Half a strip missing is a cabling or conversion fault, not a recording with a gap.
MAX_MISSING_SHARE = 0.5
# Standard deviation over a strip. A resting Lead I lies near 0.1 to 0.3 mV; the wildest of the dry-electrode
# running recordings stays below 2 mV. Above 10 mV the numbers are microvolts or counts, below 1 uV volts.
LARGEST_SD_MV, SMALLEST_SD_MV = 10.0, 0.001


def single_lead(ecg_mv: ArrayLike) -> NDArray[np.float64]:
    """Return Lead I as a one-dimensional array.

    Args:
        ecg_mv: (T,), (T, 1), (1, T), or twelve leads with Lead I first as (T, 12) or (12, T).

    Returns:
        (T,) float64.

    Raises:
        ShapeError: any other layout, or not numbers.
    """
    if np.iscomplexobj(ecg_mv):
        raise ShapeError("The signal is complex; an electrocardiogram is real.")
    try:
        # A masked sample is a missing one; plain conversion would show what the mask hides.
        # np.ma takes 20 ms to load, and nobody has a masked array who has not loaded it.
        if type(ecg_mv) is not np.ndarray and isinstance(ecg_mv, np.ma.MaskedArray):
            ecg_mv = np.ma.filled(ecg_mv.astype(np.float64), np.nan)
        array = np.asarray(ecg_mv, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise ShapeError(f"The signal is not an array of numbers: {error}") from error
    if array.ndim == 2:
        array = _lead_of_two_dimensions(array)
    if array.ndim != 1 or array.size == 0:
        raise ShapeError(
            f"Signal of shape {np.shape(ecg_mv)}; expected (T,), (T, 1), (1, T), (T, 12) or (12, T) with T > 0."
        )
    return array


def _lead_of_two_dimensions(array: NDArray[np.float64]) -> NDArray[np.float64]:
    rows, columns = array.shape
    if rows == columns:
        raise ShapeError(f"A {rows} x {columns} array does not say which axis is time.")
    if rows in (1, 12):
        return array[0]
    if columns in (1, 12):
        return array[:, 0]
    raise ShapeError(f"Array of shape {array.shape}: neither axis holds 1 or 12 leads.")


def check_missing(missing: NDArray[np.bool_]) -> None:
    """Refuse a strip that is mostly missing.

    Raises:
        MissingSamplesError: more than half of the samples are missing.
    """
    share = float(np.count_nonzero(missing)) / missing.size
    if share > MAX_MISSING_SHARE:
        raise MissingSamplesError(
            f"{share:.0%} of the samples are missing (NaN or infinite); at most {MAX_MISSING_SHARE:.0%} may be. "
            "Check the lead and the conversion to millivolts."
        )


def check_millivolts(good_mv: NDArray[np.float64]) -> None:
    """Refuse values that cannot be millivolts. A dead flat line passes: that is the quality gate's to judge.

    Args:
        good_mv: (n,) the samples that are neither missing nor bad.

    Raises:
        UnitsError: the spread is that of microvolts, counts or volts.
    """
    sd = float(good_mv.std()) if good_mv.size else 0.0
    if sd > LARGEST_SD_MV:
        raise UnitsError(
            f"Standard deviation {sd:.3g}: too large for millivolts. Microvolts? Divide by 1000. ADC counts? "
            "Apply gain and offset first."
        )
    if 0.0 < sd < SMALLEST_SD_MV:
        raise UnitsError(f"Standard deviation {sd:.3g}: too small for millivolts. Volts? Multiply by 1000.")
