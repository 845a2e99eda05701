"""What to do next, in one sentence per outcome."""

from pocketk_agent.outcome import Outcome, OutcomeKind
from pocketk_agent.wording import INSTRUCTIONS

_ADVICE: dict[OutcomeKind, str] = {
    OutcomeKind.DEVICE_ERROR: "Do not use this device until the fault is cleared; check the cable and start again.",
    OutcomeKind.POOR_RECORDING: "Sit still, moisten both thumbs, rest the hands on the table, and measure again.",
    OutcomeKind.INCONCLUSIVE: "No statement about potassium can be made. If in doubt, take blood.",
    OutcomeKind.LOW: "This does not exclude hyperkalaemia; act on symptoms and history.",
    OutcomeKind.ELEVATED: "Consider a blood potassium.",
    OutcomeKind.HIGH: "Check blood potassium now.",
}

# Faults that a person can mend on the spot.
_OF_FAULTS: dict[str, str] = {
    "battery-low": "Charge the device, then measure again.",
    "calibration-invalid": "Do not use this device; have the calibration of its front end installed anew.",
    "calibration-other-device": "Do not use this device; have the calibration of this very front end installed.",
    "temperature": "Let the device come to room temperature, then measure again.",
    "clock-step": "The device's clock has been set meanwhile; measure again.",
    "low-memory": "Restart the device, then measure again.",
}
# Reasons with an instruction of their own, which "sit still and moisten the thumbs" would not mend.
_TOLD_FIRST = frozenset({"rate-out-of-range", "polarity-reversed", "mains"})


def advice_for(outcome: Outcome) -> str:
    """Advice for a person with a patient in front of them."""
    if outcome.kind is OutcomeKind.DEVICE_ERROR:
        return _OF_FAULTS.get(outcome.reasons[0] if outcome.reasons else "", _ADVICE[outcome.kind])
    if outcome.kind is OutcomeKind.POOR_RECORDING and set(outcome.reasons) & _TOLD_FIRST:
        told = next(code for code in outcome.reasons if code in _TOLD_FIRST)
        return f"{INSTRUCTIONS[told]} Then measure again."
    if "paced" in outcome.reasons:
        return INSTRUCTIONS["paced"]
    return _ADVICE[outcome.kind]
