"""The bench's results as one self-contained HTML page: light, printable, and readable without seeing colour."""

from html import escape

from pocketk.bench_check.bench_report import BenchReport
from pocketk.bench_check.check_result import CheckResult
from pocketk.bench_check.not_checked import unverified
from pocketk.bench_check.number_text import figure, limits
from pocketk.bench_check.table import NO_CONFORMITY

_HEADINGS = ("Verdict", "Check", "Measured", "Limits", "Source of the limit", "Note")

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 84rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .3rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid #ccc; }
thead th { border-bottom: 2px solid #555; white-space: nowrap; }
tbody th { font-weight: normal; min-width: 16rem; }
td.verdict { font-weight: 600; border-left: .35rem solid currentcolor; }
.number { text-align: right; white-space: nowrap; }
.id { font: 700 .85em ui-monospace, monospace; }
.small { font-size: .85em; color: #444; overflow-wrap: anywhere; }
.expected .verdict { color: #14532d; }
.label .verdict { color: #5a3a00; }
.surprise .verdict { color: #7f1d1d; }
tr.surprise { background: #fdecec; }
@media print {
  body { margin: 0; max-width: none; font-size: 9pt; }
  .scroll { overflow: visible; }
  tbody th { min-width: 0; }
  tr, h2 { break-inside: avoid; }
  thead { display: table-header-group; }
  @page { size: A4 landscape; margin: 12mm; }
}
"""


def page_html(report: BenchReport) -> str:
    """Return the page: verdicts, and the list of what a person must still verify; all text escaped."""
    title = f"Bench self-check of {escape(report.front_end)}"
    headings = "".join(f'<th scope="col">{heading}</th>' for heading in _HEADINGS)
    points = "".join(
        f"<li>{escape(p.what)}<br><span class=small>{escape(p.why)}</span></li>\n" for p in unverified(report.results)
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{_introduction(report)}"
        '<div class="scroll" tabindex="0" role="region" aria-label="Results">\n<table>\n'
        f"<thead><tr>{headings}</tr></thead>\n"
        f"<tbody>\n{''.join(map(_row, report.results))}</tbody>\n</table>\n</div>\n"
        f"<h2>UNVERIFIED: for a person to compare or to measure</h2>\n<ol>\n{points}</ol>\n</main>\n</body>\n</html>\n"
    )


def _introduction(report: BenchReport) -> str:
    surprises = [r for r in report.results if not r.as_expected]
    return (
        f"<p>{escape(NO_CONFORMITY)} Agent {escape(report.version)}. Test signals become counts of a simulated front "
        "end and pass the code that ships. <em>Fails as expected</em> marks what a signal must not be used for.</p>\n"
        f"<p><strong>{len(report.results) - len(surprises)} of {len(report.results)}</strong> results are as expected"
        f"{'' if not surprises else '; not: ' + escape(', '.join(r.id for r in surprises))}.</p>\n"
    )


def _row(result: CheckResult) -> str:
    kind = "surprise" if not result.as_expected else "label" if result.expected_to_fail else "expected"
    mark = "" if result.verified else "<br><strong>UNVERIFIED</strong>"
    return (
        f'<tr class="{kind}"><td class="verdict">{escape(result.verdict)}</td>'
        f'<th scope="row"><span class="id">{escape(result.id)}</span><br>{escape(result.title)}<br>'
        f'<span class="small">{escape(result.clause)}</span></th>'
        f'<td class="number">{escape(figure(result))}</td><td>{escape(limits(result))}{mark}</td>'
        f'<td class="small">{escape(result.source)}</td><td class="small">{escape(result.note)}</td></tr>\n'
    )
