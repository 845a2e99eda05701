"""How large a release is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReleaseScale:
    """How many patients each part of a release has, and how long it trains.

    Attributes:
        name: of the scale.
        train_patients: of 10 s each, three in ten with K > 5.5 mmol/L.
        morph_share: share of them that are public recordings with potassium laid over; 0 where none are at hand.
        strip_patients: of 30 s each, so that the network sees clips alone and in their strip.
        pretrain_clips: pairs of views of the pre-training.
        clips: that the training sees.
        calibration_patients: of 30 s each at natural prevalence, none of whom is trained on.
        test_patients: likewise, for the evaluation.
        morph_test_patients: of public recordings that no training saw, with potassium laid over.
        draws: resamples of the evaluation.
        targets: further options of `pocketk calibrate`; none for its own targets.
    """

    name: str
    train_patients: int
    morph_share: float
    strip_patients: int
    pretrain_clips: int
    clips: int
    calibration_patients: int
    test_patients: int
    morph_test_patients: int
    draws: int
    targets: tuple[str, ...] = ()


# Sizes that two cores do in under 45 minutes; more distinct patients help more than more epochs (engineering choice
# after trials on the simulator).
FULL = ReleaseScale("full", 130_000, 0.1, 12_000, 40_000, 240_000, 10_000, 12_000, 2_000, 2000)
# To show that every step runs; what comes out is no model to use, and would miss every target of a calibration.
_ANY_MODEL = ("--ppv", "0.0201", "--sensitivity", "0.5", "--coverage", "0.6", "--most-inconclusive", "0.99")
SMOKE = ReleaseScale("smoke", 2_400, 0.25, 300, 512, 5_120, 1_200, 900, 400, 100, _ANY_MODEL)
