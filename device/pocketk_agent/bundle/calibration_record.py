"""Calibrations, thresholds and the abstention band as they stand in a manifest."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from pocketk_agent.bundle.strict_reader import StrictReader, manifest_fault
from pocketk_agent.probability.abstention import AbstentionBand
from pocketk_agent.probability.beta import Beta
from pocketk_agent.probability.calibration import Calibration
from pocketk_agent.probability.curve import Curve
from pocketk_agent.probability.isotonic import Isotonic
from pocketk_agent.probability.operating_points import OperatingPoints
from pocketk_agent.probability.platt import Platt
from pocketk_agent.probability.site import SiteRecalibration
from pocketk_agent.probability.temperature import Temperature


def _temperature(reader: StrictReader) -> Curve:
    return Temperature(reader.number("temperature"))


def _platt(reader: StrictReader) -> Curve:
    return Platt(reader.number("slope"), reader.number("intercept"))


def _beta(reader: StrictReader) -> Curve:
    return Beta(reader.number("a"), reader.number("b"), reader.number("c"))


def _isotonic(reader: StrictReader) -> Curve:
    return Isotonic(*(reader.numbers(field.name) for field in fields(Isotonic)))


_CURVES: dict[str, Callable[[StrictReader], Curve]] = {
    Temperature.KIND: _temperature,
    Platt.KIND: _platt,
    Beta.KIND: _beta,
    Isotonic.KIND: _isotonic,
}


def calibration_json(calibration: Calibration | None) -> dict[str, Any] | None:
    """A calibration as a JSON object."""
    if calibration is None:
        return None
    curve, site = calibration.curve, calibration.site
    return {
        "kind": curve.KIND,
        **vars(curve),
        "covariance": calibration.covariance,
        "fitted_prevalence": calibration.fitted_prevalence,
        "prevalence": calibration.prevalence,
        "site": None if site is None else vars(site),
    }


def read_calibration(reader: StrictReader | None) -> Calibration | None:
    """A calibration from its JSON object.

    Raises:
        BundleError: a kind that this agent does not know, missing or unknown fields, or a calibration with which a
            higher score could mean a lower probability.
    """
    if reader is None:
        return None
    kind = reader.take("kind", str)
    if kind not in _CURVES:
        raise manifest_fault(f"has a calibration of kind {kind!r}, which this agent does not know")
    try:
        calibration = Calibration(
            curve=_CURVES[kind](reader),
            covariance=reader.optional_matrix("covariance"),
            fitted_prevalence=reader.number("fitted_prevalence"),
            prevalence=reader.number("prevalence"),
            site=_read_site(reader.optional("site")),
        )
    except ValueError as error:
        raise manifest_fault(f"has an unusable calibration: {error}") from error
    reader.done()
    return calibration


def _read_site(reader: StrictReader | None) -> SiteRecalibration | None:
    if reader is None:
        return None
    covariance = reader.optional_matrix("covariance")
    site = SiteRecalibration(
        slope=reader.number("slope"),
        intercept=reader.number("intercept"),
        covariance=() if covariance is None else covariance,
        prevalence=reader.number("prevalence"),
        n_pairs=reader.take("n_pairs", int),
        n_positive=reader.take("n_positive", int),
    )
    reader.done()
    return site


def read_operating_points(reader: StrictReader | None) -> OperatingPoints | None:
    """Thresholds from their JSON object.

    Raises:
        BundleError: missing or unknown fields, or thresholds out of order. Equal ones are in order: they leave no
            ELEVATED, as a calibration does whose threshold of HIGH would lie below that of LOW.
    """
    if reader is None:
        return None
    points = OperatingPoints(t_low=reader.number("t_low"), t_high=reader.number("t_high"))
    reader.done()
    if not 0.0 <= points.t_low <= points.t_high <= 1.0:
        raise manifest_fault(
            f"has thresholds out of order: t_low {points.t_low:g} and t_high {points.t_high:g}; "
            "expected 0 <= t_low <= t_high <= 1"
        )
    return points


def read_abstention(reader: StrictReader | None) -> AbstentionBand | None:
    """An abstention band from its JSON object.

    Raises:
        BundleError: missing or unknown fields, ends out of order or outside 0 to 1, or a band of no width.
    """
    if reader is None:
        return None
    try:
        band = AbstentionBand(reader.number("low"), reader.number("high"), reader.number("coverage"))
    except ValueError as error:
        raise manifest_fault(f"has an unusable {error}") from error
    reader.done()
    if band.low == band.high:
        raise manifest_fault(f"has an abstention band of no width at {band.low:g}; leave it out, or give it a width")
    return band
