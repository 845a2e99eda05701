"""Recordings without a result: who they are, and what the figures would be if each were called positive or negative."""

import numpy as np
import polars as pl

from pocketk.evaluation.flow_section import refusal_table
from pocketk.evaluation.predictions import clip_column
from pocketk.evaluation.report_section import Section
from pocketk.evaluation.report_table import Cell, Table
from pocketk.evaluation.statistics.estimate import one_class
from pocketk.evaluation.statistics.proportion import proportion
from pocketk.evaluation.study import Study, StudyRows, is_scored
from pocketk_agent.bundle.manifest import TIER_OUTPUT
from pocketk_agent.measurement.disagreement import DEFAULT_DISAGREEMENT

_BOTH = ("refused are called", "AUROC for K > 5.5")


def refused_section(study: Study) -> Section:
    """Refusals by label, and both extreme readings of them."""
    rows, title = study.labelled, "Recordings without a result"
    if not len(rows):
        return Section("refused", title, "", not_computed=("Refusals: no labelled recording.",))
    is_refused = rows.frame.select((~is_scored()).fill_null(value=True).alias("r"))["r"].to_numpy()
    shares = tuple(_share(rows, is_refused, name, keep) for name, keep in _labels(rows))
    tables = [
        Table(
            "refusals",
            "Refused by the preparation, and by the gate where it was asked",
            ("recordings", "all", "refused"),
            shares,
        )
    ]
    if is_refused.any():
        tables.append(refusal_table(study))
    tables.append(_disagreement(study))
    lacking: tuple[str, ...] = ()
    if not is_refused.any():
        lacking = ("Refusals called positive or negative: none was refused.",)
    elif one_class(rows.n_positive, len(rows) - rows.n_positive):
        lacking = (f"Refusals called positive or negative: {one_class(rows.n_positive, len(rows) - rows.n_positive)}.",)
    else:
        tables.append(_both_ways(rows, is_refused))
    return Section(
        "refused",
        title,
        "Of recordings with a potassium. All other sections leave refused recordings out; here each is counted as an "
        "alert once (ranked above all scores) and as none once (ranked below).",
        tuple(tables),
        (),
        lacking,
    )


def _labels(rows: StudyRows) -> tuple[tuple[str, np.ndarray], ...]:
    return (("all", np.ones(len(rows), bool)), ("K > 5.5", rows.positive), ("K <= 5.5", ~rows.positive))


def _share(rows: StudyRows, refused: np.ndarray, name: str, keep: np.ndarray) -> tuple[Cell, ...]:
    n = int(keep.sum())
    return (name, n, proportion(int(refused[keep].sum()), n, rows.n_positive, "recordings"))


def _both_ways(rows: StudyRows, refused: np.ndarray) -> Table:
    points = rows.plan.operating_points
    headings = (*_BOTH, *(f"{what} at {point.name}" for point in points for what in ("sensitivity", "specificity")))
    lines: list[tuple[Cell, ...]] = []
    for name, extreme in (("positive", 1.0), ("negative", 0.0)):
        # beyond every score, so that they rank above or below all of them
        ranked = np.where(refused, 2.0 * extreme - 0.5, np.nan_to_num(rows.probability))
        line: list[Cell] = [name, rows.auroc(ranked)]
        for point in points:
            flagged = np.where(refused, bool(extreme), np.nan_to_num(rows.probability) >= point.threshold)
            p, q, n_positive = rows.positive, ~rows.positive, rows.n_positive
            line += [
                proportion(int(flagged[p].sum()), int(p.sum()), n_positive, "positive recordings"),
                proportion(int((~flagged[q]).sum()), int(q.sum()), n_positive, "negative recordings"),
            ]
        lines.append(tuple(line))
    return Table("refused-both-ways", "Refused recordings called positive, and called negative", headings, tuple(lines))


def _disagreement(study: Study) -> Table:
    """The device gives no tier where clips disagree; scored recordings keep their score in all other tables."""
    rows = study.scored
    spread = rows.frame.select(
        (pl.col(clip_column(TIER_OUTPUT)).list.max() - pl.col(clip_column(TIER_OUTPUT)).list.min()).alias("spread")
    )["spread"]
    over = int((spread > DEFAULT_DISAGREEMENT.spread_logit).sum())
    why = f"clips more than {DEFAULT_DISAGREEMENT.spread_logit:g} logit apart"
    lines: list[tuple[Cell, ...]] = [(why, len(rows), proportion(over, len(rows), rows.n_positive, "recordings"))]
    band = rows.plan.frozen.abstention
    if band is not None:
        held = int(((rows.probability >= band.low) & (rows.probability <= band.high)).sum())
        why = f"probability in the abstention band, {band.low:.4g} to {band.high:.4g}"
        lines.append((why, len(rows), proportion(held, len(rows), rows.n_positive, "recordings")))
    caption = "Scored recordings that a device would call inconclusive"
    return Table("inconclusive", caption, ("why", "recordings", "share"), tuple(lines))
