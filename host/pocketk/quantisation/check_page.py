"""A quantisation check as JSON and as one self-contained HTML page."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from pocketk.evaluation.report_figure import BLUE, GREY, ReportFigure, drawn
from pocketk.evaluation_page import document_html
from pocketk.export.formats.export_record import Machine
from pocketk.quantisation.check_scoring import PairedLogits
from pocketk_agent.version import VERSION
from pocketk_calibration.quantisation.judgement import QuantisationJudgement, QuantisationLimits

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCHEMA = 1
_MOST_DOTS = 4000  # of a scatter, evenly spaced over the clips


@dataclass(frozen=True)
class CheckRecord:
    """One check.

    Attributes:
        reference: name of the network's model.
        candidate: the file's name and the first digits of its SHA-256.
        cohort: what it was checked on, words.
        recordings: with a result.
        patients: of them.
        seconds: it took, all in all.
        machine: what ran it.
        limits: what was allowed.
        judgement: what was found.
        failures: which limits were not kept.
    """

    reference: str
    candidate: str
    cohort: str
    recordings: int
    patients: int
    seconds: float
    machine: Machine
    limits: QuantisationLimits
    judgement: QuantisationJudgement
    failures: tuple[str, ...]

    def to_json(self) -> str:
        """The JSON document; what is infinite or was not measured is null."""
        document = {"schema": SCHEMA, "pocketk": VERSION, **asdict(self)}
        return json.dumps(_plain(document), indent=1, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def check_page(record: CheckRecord, pairs: PairedLogits) -> str:
    """The page: verdict, tables, pictures; all text escaped."""
    found = record.judgement
    parts = (
        f"<p>{escape(record.candidate)} against {escape(record.reference)} on {escape(record.cohort)}: "
        f"{record.recordings} recordings of {record.patients} patients, {len(pairs.reference)} clips. "
        "Research demonstration, not for clinical use.</p>\n",
        _verdict(record.failures),
        _table("Logits, each output in its own standard deviation", OUTPUT_HEADINGS, output_rows(found)),
        _table("Decisions, discrimination and calibration", DECISION_HEADINGS, decision_rows(found)),
        *(_figure(pairs, found, k).html() for k in range(len(found.outputs))),
        f"<p>{escape(record.machine.processor)}; {escape(record.machine.system)}; {record.seconds:.0f} s.</p>\n",
    )
    return document_html("Quantisation check", "".join(parts))


OUTPUT_HEADINGS = ("output", "SD", "MAE / SD", "bias / SD", "p99 / SD", "largest error", "slope", "cannot be held")
DECISION_HEADINGS = ("quantity", "value", "95 % interval", "n")


def output_rows(found: QuantisationJudgement) -> list[tuple[str, ...]]:
    """One row an output."""
    return [
        (
            each.name, f"{each.sd:.3f}", f"{each.mae_of_sd:.2%}", f"{each.bias_of_sd:+.2%}", f"{each.p99_of_sd:.2%}",
            f"{each.max_abs_error:.3g}", f"{each.slope:.4f}", f"{outside} of {each.n}",
        )
        for each, outside in zip(found.outputs, found.output_range.outside, strict=True)
    ]  # fmt: skip


def decision_rows(found: QuantisationJudgement) -> list[tuple[str, ...]]:
    """Flips, AUROC difference and calibration, a row each."""
    rows = [
        (
            f"change sides of {each.threshold:.4g} ({each.up} up, {each.down} down)",
            f"{each.share:.3%}", f"{each.low:.3%} to {each.high:.3%}", str(each.n),
        )
        for each in found.flips
    ]  # fmt: skip
    if found.tier_flips is not None:
        changed, low, high = found.tier_flips
        n = found.flips[0].n
        rows.append(("another outcome by probability", f"{changed / n:.3%}", f"{low:.3%} to {high:.3%}", str(n)))
    if found.auroc is not None:
        auroc = found.auroc
        words = (
            f"AUROC difference ({auroc.reference:.4f} to {auroc.candidate:.4f}), {auroc.draws} resamples of patients"
        )
        rows.append((words, f"{auroc.value:+.5f}", f"{auroc.low:+.5f} to {auroc.high:+.5f}", str(auroc.n)))
    if found.calibration is not None:
        for name, (before, after) in asdict(found.calibration).items():
            rows.append((f"calibration {name}, before and after", f"{before:.4f}, {after:.4f}", "", ""))
    return rows


def _verdict(failures: tuple[str, ...]) -> str:
    if not failures:
        return "<p><strong>Within every limit.</strong></p>\n"
    lines = "".join(f"<li>{escape(line)}</li>\n" for line in failures)
    return f"<p><strong>Not within the limits.</strong></p>\n<ul>\n{lines}</ul>\n"


def _table(title: str, headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in headings)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in rows)
    return (
        f'<h2>{escape(title)}</h2>\n<div class="scroll" tabindex="0"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}</tbody></table></div>\n"
    )


def _figure(pairs: PairedLogits, found: QuantisationJudgement, output: int) -> ReportFigure:
    each = found.outputs[output]
    caption = (
        f"{each.name}: the candidate's value against the network's (at most {_MOST_DOTS} clips), and the errors of all "
        f"{each.n} clips in standard deviations."
    )
    words = (
        f"{each.name}: mean error {each.mae_of_sd:.2%} of the SD, bias {each.bias_of_sd:+.2%}, slope {each.slope:.4f}"
    )
    return ReportFigure(
        f"logits-{output}", caption, words, drawn(lambda figure: _draw(figure, pairs, each.sd, output), (8.0, 3.4))
    )


def _draw(figure: Figure, pairs: PairedLogits, sd: float, output: int) -> None:
    reference, candidate = pairs.reference[:, output], pairs.candidate[:, output]
    shown = np.unique(np.linspace(0, len(reference) - 1, min(_MOST_DOTS, len(reference))).astype(int))
    left, right = figure.subplots(1, 2)
    ends = [float(reference.min()), float(reference.max())]
    left.plot(ends, ends, color=GREY, linewidth=1)
    left.scatter(reference[shown], candidate[shown], s=3, alpha=0.4, color=BLUE, linewidths=0, rasterized=True)
    left.set_xlabel("network")
    left.set_ylabel("candidate")
    right.hist((candidate - reference) / max(sd, 1e-12), bins=80, color=BLUE)
    right.set_yscale("log")
    right.set_xlabel("error, SD")
    right.set_ylabel("clips")
