"""The part of `pocketk export` that is about formats: from options to files, table, page and exit code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.live import Live

from pocketk.export.formats.export_format import FormatWish, read_wishes
from pocketk.export.formats.export_record import ExportRecord, this_machine
from pocketk.export.formats.export_run import RunSettings, export_formats
from pocketk.export.formats.export_source import ExportSource
from pocketk.export.formats.format_error import FormatError
from pocketk.export.formats.format_result import FormatResult
from pocketk.export.formats.gate import gate_failures, read_limits
from pocketk.export.formats.page import page_html
from pocketk.export.formats.table import result_table
from pocketk.export.parity_windows import parity_windows
from pocketk_models.atomic_file import write_atomically
from pocketk_models.net1d import Net1D

PAGE, DOCUMENT = "formats.html", "formats.json"
# Generated clips; the two draws share no seed, so that ranges are not judged on what chose them.
EVALUATION_SEED, CALIBRATION_SEED = 0, 1
CALIBRATION_CLIPS = 64


@dataclass(frozen=True)
class FormatWishes:
    """What is asked of the table of formats.

    Attributes:
        formats: Formats to make besides the bundle, as name or name:option=value; "all" for every one.
        formats_out: Folder that receives their files, formats.json and formats.html; by default beside the
            bundle, its name with -formats behind.
        gate: Limits that decide the exit code, as name:quantity=number with the quantities error, mae, ms
            and kb; "all" for every format.
        clips: Generated clips on which each format is compared with the network.
        repeats: Timed calls of each format.
        threads: Threads of each runtime.
    """

    formats: tuple[str, ...] = ()
    formats_out: Path | None = None
    gate: tuple[str, ...] = ()
    clips: int = 200
    repeats: int = 30
    threads: int = 1

    def check(self) -> tuple[FormatWish, ...]:
        """Return the wishes, all of them legal.

        Raises:
            FormatError: If they are not; the message suggests what was meant.
        """
        if not self.formats and (self.gate or self.formats_out is not None):
            raise FormatError("--gate and --formats-out are about formats; give --formats, or --formats all")
        for name, value, least in (
            ("clips", self.clips, 2),
            ("repeats", self.repeats, 1),
            ("threads", self.threads, 1),
        ):
            if value < least:
                raise FormatError(f"--{name} is {value}; give {least} or more")
        wishes = read_wishes(self.formats)
        read_limits(self.gate, [wish.text for wish in wishes])
        return wishes


def write_formats(net: Net1D, wishes: FormatWishes, folder: Path, *, weights: str, n_samples: int) -> int:
    """Make, measure and compare every wished format, and write the table as JSON and as a page.

    Args:
        net: In evaluation mode.
        wishes: What to make.
        folder: Receives files, formats.json and formats.html; made where it does not exist.
        weights: What the page says was exported.
        n_samples: Samples a clip.

    Returns:
        0, or 1 where a gate was asked for and not passed.

    Raises:
        FormatError: If the wishes are not legal.
        OSError: If the folder cannot be written.
    """
    asked = wishes.check()
    channels = net.config.in_channels
    source = ExportSource(
        net,
        calibration=parity_windows(CALIBRATION_CLIPS, channels, n_samples, CALIBRATION_SEED),
        evaluation=parity_windows(wishes.clips, channels, n_samples, EVALUATION_SEED),
    )
    console = Console()
    with Live(console=console, auto_refresh=False) as live:
        watch = _shown_in(live)
        results = export_formats(source, asked, folder, RunSettings(wishes.repeats, wishes.threads), watch)
    failures = tuple(gate_failures(results, read_limits(wishes.gate, [wish.text for wish in asked])))
    said = (
        f"Compared with the network on {wishes.clips} generated clips, int8 ranges chosen on {CALIBRATION_CLIPS} "
        "other generated clips: right for parity, no measure of diagnostic agreement."
    )
    record = ExportRecord(weights, said, this_machine(), tuple(results), failures if wishes.gate else None)
    write_atomically({folder / DOCUMENT: record.to_json().encode(), folder / PAGE: page_html(record).encode()})
    for name in (DOCUMENT, PAGE):
        console.print(f"written: {folder / name}", markup=False, highlight=False, soft_wrap=True)
    if not wishes.gate:
        return 0
    for line in failures:
        console.print(f"gate     {line}", markup=False, highlight=False, soft_wrap=True)
    console.print("gate     not passed" if failures else "gate     passed", highlight=False)
    return 1 if failures else 0


def _shown_in(live: Live) -> Callable[[list[FormatResult]], None]:
    def show(results: list[FormatResult]) -> None:
        live.update(result_table(results), refresh=True)

    return show
