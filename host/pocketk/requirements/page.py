"""The register as one self-contained HTML page: light, printable, and readable without seeing colour."""

from html import escape
from pathlib import Path

from pocketk.requirements.record import Measurement
from pocketk.requirements.register import Register, Row, Status

# A sign and a word carry the status; the tint of the row only repeats it.
_SIGN = {Status.SHOWN: "✓", Status.FAILED: "✗", Status.NOT_SHOWN: "–"}
_CLASS = {Status.SHOWN: "shown", Status.FAILED: "failed", Status.NOT_SHOWN: "not-shown"}
_HEADINGS = ("Status", "Requirement", "Worst value", "Limits", "n", "Measured by", "On", "Git hash")
_NUMERIC = ("Worst value", "n")

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 84rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .3rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.totals { display: flex; flex-wrap: wrap; gap: .75rem; padding: 0; list-style: none; }
.totals li { border: 2px solid; border-radius: .4rem; padding: .4rem .9rem; }
.totals strong { font-size: 1.4rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid #ccc; }
thead th { border-bottom: 2px solid #555; white-space: nowrap; }
thead th.number { text-align: right; }
tbody th { font-weight: normal; width: 32%; min-width: 16rem; }
td.status { white-space: nowrap; font-weight: 600; border-left: .35rem solid currentcolor; }
.number { text-align: right; }
.id, .test, .hash { font-family: ui-monospace, monospace; font-size: .85em; overflow-wrap: anywhere; }
.id { font-weight: 700; overflow-wrap: normal; }
.test { min-width: 12rem; }
.small { font-size: .85em; color: #444; }
.shown .status, li.shown { color: #14532d; }
.failed .status, li.failed { color: #7f1d1d; }
.not-shown .status, li.not-shown { color: #5a3a00; }
li.not-shown { border-style: dashed; }
tr.failed { background: #fdecec; }
@media print {
  body { margin: 0; max-width: none; font-size: 9pt; }
  .scroll { overflow: visible; }
  tbody th, .test { min-width: 0; }
  tr, h2 { break-inside: avoid; }
  h2 { break-after: avoid; }
  thead { display: table-header-group; }
  @page { size: A4 landscape; margin: 12mm; }
}
"""


def write_page(register: Register, path: Path) -> None:
    """Write the page of ``register`` to ``path``.

    Raises:
        OSError: the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # A test name may hold what UTF-8 cannot (half a surrogate pair); the page shows it escaped.
    path.write_bytes(page_html(register).encode("utf-8", "backslashreplace"))


def page_html(register: Register) -> str:
    """Return the page of ``register``: totals, odd records, and one table per step; all text escaped."""
    sections = "".join(_section(step, rows) for step, rows in register.by_step().items())
    title = f"Requirements at {escape(register.git_hash)}"
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        f"{_introduction()}{_totals(register)}{_warnings(register)}{sections}</main>\n</body>\n</html>\n"
    )


def _introduction() -> str:
    return (
        "<p>Each requirement beside the worst value that tests, benchmarks and the hardware bench measured "
        "for it. <em>Not shown</em> means that nothing measured it: it is not a pass. "
        "A git hash ending in <code>-dirty</code> stands for changed files, all such states together.</p>\n"
    )


def _totals(register: Register) -> str:
    items = "".join(
        f'<li class="{_CLASS[status]}"><strong>{register.total(status)}</strong> {_SIGN[status]} {status.value}</li>'
        for status in Status
    )
    return f'<ul class="totals" aria-label="Totals">{items}</ul>\n'


def _warnings(register: Register) -> str:
    if not register.warnings:
        return ""
    items = "".join(f"<li>{escape(warning)}</li>" for warning in register.warnings)
    return f"<h2>Records that could not be used</h2>\n<ul>{items}</ul>\n"


def _section(step: int, rows: list[Row]) -> str:
    headings = "".join(
        f'<th scope="col"{" class=number" if heading in _NUMERIC else ""}>{heading}</th>' for heading in _HEADINGS
    )
    body = "".join(map(_table_row, rows))
    return (
        f'<section aria-labelledby="step-{step}">\n<h2 id="step-{step}">Step {step}</h2>\n'
        f'<div class="scroll" tabindex="0" role="region" aria-labelledby="step-{step}">\n'
        f"<table>\n<thead><tr>{headings}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n</div>\n</section>\n"
    )


def _table_row(row: Row) -> str:
    requirement = row.requirement
    measured = _measured_cells(row.worst, row.count) if row.worst else _empty_cells(requirement.limits)
    return (
        f'<tr class="{_CLASS[row.status]}"><td class="status">{_SIGN[row.status]} {row.status.value}</td>'
        f'<th scope="row"><span class="id">{escape(requirement.id)}</span><br>{escape(requirement.text)}</th>'
        f"{measured}</tr>\n"
    )


def _empty_cells(limits: str) -> str:
    return (
        f'<td class="number">not measured</td><td>{escape(limits)}</td><td class="number">0</td>'
        "<td>nothing</td><td>–</td><td>–</td>"
    )


def _measured_cells(worst: Measurement, count: int) -> str:
    others = f"; worst of {count:,} measurements" if count > 1 else ""
    versions = ", ".join(f"{name} {version}" for name, version in worst.versions)
    return (
        f'<td class="number">{escape(worst.value_in_unit)}</td>'
        f"<td>{escape(worst.limits)}</td>"
        f'<td class="number">{worst.n:,}</td>'
        f'<td><span class="test">{escape(worst.test)}</span><br>'
        f'<span class="small">{escape(worst.target)}, {escape(worst.recorded_at[:19])}Z{others}</span></td>'
        f"<td>{escape(worst.device)}<br>"
        f'<span class="small">{escape(worst.machine)}; {escape(versions)}</span></td>'
        f'<td class="hash">{escape(worst.git_hash)}</td>'
    )
