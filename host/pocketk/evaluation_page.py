"""The one look of the evaluations' HTML pages: self-contained, readable without colour, printable."""

from html import escape

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 76rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .3rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { text-align: right; padding: .3rem .6rem; border-bottom: 1px solid #ccc; white-space: nowrap; }
th:nth-child(-n+2), td:nth-child(-n+2) { text-align: left; }
.words th, .words td { text-align: left; white-space: normal; }
thead th { border-bottom: 2px solid #555; }
tr.ours td { font-weight: 600; background: #eef4fa; }
tr.opens td { border-top: 2px solid #999; }
svg { max-width: 100%; height: auto; }
summary { cursor: pointer; padding: .3rem 0; }
@media print { body { margin: 0; max-width: none; font-size: 9pt; } .scroll { overflow: visible; }
  tr { break-inside: avoid; } @page { size: A4 landscape; margin: 12mm; } }
"""


def document_html(title: str, body: str) -> str:
    """A whole page.

    Args:
        title: plain text.
        body: HTML below the title, escaped by the caller.
    """
    title = escape(title)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{body}</main>\n</body>\n</html>\n"
    )
