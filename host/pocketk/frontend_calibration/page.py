"""A calibration as one self-contained HTML page, printable and readable without colour."""

from html import escape

from pocketk.evaluation_page import document_html
from pocketk.frontend_calibration.pictures import figures_of
from pocketk_agent.bundle.signature import time_text
from pocketk_agent.front_end_calibration.signal_set import CalibrationSignalSet
from pocketk_agent.front_end_calibration.test_square import TEST_SQUARES
from pocketk_calibration.frontend.fit import FrontEndFit

HEADINGS = ("quantity", "measured (k = 2)", "limit", "verdict")


def verdict_rows(fit: FrontEndFit) -> list[tuple[str, str, str, str]]:
    """A row for each quantity that has a limit."""
    return [
        (each.quantity, each.measured.replace("+nan", "nan"), each.limit, "kept" if each.kept else "NOT KEPT")
        for each in fit.verdicts
    ]


def calibration_page(signals: CalibrationSignalSet, fit: FrontEndFit, signer: str) -> str:
    """The page.

    Args:
        signals: that were fitted.
        fit: what came out.
        signer: who signed, empty where nobody did.
    """
    pictures = "".join(figure.html() for figure in figures_of(signals, fit))
    return document_html(
        "Calibration of a front end", "".join((_facts(fit, signer), _verdict(fit), _table(fit), pictures, _notes(fit)))
    )


def _facts(fit: FrontEndFit, signer: str) -> str:
    record = fit.record
    rows = (
        ("serial number", record.serial),
        ("profile", record.profile),
        ("firmware", record.firmware),
        ("made", time_text(record.made_at)),
        ("due", time_text(record.due_at)),
        ("signed by", signer or "nobody: not signed"),
        ("recorded by agent, fitted by version", f"{record.agent_version}, {record.fit_version}"),
    )
    body = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>\n" for name, value in rows)
    return f'<table class="words"><tbody>\n{body}</tbody></table>\n'


def _verdict(fit: FrontEndFit) -> str:
    if fit.accepted:
        return "<p><strong>Accepted: within every limit.</strong></p>\n"
    lines = "".join(f"<li>{escape(reason)}</li>\n" for reason in fit.reasons)
    return f"<p><strong>Refused; no calibration was signed.</strong></p>\n<ul>\n{lines}</ul>\n"


def _table(fit: FrontEndFit) -> str:
    head = "".join(f'<th scope="col">{each}</th>' for each in HEADINGS)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in verdict_rows(fit)
    )
    return (
        f'<h2>Measured and allowed</h2>\n<div class="scroll" tabindex="0"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}</tbody></table></div>\n<h2>Signals</h2>\n"
    )


def _notes(fit: FrontEndFit) -> str:
    square = TEST_SQUARES[fit.record.profile]
    return (
        f"<p>Gain: {fit.record.gain.n} periods against the chip's own test source of "
        f"±{fit.record.test_mv:.4f} mV ± {100 * square.accuracy:g} % ({escape(square.source)}). The source and the "
        "converter share one reference, so that an error of the reference shows in neither. Rate: against the clock of "
        "the computer that recorded. Research demonstration, not for clinical use.</p>\n"
    )
