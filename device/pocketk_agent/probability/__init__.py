"""From a score to a probability: what was fitted elsewhere is only applied here."""

from pocketk_agent.probability.abstention import AbstentionBand
from pocketk_agent.probability.beta import Beta
from pocketk_agent.probability.calibration import Calibration
from pocketk_agent.probability.curve import Curve
from pocketk_agent.probability.isotonic import Isotonic
from pocketk_agent.probability.operating_points import OperatingPoints
from pocketk_agent.probability.platt import Platt
from pocketk_agent.probability.site import SiteRecalibration
from pocketk_agent.probability.temperature import Temperature

__all__ = [
    "AbstentionBand",
    "Beta",
    "Calibration",
    "Curve",
    "Isotonic",
    "OperatingPoints",
    "Platt",
    "SiteRecalibration",
    "Temperature",
]
