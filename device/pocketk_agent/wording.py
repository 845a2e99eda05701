"""The words of screens, logs and printed strips: the same thing is called the same everywhere."""

import math
import unicodedata

from pocketk_agent.front_end import FrontEnd
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.outcome import TIERS, Outcome, OutcomeKind, Risk
from pocketk_agent.quality.reason import IN_WORDS, QualityReason

PRODUCT = "Pocket-K"
LONGEST_TEXT = 400  # characters; what a foreign device calls itself must not push an outcome off the screen

HEADLINES: dict[OutcomeKind, str] = {
    OutcomeKind.DEVICE_ERROR: "[!] NO RESULT: DEVICE FAULT",
    OutcomeKind.POOR_RECORDING: "[~] NO RESULT: POOR RECORDING",
    OutcomeKind.INCONCLUSIVE: "[?] NO RESULT: INCONCLUSIVE",
    OutcomeKind.LOW: "RESULT: LOW",
    OutcomeKind.ELEVATED: "RESULT: ELEVATED",
    OutcomeKind.HIGH: "RESULT: HIGH",
}

MEANINGS: dict[OutcomeKind, str] = {
    OutcomeKind.DEVICE_ERROR: "A fault of the device, not a finding about the patient.",
    OutcomeKind.POOR_RECORDING: "The signal was not fit to be scored; not a finding about the patient.",
    OutcomeKind.INCONCLUSIVE: "The measurement gives no answer in either direction.",
    OutcomeKind.LOW: "Below the low threshold. This does not exclude hyperkalaemia.",
    OutcomeKind.ELEVATED: "Between the low and the high threshold. A screening score, not a lab value.",
    OutcomeKind.HIGH: "At or above the high threshold. A screening score, not a lab value.",
}

STATIONS: dict[FlowState, str] = {
    FlowState.IDLE: "READY",
    FlowState.WAIT_CONTACT: "WAITING FOR CONTACT",
    FlowState.STABILISING: "STABILISING",
    FlowState.RECORDING: "RECORDING",
    FlowState.ANALYSING: "ANALYSING",
    FlowState.DONE: "DONE",
}

GUIDANCE: dict[FlowState, str] = {
    FlowState.IDLE: "Sit down, rest both hands on the table.",
    FlowState.WAIT_CONTACT: "Left thumb on the left electrode, right thumb on the right. Moisten dry skin.",
    FlowState.STABILISING: "Hold still while the signal settles.",
    FlowState.RECORDING: "Hold still, do not press hard, breathe quietly.",
    FlowState.ANALYSING: "The recording is complete; the thumbs may be lifted.",
    FlowState.DONE: "The measurement is over.",
}

# Reasons that a person mends by holding still.
STILL_REASONS = frozenset({"motion", "muscle-noise", "noise", "no-qrs", "too-few-good-seconds"})

_HOLD_STILL = "Hold still: rest both hands on the table and relax the shoulders."

# What to do about a reason, by its code: a reason may be newer than these words.
INSTRUCTIONS: dict[str, str] = {
    "gap": "Keep the cable still; the device may sit too far from its receiver.",
    "lead-off": "Put both thumbs back on the electrodes and keep them there.",
    "flat": "Lift both thumbs and put them back on the electrodes.",
    "saturated": "Lift both thumbs, wipe the electrodes, and put them back without pressing hard.",
    "mains": "Move away from chargers, lamps and mains cables, and touch nobody.",
    "low-amplitude": "Moisten both thumbs and lay them flat on the electrodes.",
    "polarity-reversed": "Swap your hands: left thumb on the left electrode, right thumb on the right.",
    "rate-out-of-range": "Check the pulse by hand; if it is that slow or fast, get medical help now.",
    "paced": "This device says nothing about paced hearts, however often it measures. If in doubt, take blood.",
    **dict.fromkeys(sorted(STILL_REASONS), _HOLD_STILL),
}


def instruction_for(code: str) -> str:
    """What to do about a reason; for one that nothing is known of, to hold still."""
    return INSTRUCTIONS.get(code, _HOLD_STILL)


def printable(text: str) -> str:
    """Return `text` on one line without control, bidirectional or surrogate characters, at most 400 long."""
    spaced = " ".join(text.split())
    safe = "".join("?" if unicodedata.category(c).startswith("C") else c for c in spaced)
    return safe if len(safe) <= LONGEST_TEXT else safe[: LONGEST_TEXT - 1] + "…"


def lead_in_words(lead: str) -> str:
    """Return "Lead I", or say plainly that it is another lead."""
    return "Lead I" if lead == "I" else f"lead {printable(lead) or 'unnamed'}, not Lead I"


def device_in_words(front_end: FrontEnd) -> str:
    """Return serial number, runtime, lead and rate in one line."""
    parts = (
        f"device {printable(front_end.serial)}",
        printable(front_end.runtime),
        lead_in_words(front_end.lead),
        f"{front_end.fs_hz:g} Hz",
    )
    return " | ".join(parts)


def contact_in_words(contact: bool) -> str:
    """Return whether both thumbs are on."""
    return "both thumbs on" if contact else "NO CONTACT, put both thumbs on the electrodes"


def progress_in_words(state: FlowState, recorded_s: float, target_s: float, *, extended: bool = False) -> str:
    """Return the station, while recording with its seconds: "RECORDING 12 s of 30", "... 34 s of at most 60"."""
    if state is not FlowState.RECORDING:
        return STATIONS[state]
    at_most = "at most " if extended else ""
    return f"{STATIONS[state]} {whole_seconds(recorded_s)} s of {at_most}{whole_seconds(target_s)}"


def whole_seconds(seconds: float) -> int:
    """Seconds rounded down; 0 for anything that is not a positive number."""
    return int(seconds + 1e-9) if math.isfinite(seconds) and seconds > 0 else 0


def reason_in_words(code: str) -> str:
    """Return a reason code in words with the code behind it; an unknown code stands for itself."""
    words = IN_WORDS.get(QualityReason(code)) if code in set(QualityReason) else None
    return f"{words} ({code})" if words else printable(code)


def percent(share: float) -> str:
    """Return a share in percent, without pretending to know the tails: "below 1 %", "above 99 %"."""
    if not 0.0 <= share <= 1.0:
        return "unknown"
    if share < 0.01:
        return "below 1 %"
    if share > 0.99:
        return "above 99 %"
    return f"{100 * share:.0f} %"


def risk_in_words(risk: Risk) -> str:
    """Return the calibrated probabilities, the interval where it is known, and the prevalence they assume."""
    prevalence = f"{100 * risk.prevalence:.2g} %" if 0.0 <= risk.prevalence <= 1.0 else "unknown"
    probability, interval, severe = percent(risk.probability), "", ""
    if risk.interval is not None:
        interval = f", 95 % interval {percent(risk.interval[0])} to {percent(risk.interval[1])}"
    if risk.probability_k_ge_6_0 is not None:
        severe = f" Of potassium >= 6.0 mmol/L: {percent(risk.probability_k_ge_6_0)}."
    return f"Probability of potassium > 5.5 mmol/L: {probability} (assumed prevalence {prevalence}{interval}).{severe}"


def tier_ladder(kind: OutcomeKind) -> str:
    """Return the three tiers in a row with the reached one in brackets and capitals; empty for no result."""
    if kind not in TIERS:
        return ""
    steps = (OutcomeKind.LOW, OutcomeKind.ELEVATED, OutcomeKind.HIGH)
    return "   ".join(f">> {step.value} <<" if step is kind else step.value.lower() for step in steps)


def outcome_in_words(outcome: Outcome) -> list[str]:
    """Return the sentences below the headline: explanation, meaning, and risk or reasons."""
    sentences = [printable(outcome.explanation), MEANINGS[outcome.kind]]
    if outcome.risk is not None:
        sentences.append(risk_in_words(outcome.risk))
    if outcome.reasons:
        reasons = (_reason_beside(code, outcome.explanation) for code in outcome.reasons)
        sentences.append(f"Reasons: {'; '.join(reasons)}.")
    return [sentence for sentence in sentences if sentence]


def _reason_beside(code: str, explanation: str) -> str:
    """A reason, its code alone where the explanation holds the words already."""
    said = code in set(QualityReason) and IN_WORDS[QualityReason(code)] in explanation
    return code if said else reason_in_words(code)
