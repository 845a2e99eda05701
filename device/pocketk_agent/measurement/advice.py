"""What to do next, in one sentence per outcome."""

from pocketk_agent.outcome import Outcome, OutcomeKind

_ADVICE: dict[OutcomeKind, str] = {
    OutcomeKind.DEVICE_ERROR: "Do not use this device until the fault is cleared; check the cable and start again.",
    OutcomeKind.POOR_RECORDING: "Sit still, moisten both thumbs, rest the hands on the table, and measure again.",
    OutcomeKind.INCONCLUSIVE: "No statement about potassium can be made. If in doubt, take blood.",
    OutcomeKind.LOW: "This does not exclude hyperkalaemia; act on symptoms and history.",
    OutcomeKind.ELEVATED: "Consider a blood potassium.",
    OutcomeKind.HIGH: "Check blood potassium now.",
}


def advice_for(outcome: Outcome) -> str:
    """Advice for a person with a patient in front of them."""
    return _ADVICE[outcome.kind]
