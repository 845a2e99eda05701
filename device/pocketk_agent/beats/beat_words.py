"""The words for beat measurements: what is said beside an outcome, never in its place."""

from pocketk_agent.beats.beat_report import LABEL, VARIABILITY_LABEL, BeatReport
from pocketk_agent.beats.measured import Measured
from pocketk_agent.wording import lead_in_words, printable

# Plain ASCII, and longer than a minus sign: a missing number must not be read as a negative one.
DASH = "--"

Named = tuple[str, Measured]


def label_of(lead: str) -> str:
    """What stands over the numbers, with the lead's own name where it is not Lead I."""
    return LABEL if lead == "I" else LABEL.replace("Lead I", lead_in_words(lead))


def beat_lines(report: BeatReport, lead: str = "I") -> tuple[str, ...]:
    """The measurements as a few short lines under their label; a dash where one cannot be measured, and why.

    Args:
        report: of one strip.
        lead: name of its lead.
    """
    heart, spans, t = report.heart, report.intervals, report.t
    amplitude, rise, fall = (
        _number(t.amplitude_mv, ".2f", " mV"),
        _number(t.rise_mv_per_s, "+.1f", ""),
        _number(t.fall_mv_per_s, "+.1f", ""),
    )
    return (
        f"{label_of(lead)}:",
        f"Heart rate {_number(heart.rate_bpm, '.0f', '/min')}",
        f"RR variability SDNN {_ms(heart.sdnn_ms)}, RMSSD {_ms(heart.rmssd_ms)} ({VARIABILITY_LABEL})",
        f"PR {_ms(spans.pr_ms)} | QRS {_ms(spans.qrs_ms)} | QT {_ms(spans.qt_ms)} | "
        f"QTc {_ms(spans.qtc_fridericia_ms)} (Fridericia), {_ms(spans.qtc_bazett_ms)} (Bazett)",
        f"T in raw mV: amplitude {amplitude}, width {_ms(t.width_ms)}, slopes {rise} and {fall} mV/s",
        _basis(report),
        *_missing(report),
    )


def not_measured_line(reason: str, lead: str = "I") -> str:
    """That there are no measurements, and why."""
    return f"{label_of(lead)}: not measured ({printable(reason)})."


def _number(one: Measured, form: str, unit: str) -> str:
    return DASH if one.value is None else f"{one.value:{form}}{unit}"


def _ms(one: Measured) -> str:
    return _number(one, ".0f", " ms")


def _basis(report: BeatReport) -> str:
    """What the numbers rest on."""
    found = f"{report.n_found} beats in {report.seconds:.0f} s"
    return f"{found}, no median beat" if report.median is None else f"Median of {report.median.n_beats} of {found}"


def _missing(report: BeatReport) -> tuple[str, ...]:
    """One line with the reasons behind the dashes, none where every number is there."""
    heart, spans, t = report.heart, report.intervals, report.t
    # What goes missing for one reason together is named once.
    shown: tuple[Named, ...] = (
        ("heart rate", heart.rate_bpm),
        ("RR variability", heart.sdnn_ms),
        ("PR", spans.pr_ms),
        ("QRS", spans.qrs_ms),
        ("QT", spans.qt_ms),
        ("QTc", spans.qtc_fridericia_ms),
        ("T amplitude", t.amplitude_mv),
        ("T width", t.width_ms),
        ("T slopes", t.rise_mv_per_s),
    )
    names: dict[str, list[str]] = {}
    for name, one in shown:
        if one.value is None and one.reason is not None:
            names.setdefault(one.reason.value, []).append(name)
    if not names:
        return ()
    return (f"{DASH} " + "; ".join(f"{', '.join(several)}: {reason}" for reason, several in names.items()),)
