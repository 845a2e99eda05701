"""What a device would say, by potassium."""

import numpy as np

from pocketk.evaluation.device_answer import ANSWERS, rules_of
from pocketk.evaluation.report_section import Section
from pocketk.evaluation.report_table import Cell, Table
from pocketk.evaluation.row_means import share_of
from pocketk.evaluation.study import Mask, Study, StudyRows
from pocketk_agent.measurement.disagreement import DEFAULT_DISAGREEMENT

_KEY, _TITLE = "tiers", "What the device would say"
_CLASSES = ("K <= 5.5", "above 5.5, below 6.0", "K >= 6.0", "K >= 6.5")
_HEADINGS = ("answer", "recordings", *_CLASSES, "share of all")


def tier_section(study: Study) -> Section:
    """Answers of the device against classes of potassium, refused recordings included."""
    rows, rules = study.labelled, rules_of(study.plan)
    if isinstance(rules, str):
        return Section(_KEY, _TITLE, "", not_computed=(f"What the device would say: {rules}.",))
    if not len(rows):
        return Section(_KEY, _TITLE, "", not_computed=("What the device would say: no labelled recording.",))
    said = rules.answers(rows)
    lines = tuple(_line(rows, answer, said == answer) for answer in ANSWERS)
    band = study.plan.frozen.abstention
    lacking = "Abstention band: none was frozen, so that no recording falls into it."
    return Section(
        _KEY,
        _TITLE,
        "Of all recordings with a potassium, each decided by the device's own rules in their order: refused, clips "
        f"that lie more than {DEFAULT_DISAGREEMENT.spread_logit:g} logit apart, a probability in the abstention band, "
        "then the tier. Refused also holds what a device would call inconclusive for the recording itself, such as "
        "pacing. Columns are counts of recordings; K >= 6.5 is part of K >= 6.0.",
        (Table("tiers", "Answer of the device by potassium, mmol/L", _HEADINGS, (*lines, _all(rows))),),
        not_computed=(lacking,) if band is None else (),
    )


def _classes(rows: StudyRows) -> tuple[Mask, ...]:
    k = rows.k_mmol_l
    return ~rows.positive, rows.positive & (k < 6.0), k >= 6.0, k >= 6.5


def _line(rows: StudyRows, answer: str, said: Mask) -> tuple[Cell, ...]:
    counts = tuple(int((said & among).sum()) for among in _classes(rows))
    return (answer, int(said.sum()), *counts, share_of(rows, said))


def _all(rows: StudyRows) -> tuple[Cell, ...]:
    everybody = np.ones(len(rows), np.bool_)
    return ("all", len(rows), *(int(among.sum()) for among in _classes(rows)), share_of(rows, everybody))
