"""A validation report as one self-contained HTML page: light, printable, and readable without seeing colour."""

from base64 import b64encode
from html import escape

from pocketk.simulator.validation.report import STATEMENT, Figure, Finding, Section, ValidationReport, Verdict

# A sign and a word carry the verdict; the tint of the row only repeats it.
_SIGN = {Verdict.INSIDE: "✓", Verdict.OUTSIDE: "✗", Verdict.SHOWN: "–"}
_CLASS = {Verdict.INSIDE: "inside", Verdict.OUTSIDE: "outside", Verdict.SHOWN: "shown"}
_HEADINGS = ("Verdict", "Figure", "Where", "Measured", "Band", "n", "Detail")
_NUMERIC = ("Measured", "n")

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 76rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .3rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.statement { font-weight: 600; border: 2px solid; border-radius: .4rem; padding: .5rem .9rem; color: #5a3a00; }
.totals { display: flex; flex-wrap: wrap; gap: .75rem; padding: 0; list-style: none; }
.totals li { border: 2px solid; border-radius: .4rem; padding: .4rem .9rem; }
.totals strong { font-size: 1.4rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #ccc; }
thead th { border-bottom: 2px solid #555; white-space: nowrap; }
tbody th { font-weight: normal; }
td.verdict { white-space: nowrap; font-weight: 600; border-left: .35rem solid currentcolor; }
.number, thead th.number { text-align: right; white-space: nowrap; }
.small { font-size: .85em; color: #444; }
.inside .verdict, li.inside { color: #14532d; }
.outside .verdict, li.outside { color: #7f1d1d; }
.shown .verdict, li.shown { color: #5a3a00; }
li.shown { border-style: dashed; }
tr.outside { background: #fdecec; }
figure { margin: 1rem 0; }
figure img { max-width: 100%; height: auto; border: 1px solid #ccc; }
@media print {
  body { margin: 0; max-width: none; font-size: 9pt; }
  .scroll { overflow: visible; }
  tr, h2, figure { break-inside: avoid; }
  h2 { break-after: avoid; }
  thead { display: table-header-group; }
  @page { size: A4 landscape; margin: 12mm; }
}
"""


def page_html(report: ValidationReport) -> str:
    """Return the page: what it is, totals, and one section per part; all text escaped."""
    title = f"Potassium simulator: validation of preset {escape(report.preset)}"
    versions = ", ".join(f"{escape(name)} {escape(version)}" for name, version in sorted(report.versions.items()))
    sections = "".join(_section(number, section) for number, section in enumerate(report.sections, start=1))
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        f'<p class="statement">{escape(STATEMENT)}</p>\n'
        f'<p class="small">Seed {report.seed}; {report.seconds:.0f} s; {versions}.</p>\n'
        f"{_totals(report)}{sections}</main>\n</body>\n</html>\n"
    )


def _totals(report: ValidationReport) -> str:
    items = "".join(
        f'<li class="{_CLASS[verdict]}"><strong>{report.count(verdict)}</strong> {_SIGN[verdict]} {verdict.value}</li>'
        for verdict in Verdict
    )
    return f'<ul class="totals" aria-label="Totals">{items}</ul>\n'


def _section(number: int, section: Section) -> str:
    left_out = "" if section.not_run is None else f"<p><strong>Left out:</strong> {escape(section.not_run)}</p>\n"
    return (
        f'<section aria-labelledby="part-{number}">\n<h2 id="part-{number}">{escape(section.title)}</h2>\n'
        f"<p>{escape(section.introduction)}</p>\n{left_out}"
        f"{_table(number, section.findings)}{''.join(map(_figure, section.figures))}</section>\n"
    )


def _table(number: int, findings: tuple[Finding, ...]) -> str:
    if not findings:
        return ""
    headings = "".join(
        f'<th scope="col"{" class=number" if heading in _NUMERIC else ""}>{heading}</th>' for heading in _HEADINGS
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-labelledby="part-{number}">\n'
        f"<table>\n<thead><tr>{headings}</tr></thead>\n<tbody>\n{''.join(map(_row, findings))}</tbody>\n"
        "</table>\n</div>\n"
    )


def _row(finding: Finding) -> str:
    verdict = finding.verdict
    unit = f" {escape(finding.unit)}" if finding.unit else ""
    return (
        f'<tr class="{_CLASS[verdict]}"><td class="verdict">{_SIGN[verdict]} {verdict.value}</td>'
        f'<th scope="row">{escape(finding.name)}</th><td>{escape(finding.where)}</td>'
        f'<td class="number">{finding.measured:.4g}{unit}</td><td>{escape(band_text(finding))}</td>'
        f'<td class="number">{finding.n:,}</td><td class="small">{escape(finding.detail)}</td></tr>\n'
    )


def band_text(finding: Finding) -> str:
    """A finding's band in words."""
    low, high = finding.low, finding.high
    if low is not None and high is not None:
        return f"{low:.4g} to {high:.4g}"
    if low is not None:
        return f"at least {low:.4g}"
    return "none" if high is None else f"at most {high:.4g}"


def _figure(figure: Figure) -> str:
    data = b64encode(figure.png).decode("ascii")
    return (
        f'<figure><img alt="{escape(figure.alternative)}" src="data:image/png;base64,{data}">\n'
        f"<figcaption>{escape(figure.caption)}</figcaption></figure>\n"
    )
