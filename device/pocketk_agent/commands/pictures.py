"""The pictures beside a stored measurement."""

import sys
from pathlib import Path

from pocketk_agent.commands.strip_page import page_of
from pocketk_agent.front_end_grade import graded_notice
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.reports.median_beat_picture import median_beat_png
from pocketk_agent.reports.png_file import write_png
from pocketk_agent.reports.strip_png import write_strip_png

STRIP_NAME, BEAT_NAME = "strip.png", "median_beat.png"


def add_pictures(folder: Path, result: MeasurementResult) -> None:
    """Put the paper strip, and the median beat where there is one, beside a stored measurement.

    A picture that cannot be drawn is said on standard error and takes nothing away: neither the measurement nor the
    other picture.
    """
    for draw in (_add_strip, _add_beat):
        try:
            draw(folder, result)
        except Exception as error:
            sys.stderr.write(f"pocketk-agent: the measurement is stored, but a picture of it is not: {error}\n")


def _add_strip(folder: Path, result: MeasurementResult) -> None:
    page = page_of(result)
    if page is not None:
        write_strip_png(folder / STRIP_NAME, strip=page)


def _add_beat(folder: Path, result: MeasurementResult) -> None:
    if result.beats is not None and result.beats.median is not None:
        lead = "I" if result.front_end is None else result.front_end.lead
        notice = graded_notice("", result.front_end)
        write_png(folder / BEAT_NAME, median_beat_png(result.beats, lead, notice))
