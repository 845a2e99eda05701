"""What goes from a calibration file into a bundle; read without what fitted it."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pocketk.probability.calibration_error import CalibrationError
from pocketk_agent.bundle.calibration_record import read_abstention, read_calibration, read_operating_points
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.strict_reader import strict_object
from pocketk_agent.probability.abstention import AbstentionBand
from pocketk_agent.probability.calibration import Calibration
from pocketk_agent.probability.logit import logit_of, sigmoid
from pocketk_agent.probability.operating_points import OperatingPoints
from pocketk_agent.probability.site import SiteRecalibration

SCHEMA = 1


@dataclass(frozen=True)
class BundleCalibration:
    """What goes from a calibration into a manifest.

    Attributes:
        thresholds: operating points.
        calibration: of potassium > 5.5 mmol/L.
        calibration_k_ge_6_0: of potassium >= 6.0 mmol/L, None where there is none.
        abstention: None where a statement is always made.
        sentence: what it was fitted on, for the model card.
    """

    thresholds: OperatingPoints
    calibration: Calibration
    calibration_k_ge_6_0: Calibration | None
    abstention: AbstentionBand | None
    sentence: str

    def at_site(self, site: SiteRecalibration) -> "BundleCalibration":
        """The same with a site's recalibration of potassium > 5.5 mmol/L on top.

        Thresholds and band move along the same line, so that every score keeps the tier that it was given when they
        were frozen: the site's pairs change what probability a tier is said to mean, and are too few to choose tiers.
        The second endpoint has no pairs of its own and is left out.

        Raises:
            CalibrationError: it is recalibrated already.
        """
        if self.calibration.site is not None:
            raise CalibrationError("This calibration is a site's own already; start from the released one.")

        def moved(probability: float) -> float:
            return float(sigmoid(site.logit(logit_of(np.array([probability]))))[0])

        points, band = self.thresholds, self.abstention
        return replace(
            self,
            thresholds=OperatingPoints(moved(points.t_low), moved(points.t_high)),
            calibration=replace(self.calibration, site=site),
            calibration_k_ge_6_0=None,
            abstention=None if band is None else replace(band, low=moved(band.low), high=moved(band.high)),
            sentence=f"{self.sentence} Recalibrated at a site on {site.n_pairs} pairs, {site.n_positive} positive.",
        )


def read_bundle_calibration(path: Path) -> BundleCalibration:
    """Read what a bundle needs, strictly.

    Raises:
        CalibrationError: absent, damaged, or not made by this version of `pocketk calibrate`.
    """
    try:
        reader = strict_object(path.read_bytes(), "calibration file")
        schema = reader.take("schema", int)
        if schema != SCHEMA:
            raise CalibrationError(f"{path} has schema {schema}; this version reads {SCHEMA}. Calibrate anew.")
        reader.take("operating_points", list)
        reader.take("provenance", dict)
        points, calibration = (
            read_operating_points(reader.optional("thresholds")),
            read_calibration(reader.optional("calibration")),
        )
        second = read_calibration(reader.optional("calibration_k_ge_6_0"))
        band, sentence = read_abstention(reader.optional("abstention")), reader.take("sentence", str)
        reader.done()
    except (OSError, ValueError, OverflowError, RecursionError, BundleError) as error:
        raise CalibrationError(f"{path} is no calibration file ({error}); make one with pocketk calibrate.") from error
    if points is None or calibration is None:
        raise CalibrationError(f"{path} has no thresholds or no calibration; make one with pocketk calibrate.")
    return BundleCalibration(points, calibration, second, band, sentence)
