"""Why a stretch of signal is not fit to be scored."""

from enum import StrEnum


class QualityReason(StrEnum):
    """Reason codes, most disabling first; words for people are in `IN_WORDS`.

    `NOISE` is what is said where no cause can be told: of a recording that no preparation takes, and in what
    earlier versions stored. The gate itself names mains, motion or muscle noise.
    """

    GAP = "gap"
    LEAD_OFF = "lead-off"
    FLAT = "flat"
    SATURATED = "saturated"
    MAINS = "mains"
    MOTION = "motion"
    MUSCLE_NOISE = "muscle-noise"
    NOISE = "noise"
    LOW_AMPLITUDE = "low-amplitude"
    NO_QRS = "no-qrs"
    RATE_OUT_OF_RANGE = "rate-out-of-range"
    POLARITY_REVERSED = "polarity-reversed"
    PACED = "paced"
    TOO_FEW_GOOD_SECONDS = "too-few-good-seconds"


IN_WORDS: dict[QualityReason, str] = {
    QualityReason.GAP: "samples were lost on the way",
    QualityReason.LEAD_OFF: "a thumb lost contact",
    QualityReason.FLAT: "the signal is flat",
    QualityReason.SATURATED: "the signal is at the converter's limit",
    QualityReason.MAINS: "mains interference hides the heartbeat",
    QualityReason.MOTION: "movement hides the heartbeat",
    QualityReason.MUSCLE_NOISE: "muscle noise hides the heartbeat",
    QualityReason.NOISE: "movement or muscle noise hides the heartbeat",
    QualityReason.LOW_AMPLITUDE: "the heartbeat is too small to be measured",
    QualityReason.NO_QRS: "no reliable heartbeat was found",
    QualityReason.RATE_OUT_OF_RANGE: "the heart rate is outside what can be scored",
    QualityReason.POLARITY_REVERSED: "left and right hand are probably swapped",
    QualityReason.PACED: "a pacemaker seems to drive the heart",
    QualityReason.TOO_FEW_GOOD_SECONDS: "too few seconds in a row are undisturbed",
}

# What says something of the recording; the others are about the heart or about how the device was held.
DISTURBANCES = frozenset(
    {
        QualityReason.GAP,
        QualityReason.LEAD_OFF,
        QualityReason.FLAT,
        QualityReason.SATURATED,
        QualityReason.MAINS,
        QualityReason.MOTION,
        QualityReason.MUSCLE_NOISE,
        QualityReason.NOISE,
        QualityReason.LOW_AMPLITUDE,
        QualityReason.NO_QRS,
        QualityReason.TOO_FEW_GOOD_SECONDS,
    }
)
