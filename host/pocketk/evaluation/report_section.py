"""A part of a report: what it asks, its tables and figures, and what could not be computed."""

from dataclasses import dataclass

from pocketk.evaluation.report_figure import ReportFigure
from pocketk.evaluation.report_table import Table


@dataclass(frozen=True)
class Section:
    """One part.

    Attributes:
        key: of the JSON document, lower case with underscores.
        title: heading.
        introduction: what is shown and how, in sentences.
        tables: in order.
        figures: in order.
        not_computed: what was asked for and cannot be said of these data, each with the reason.
    """

    key: str
    title: str
    introduction: str
    tables: tuple[Table, ...] = ()
    figures: tuple[ReportFigure, ...] = ()
    not_computed: tuple[str, ...] = ()
