"""Whether the abstention band keeps its promise, and how much it leaves unsaid."""

import numpy as np
import polars as pl

from pocketk.evaluation.predictions import clip_column
from pocketk.evaluation.report_section import Section
from pocketk.evaluation.report_table import Cell, Table
from pocketk.evaluation.row_means import mean_at_prevalence, share_of
from pocketk.evaluation.statistics.estimate import Estimate, caution_of_few
from pocketk.evaluation.study import Mask, Study, StudyRows
from pocketk_agent.bundle.manifest import TIER_OUTPUT
from pocketk_agent.measurement.disagreement import DEFAULT_DISAGREEMENT
from pocketk_agent.probability.abstention import AbstentionBand
from pocketk_agent.probability.calibration import Calibration

_KEY, _TITLE = "coverage", "No statement"
_COVERAGE = ("recordings of", "recordings", "nominal coverage", "own answer in the set", "less the nominal")
_SHARE = ("why", "all", "K > 5.5", "K <= 5.5")


def coverage_section(study: Study) -> Section:
    """Conformal coverage beside the nominal one, and the share of recordings without a statement."""
    rows, frozen = study.scored, study.plan.frozen
    why = "no recording was scored" if not len(rows) else ""
    if frozen.calibration is None:
        why = "the model brings no calibration, and a band is one of calibrated probabilities"
    if frozen.abstention is None:
        why = "no abstention band was frozen"
    if why or frozen.abstention is None or frozen.calibration is None:
        return Section(
            _KEY, _TITLE, "", not_computed=(f"Conformal coverage and the share without a statement: {why}.",)
        )
    return Section(
        _KEY,
        _TITLE,
        _words(frozen.abstention),
        (
            Table(
                "conformal-coverage", "Coverage of the prediction sets", _COVERAGE, _coverage(rows, frozen.abstention)
            ),
            _shares(rows, frozen.abstention, frozen.calibration),
        ),
        not_computed=tuple(
            f"Conformal coverage of {name}: no such recording." for name, keep in _classes(rows) if not keep.any()
        ),
    )


def own_answer_in_set(rows: StudyRows, band: AbstentionBand) -> Mask:
    """(N,) whether the set of a recording holds its own label.

    The sets are those of the fit: "positive" is in them from the lower end of the band on, "negative" up to its upper
    end, both ends included.
    """
    return np.where(rows.positive, rows.probability >= band.low, rows.probability <= band.high)


def _words(band: AbstentionBand) -> str:
    return (
        f"The prediction set holds K > 5.5 from a probability of {band.low:.4g} on and K <= 5.5 up to {band.high:.4g}; "
        "between them it holds both, and the device says nothing. Covered is a recording whose own label is in its "
        "set, no statement included. The promise is made for each class by itself; the coverage of all is their mean "
        "at the prevalence of these recordings. The positive part may begin earlier than its coverage asks, at t_low, "
        "which only adds to the coverage of K > 5.5. The fit takes the first recording of a patient in a class; here "
        "every scored recording counts, also one whose clips disagree, since the sets look at the probability alone. "
        "Intervals: Wilson's, or resampled patients where patients repeat."
    )


def _classes(rows: StudyRows) -> tuple[tuple[str, Mask], ...]:
    return ("all", np.ones(len(rows), np.bool_)), ("K > 5.5", rows.positive), ("K <= 5.5", ~rows.positive)


def _coverage(rows: StudyRows, band: AbstentionBand) -> tuple[tuple[Cell, ...], ...]:
    hit, lines = own_answer_in_set(rows, band), []
    for name, keep in _classes(rows):
        found = _share_among(rows, hit, keep)
        gap = None if found.value is None else found.value - band.coverage
        lines.append((name, int(keep.sum()), band.coverage, found, gap))
    return tuple(lines)


def _share_among(rows: StudyRows, hit: Mask, keep: Mask) -> Estimate:
    """The share among some; marked where they are all of one class and few."""
    some = rows.where(keep)
    found = share_of(some, hit[keep])
    few_up = some.n_positive if some.n_positive == len(some) else None
    few_down = len(some) if some.n_positive == 0 else None
    return found.with_caution(caution_of_few(few_up, few_down)) if len(some) else found


def _shares(rows: StudyRows, band: AbstentionBand, calibration: Calibration) -> Table:
    inside = (rows.probability >= band.low) & (rows.probability <= band.high)
    apart = clips_disagree(rows)
    kinds = (
        ("probability in the abstention band", inside),
        (f"clips more than {DEFAULT_DISAGREEMENT.spread_logit:g} logit apart", apart),
        ("either: INCONCLUSIVE", inside | apart),
    )
    assumed = calibration.assumed_prevalence
    lines = tuple(
        (
            name,
            *(_share_among(rows, hit, keep) for _, keep in _classes(rows)),
            mean_at_prevalence(rows, hit.astype(np.float64), assumed),
        )
        for name, hit in kinds
    )
    headings = (*_SHARE, "at the prevalence that the probability assumes")
    caption = f"Share of scored recordings without a statement; the probability assumes a prevalence of {assumed:.3g}"
    return Table("no-statement", caption, headings, lines)


def clips_disagree(rows: StudyRows) -> Mask:
    """(N,) whether the clips' logits lie further apart than the device allows."""
    logits = pl.col(clip_column(TIER_OUTPUT)).list
    spread = rows.frame.select((logits.max() - logits.min()).alias("spread"))["spread"]
    # Written as the device does: a spread that is not a number is a disagreement.
    return ~(spread.fill_null(float("nan")).to_numpy() <= DEFAULT_DISAGREEMENT.spread_logit)
