"""Filter coefficients at 500 Hz, as constants.

Importing scipy.signal costs a device half a second and 80 MB, so the designs are written down here and
a test compares every number with scipy.signal (`butter(4, band, "bandpass", output="sos", fs=500)` and
`iirnotch(mains, 30, 500)`). Rows are second-order sections b0 b1 b2 a0 a1 a2; float64.
"""

Sections = tuple[tuple[float, float, float, float, float, float], ...]

# Mains notch, quality factor 30, by mains frequency in hertz.
NOTCH: dict[float, Sections] = {
    50.0: (
        (
            0.9896361753628921,
            -1.6012649682336106,
            0.9896361753628921,
            1.0,
            -1.6012649682336106,
            0.9792723507257841,
        ),
    ),
    60.0: (
        (
            0.9875889380903247,
            -1.4398427053125467,
            0.9875889380903247,
            1.0,
            -1.4398427053125467,
            0.9751778761806493,
        ),
    ),
}

# Butterworth band-pass of order 4 (eight poles), by band in hertz.
BAND_PASS: dict[tuple[float, float], Sections] = {
    (0.5, 40.0): (
        (
            0.0021387987326912015,
            0.004277597465382403,
            0.0021387987326912015,
            1.0,
            -1.22787587909828,
            0.39352306024517103,
        ),
        (
            1.0,
            2.0,
            1.0,
            1.0,
            -1.486663673168146,
            0.6949675580253452,
        ),
        (
            1.0,
            -2.0,
            1.0,
            1.0,
            -1.9882154714982394,
            0.9882564156624591,
        ),
        (
            1.0,
            -2.0,
            1.0,
            1.0,
            -1.995246749028118,
            0.9952864068099667,
        ),
    ),
    (0.67, 40.0): (
        (
            0.00210678134062039,
            0.00421356268124078,
            0.00210678134062039,
            1.0,
            -1.233079827668742,
            0.39684773498698617,
        ),
        (
            1.0,
            2.0,
            1.0,
            1.0,
            -1.4889634861105354,
            0.6970941053044079,
        ),
        (
            1.0,
            -2.0,
            1.0,
            1.0,
            -1.984128188631517,
            0.984202641211675,
        ),
        (
            1.0,
            -2.0,
            1.0,
            1.0,
            -1.9936562232241961,
            0.9937275352174721,
        ),
    ),
}
