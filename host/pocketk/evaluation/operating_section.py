"""What the frozen thresholds do: at the prevalence of the study, and at the one where the test is to be used."""

from pocketk.evaluation.report_section import Section
from pocketk.evaluation.report_table import Cell, Table
from pocketk.evaluation.statistics.estimate import LEVEL
from pocketk.evaluation.statistics.operating_point import OperatingPerformance, at_prevalence, performance_at
from pocketk.evaluation.study import Study, StudyRows

NONE_FROZEN = (
    "Operating points: the model brings no thresholds and none were given with --operating-points. None is chosen on "
    "the recordings that are evaluated."
)
_COUNTS = ("threshold", "value", "rule", "true positive", "false positive", "false negative", "true negative")
_STUDY = (
    "threshold",
    "sensitivity",
    "specificity",
    "PPV",
    "NPV",
    "NPV of saying no to everyone",
    "LR+",
    "LR-",
    "alerts per 1000",
)
_TARGET = (
    "threshold",
    "prevalence",
    "PPV",
    "NPV",
    "NPV of saying no to everyone",
    "alerts per 1000",
    "flagged per positive found",
)


def operating_section(study: Study) -> Section:
    """All measures of the frozen thresholds."""
    rows, points, target = study.scored, study.plan.operating_points, study.plan.prevalence
    title = "Operating points"
    lacking = () if points else (NONE_FROZEN,)
    if not points or not len(rows):
        nothing = lacking or ("Operating points: no recording was scored.",)
        return Section("operating_points", title, "Thresholds are frozen before the evaluation.", not_computed=nothing)
    found = [(point, judged(rows, point.threshold)) for point in points]
    counts = tuple((point.name, point.threshold, point.rule, one.tp, one.fp, one.fn, one.tn) for point, one in found)
    at_study = tuple(_study_line(point.name, one) for point, one in found)
    at_target = tuple(_target_line(point.name, one, share) for point, one in found for share in _shares(rows, target))
    return Section(
        "operating_points",
        title,
        "A recording is flagged where its probability is at or above the threshold. Thresholds were frozen before this "
        f"evaluation. Intervals are at {LEVEL:.0%}: Wilson's and the log method, or resampled patients where patients "
        "repeat. NPV stands beside what it would be if everybody were told no: a high NPV is mostly low prevalence.",
        (
            Table("operating-counts", "Thresholds and counts", _COUNTS, counts),
            Table("operating-study", "At the prevalence of these recordings", _STUDY, at_study),
            Table("operating-prevalence", "At a stated prevalence, taken as known", _TARGET, at_target),
        ),
    )


def judged(rows: StudyRows, threshold: float) -> OperatingPerformance:
    """A threshold on labelled rows, with resampled patients only where patients repeat."""
    bootstrap = None if rows.one_each else rows.bootstrap(rows.plan.draws_elsewhere)
    return performance_at(rows.positive, rows.probability, threshold, bootstrap)


def _shares(rows: StudyRows, target: float) -> tuple[float, ...]:
    study = float(rows.positive.mean())
    return (study, target) if 0.0 < study < 1.0 else (target,)


def _study_line(name: str, one: OperatingPerformance) -> tuple[Cell, ...]:
    return (
        name,
        one.sensitivity,
        one.specificity,
        one.ppv,
        one.npv,
        one.npv_of_saying_no,
        one.lr_positive,
        one.lr_negative,
        one.alerts_per_1000,
    )


def _target_line(name: str, one: OperatingPerformance, prevalence: float) -> tuple[Cell, ...]:
    at = at_prevalence(one, prevalence)
    per_found = 1.0 / at.ppv.value if at.ppv.value else None
    return (name, prevalence, at.ppv, at.npv, at.npv_of_saying_no, at.alerts_per_1000, per_found)
