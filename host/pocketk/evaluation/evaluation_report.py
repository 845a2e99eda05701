"""An evaluation's report: sections in order, and the statement that stands first."""

import platform
from collections.abc import Callable
from dataclasses import dataclass

from pocketk.evaluation.calibration_section import calibration_section
from pocketk.evaluation.checklist_section import checklist_section
from pocketk.evaluation.cohort_section import cohort_section
from pocketk.evaluation.coverage_section import coverage_section
from pocketk.evaluation.decision_section import decision_section
from pocketk.evaluation.discrimination_section import discrimination_section
from pocketk.evaluation.flow_section import flow_section, table_one_section
from pocketk.evaluation.operating_section import operating_section
from pocketk.evaluation.refused_section import refused_section
from pocketk.evaluation.repeat_section import repeat_section
from pocketk.evaluation.report_section import Section
from pocketk.evaluation.severity_section import severity_section
from pocketk.evaluation.study import Study
from pocketk.evaluation.subgroup_section import subgroup_section
from pocketk.evaluation.tier_section import tier_section
from pocketk.evaluation.time_lag_section import time_lag_section
from pocketk.evaluation.vulnerability_section import vulnerability_section
from pocketk.requirements.run_identity import installed_versions

NOT_VALIDATED = "not clinically validated; rule-out or diagnosis not supported"
_PACKAGES = ("pocketk", "numpy", "scipy", "scikit-learn", "polars")
_SECTIONS: tuple[Callable[[Study], Section], ...] = (
    flow_section,
    table_one_section,
    discrimination_section,
    operating_section,
    tier_section,
    coverage_section,
    severity_section,
    calibration_section,
    decision_section,
    subgroup_section,
    vulnerability_section,
    cohort_section,
    time_lag_section,
    repeat_section,
    refused_section,
)


@dataclass(frozen=True)
class EvaluationReport:
    """What is written.

    Attributes:
        statement: first line of every form of the report.
        facts: name -> value of the run: model, cohort, hashes, versions.
        sections: in order.
    """

    statement: str
    facts: dict[str, str]
    sections: tuple[Section, ...]

    @property
    def not_computed(self) -> tuple[str, ...]:
        """Everything that was asked for and cannot be said of these data."""
        return tuple(each for section in self.sections for each in section.not_computed)


def statement_of(training_statement: str) -> str:
    """The line that stands first: what the model was trained on, and what a figure here does not support."""
    if "simulat" in training_statement.casefold():
        return f"Simulation-trained; {NOT_VALIDATED}. {training_statement}"
    return f"{NOT_VALIDATED.capitalize()}. {training_statement}"


def make_report(
    study: Study,
    cohort: str,
    facts: dict[str, str],
    further: tuple[Section, ...] = (),
    on_section: Callable[[str], None] | None = None,
) -> EvaluationReport:
    """Compute every section.

    Args:
        study: predictions and plan.
        cohort: one sentence on the recordings.
        facts: name -> value, shown under the statement.
        further: sections made elsewhere, such as saliency.
        on_section: called with the title of each section when it is done.
    """
    made: list[Section] = []
    for section in _SECTIONS:
        made.append(section(study))
        if on_section is not None:
            on_section(made[-1].title)
    versions = ", ".join(f"{name} {version}" for name, version in installed_versions(_PACKAGES))
    facts = {"cohort": cohort, **facts, "software": f"Python {platform.python_version()}, {versions}"}
    sections = (*made, *further, checklist_section(study, cohort))
    return EvaluationReport(statement_of(study.plan.training_statement), facts, sections)
