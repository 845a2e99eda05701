"""A report as one self-contained HTML page, as JSON and as CSV files."""

import json
from html import escape
from pathlib import Path

from pocketk.evaluation.evaluation_report import EvaluationReport
from pocketk.evaluation.report_section import Section
from pocketk.evaluation_page import document_html
from pocketk_models.atomic_file import write_atomically

PAGE_FILE, DOCUMENT_FILE = "evaluation.html", "evaluation.json"
TITLE = "Evaluation of a potassium score"


def page_html(report: EvaluationReport) -> str:
    """The page: statement, facts, what cannot be said, then one section a part; all text escaped."""
    facts = "".join(f"<li>{escape(name)}: {escape(value)}</li>\n" for name, value in report.facts.items())
    lacking = "".join(f"<li>{escape(each)}</li>\n" for each in report.not_computed)
    cannot = f"<h2>What could not be computed</h2>\n<ul>\n{lacking}</ul>\n" if lacking else ""
    body = (
        f"<p><strong>{escape(report.statement)}</strong></p>\n<ul>\n{facts}</ul>\n"
        f"{_contents(report)}{cannot}{''.join(map(_section, report.sections))}"
    )
    return document_html(TITLE, body)


def _contents(report: EvaluationReport) -> str:
    links = " · ".join(f'<a href="#{each.key}">{escape(each.title)}</a>' for each in report.sections)
    return f'<nav aria-label="Sections"><p>{links}</p></nav>\n'


def _section(section: Section) -> str:
    lacking = "".join(f"<p><strong>Not computed.</strong> {escape(each)}</p>\n" for each in section.not_computed)
    introduction = f"<p>{escape(section.introduction)}</p>\n" if section.introduction else ""
    return (
        f'<section aria-labelledby="{section.key}">\n<h2 id="{section.key}">{escape(section.title)}</h2>\n'
        f"{introduction}{lacking}{''.join(table.html() for table in section.tables)}"
        f"{''.join(figure.html() for figure in section.figures)}</section>\n"
    )


def document_json(report: EvaluationReport) -> str:
    """Every value of the page as JSON, with what could not be computed."""
    document = {
        "statement": report.statement,
        "facts": report.facts,
        "not_computed": list(report.not_computed),
        "sections": {
            section.key: {
                "title": section.title,
                "not_computed": list(section.not_computed),
                "tables": {table.name: table.document() for table in section.tables},
            }
            for section in report.sections
        },
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write_report(report: EvaluationReport, out: Path) -> tuple[Path, ...]:
    """Write evaluation.html, evaluation.json and one CSV a table, all or none, and return their paths.

    Raises:
        OSError: a file cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    files = {PAGE_FILE: page_html(report), DOCUMENT_FILE: document_json(report)}
    files |= {f"{table.name}.csv": table.csv() for section in report.sections for table in section.tables}
    write_atomically({out / name: text.encode() for name, text in files.items()})
    return tuple(out / name for name in files)
