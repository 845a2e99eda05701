"""What the bench cannot see, and what a person must still compare with the standards."""

from collections.abc import Sequence
from dataclasses import dataclass

from pocketk.bench_check.check_result import CheckResult


@dataclass(frozen=True)
class Unverified:
    """One open point.

    Attributes:
        what: the limit or property.
        why: why it is open.
    """

    what: str
    why: str


NOT_CHECKED: tuple[Unverified, ...] = (
    Unverified(
        "Whether any of these standards applies",
        "IEC 60601-2-47 excludes intermittent event recorders, IEC 60601-2-25 covers reports for diagnosis: a "
        "hand-held strip of 30 s lies between them. Clauses are named after product manuals, not after the standards.",
    ),
    Unverified("Input impedance, at least 2.5 megohm (IEC 60601-2-27)", "analogue; for the hardware bench"),
    Unverified("Common-mode rejection, often quoted as 60 dB for IEC 60601-2-47", "analogue; for the hardware bench"),
    Unverified("Noise of the real input, at most 30 µV", "the front end's noise is simulated here, not measured"),
    Unverified(
        "Analogue band of the front end",
        "signals enter after the analogue path. A third-order sinc filter at 500 samples a second is -3 dB at 131 Hz "
        "and -4 dB at 150 Hz: an ADS1292R at this rate does not reach 150 Hz by itself.",
    ),
    Unverified("Clock error of the front end", "the bench takes the stated rate for true"),
    Unverified("Paper scale after a printer", "a millimetre is that of the file's own pixels per metre"),
    Unverified(
        "Pacemaker pulses: 'paced: do not use'",
        "the bench asks the detector alone, not what the quality gate makes of a paced strip; pulses with overshoot "
        "and pulses in noise are not drawn. A high-pass ahead of the converter (simulated-12-bit) leaves a tail after "
        "a pulse: there pulses from 20 mV and 2 ms or 200 mV and 0.5 ms on are counted.",
    ),
    Unverified(
        "Shapes of the beats",
        "QRS are triangles, T half a sine; the standards' own figures of tall T and of the four "
        "irregular rhythms were not at hand. The public EC13 recordings are counted by `pocketk evaluate-qrs`.",
    ),
    Unverified(
        "Heart rate on the screen", "the agent shows none while it records; the bench averages intervals itself"
    ),
    Unverified(
        "Aliasing of the display",
        "the live trace keeps every fourth sample without a low-pass: what lies above 62.5 Hz "
        "folds down. It is not the stored strip; no limit is known.",
    ),
)


def unverified(results: Sequence[CheckResult]) -> tuple[Unverified, ...]:
    """Limits that were not read in a public document, then what was not checked at all.

    Args:
        results: of the checks.
    """
    limits = [
        Unverified(f"{r.id}: {r.title}", f"{r.clause}. Limit from: {r.source}") for r in results if not r.verified
    ]
    return (*limits, *NOT_CHECKED)
