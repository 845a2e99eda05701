"""Who is in the figures: the flow from recordings to scored ones, and table one."""

import polars as pl

from pocketk.cohort.manifest_row import COLUMNS
from pocketk.cohort.table_one import table_one
from pocketk.evaluation.report_section import Section
from pocketk.evaluation.report_table import Table
from pocketk.evaluation.study import Study, is_labelled, is_scored


def flow_section(study: Study) -> Section:
    """Recordings and patients at every step from the cohort to the figures."""
    frame = study.everything
    steps = [
        ("in the predictions", frame),
        ("with a potassium", frame.filter(is_labelled())),
        ("sample not haemolysed", study.labelled.frame),
        ("scored (not refused)", study.scored.frame),
        ("of them with K > 5.5 mmol/L", study.scored.frame.filter(pl.Series(study.scored.positive, dtype=pl.Boolean))),
    ]
    rows = tuple(
        (label, len(part), part["patient_id"].n_unique(), before - len(part) if before is not None else None)
        for (label, part), before in zip(steps, [None, *(len(part) for _, part in steps[:-1])], strict=True)
    )
    return Section(
        "flow",
        "Flow",
        "Each line holds the recordings of the line above less those that left. A patient may stay with other "
        "recordings. The last line is the positive part of the one above it.",
        (Table("flow", "Recordings and patients at each step", ("step", "recordings", "patients", "left out"), rows),),
    )


def table_one_section(study: Study) -> Section:
    """Table one of the scored recordings by split."""
    scored = study.scored.frame.select(list(COLUMNS))
    if scored.is_empty():
        return Section("table_one", "Table one", "", not_computed=("Table one: no recording was scored.",))
    table = table_one(scored)
    return Section(
        "table_one",
        "Table one",
        "Of the scored recordings. Recordings and patients are counted; other lines are over recordings: median "
        "[lower to upper quartile], or number (share).",
        (Table("table-one", "The scored recordings", table.columns, table.rows),),
    )


def refusal_table(study: Study) -> Table:
    """Why labelled recordings were refused; a recording may have several reasons."""
    refused = study.labelled.frame.filter(~is_scored())
    reasons = refused.select(pl.col("reasons").list.eval(pl.element()).alias("reason"), "k_lab_mmol_l").explode(
        "reason"
    )
    counted = (
        reasons.with_columns(pl.col("reason").fill_null("none stated"))
        .group_by("reason")
        .agg(pl.len().alias("n"), (pl.col("k_lab_mmol_l") > 5.5).sum().alias("positive"))
        .sort(["n", "reason"], descending=[True, False])
    )
    rows = tuple((str(name), int(n), int(positive)) for name, n, positive in counted.iter_rows())
    return Table("refusal-reasons", "Why recordings were refused", ("reason", "recordings", "with K > 5.5"), rows)
