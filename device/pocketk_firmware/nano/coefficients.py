"""Coefficients of the `pocketk-nano-v1` biquads at 500 samples a second, in 1/16384.

One section is (b0, b1, b2, a1, a2) with a0 = 16384, all rounded to integers; the designs are
`scipy.signal.iirnotch(mains, 30, 500)` and `butter(4, 40, fs=500, output="sos")` with the gain spread over the
sections so that each passes DC unchanged. In the low-pass, b1 takes the rounding, so that its DC gain is 1 exactly.
Tests hold the responses against scipy.
"""

from pocketk_firmware.constant import const

COEFFICIENT_BITS = const(14)

# Quality factor 30 as in the other preprocessing variants: 3 dB down at 1.7 and 2 Hz beside the middle.
NOTCH = {
    50: (16214, -26235, 16214, -26235, 16044),
    60: (16181, -23590, 16181, -23590, 15977),
}

# Butterworth of order 4 at 40 Hz: what decimation to 125 Hz folds onto 40 Hz and below (85 Hz and above) is
# attenuated 29 dB or more.
LOW_PASS = (
    (701, 1403, 701, -19871, 6292),
    (856, 1710, 856, -24245, 11283),
)


def sections(mains_hz):
    """Return the chain's three sections in order: notch, low-pass, low-pass.

    Raises:
        ValueError: `mains_hz` is neither 50 nor 60.
    """
    if mains_hz not in NOTCH:
        raise ValueError("mains frequency must be 50 or 60 Hz, not %s" % (mains_hz,))
    return (NOTCH[mains_hz],) + LOW_PASS
