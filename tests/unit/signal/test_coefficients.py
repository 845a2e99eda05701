"""The constants are the designs that they stand for."""

import numpy as np
import pytest
from scipy import signal

from pocketk_agent.signal.coefficients import BAND_PASS, NOTCH


@pytest.mark.parametrize("band_hz", [(0.5, 40.0), (0.67, 40.0)])
def test_band_pass_is_the_butterworth_design(band_hz: tuple[float, float]):
    design = np.asarray(signal.butter(4, band_hz, "bandpass", fs=500, output="sos"))
    np.testing.assert_allclose(BAND_PASS[band_hz], design, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("mains_hz", [50.0, 60.0])
def test_notch_is_the_design_of_quality_factor_30(mains_hz: float):
    design = np.concatenate(signal.iirnotch(mains_hz, 30, 500))
    np.testing.assert_allclose(NOTCH[mains_hz][0], design, rtol=1e-12, atol=1e-15)


def test_every_filter_is_stable():
    for sections in (*NOTCH.values(), *BAND_PASS.values()):
        for row in sections:
            assert np.abs(np.roots(row[3:])).max() < 1.0
