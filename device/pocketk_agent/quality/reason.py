"""Why a stretch of signal is not fit to be scored."""

from enum import StrEnum


class QualityReason(StrEnum):
    """Reason codes, most disabling first; words for people are in `IN_WORDS`."""

    GAP = "gap"
    LEAD_OFF = "lead-off"
    FLAT = "flat"
    SATURATED = "saturated"
    NOISE = "noise"
    NO_QRS = "no-qrs"


IN_WORDS: dict[QualityReason, str] = {
    QualityReason.GAP: "samples were lost on the way",
    QualityReason.LEAD_OFF: "a thumb lost contact",
    QualityReason.FLAT: "the signal is flat",
    QualityReason.SATURATED: "the signal is at the converter's limit",
    QualityReason.NOISE: "movement or muscle noise hides the heartbeat",
    QualityReason.NO_QRS: "no reliable heartbeat was found",
}
