"""A measurement as a paper strip in a PNG: 25 mm/s and 10 mm/mV, exactly."""

from pathlib import Path

from pocketk_agent.reports.png_file import write_png
from pocketk_agent.reports.printed_strip import PrintedStrip
from pocketk_agent.reports.strip_clips import draw_clips
from pocketk_agent.reports.strip_header import draw_footer, draw_header, header_of
from pocketk_agent.reports.strip_information import StripInformation
from pocketk_agent.reports.strip_layout import PAGE_WIDTH_MM, StripLayout
from pocketk_agent.reports.strip_page import StripPage, own_settings
from pocketk_agent.reports.strip_row import StripRow
from pocketk_agent.reports.typeface import Typeface


def strip_png(strip: PrintedStrip) -> bytes:
    """Draw a strip; the same strip gives the same bytes.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
    """
    with own_settings():
        regular, bold = Typeface("DejaVuSans"), Typeface("DejaVuSans-Bold")
        header, information = header_of(strip, regular, bold), StripInformation(strip, regular, bold)
        layout = StripLayout(header.height_mm, strip.duration_s, information.height_mm)
        page = StripPage(PAGE_WIDTH_MM, layout.page_height_mm)
        draw_header(page, strip, header)
        rows = [StripRow(strip, layout, row) for row in range(layout.n_rows)]
        for row in rows:
            row.draw(page)
        draw_clips(page, strip, layout)
        information.draw(page, layout.information_top_mm)
        legend = list(dict.fromkeys(words for row in rows for words in row.legend()))
        draw_footer(page, strip, layout, legend)
        return page.png_bytes()


def write_strip_png(path: Path, *, strip: PrintedStrip) -> None:
    """Write a strip to `path`, whole or not at all: what stood there before stays until the new page is complete.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
        OSError: the page could not be written; nothing is left behind.
    """
    write_png(path, strip_png(strip))
