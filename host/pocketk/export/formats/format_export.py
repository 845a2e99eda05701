"""The part of `pocketk export` that is about formats: from options to files, table, page and exit code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.live import Live

from pocketk.export.formats.clip_file import read_clips
from pocketk.export.formats.export_format import PORTABLE, FormatWish, read_wishes
from pocketk.export.formats.export_record import ExportRecord, this_machine
from pocketk.export.formats.export_run import RunSettings, export_formats
from pocketk.export.formats.export_source import ExportSource
from pocketk.export.formats.format_error import FormatError
from pocketk.export.formats.format_result import FormatResult
from pocketk.export.formats.gate import gate_failures, read_limits
from pocketk.export.formats.page import page_html
from pocketk.export.formats.table import result_table
from pocketk.export.parity_windows import parity_windows
from pocketk_agent.signal.variant import Variant
from pocketk_models.atomic_file import write_atomically
from pocketk_models.net1d import Net1D

PAGE, DOCUMENT = "formats.html", "formats.json"
# Generated clips; the two draws share no seed, so that ranges are not judged on what chose them.
EVALUATION_SEED, CALIBRATION_SEED = 0, 1
CALIBRATION_CLIPS = 512
GENERATED_CLIPS = 64  # to choose ranges on; more of them cover no more of what patients bring


@dataclass(frozen=True)
class FormatWishes:
    """What is asked of the table of formats.

    Attributes:
        formats: Formats to make besides the bundle, as name or name:option=value; "all" for every one.
        formats_out: Folder that receives their files, formats.json and formats.html; by default beside the
            bundle, its name with -formats behind.
        gate: Limits that decide the exit code, as name:quantity=number with the quantities error, mae, ms
            and kb; "all" for every format.
        clips: How many clips each format is compared with the network on.
        clips_file: A .npy of z-scored clips (n, samples) to compare on; generated ones without it.
        calibration_cohort: A cohort whose development patients int8 ranges are chosen on, evenly over heart rate,
            quality, potassium and source. Without it and --calibration-file generated clips are used: then an int8
            file's error on patients is far larger.
        calibration_file: A .npy of z-scored clips to choose ranges on instead, evenly spaced over the file.
        calibration_clips: How many of their clips ranges are chosen on; 512 where not given.
        repeats: Timed calls of each format.
        threads: Threads of each runtime.
        bundle_formats: Formats whose files go into the bundle, separated by commas, the one to prefer first;
            onnx-fp32 has to be among them. The bundle's files are judged on --clips-file and their int8 ranges
            chosen on --calibration-cohort or --calibration-file, like the others.
        other_cpus: Folder of other CPUs' Python, which make test-other-cpu puts into out/other-cpu. Every file of
            the bundle is then run with AVX2 only and on aarch64, under emulation; what its logits differ by says how
            close a device must come to the golden logits, and a file that differs too much is refused.
    """

    formats: tuple[str, ...] = ()
    formats_out: Path | None = None
    gate: tuple[str, ...] = ()
    clips: int = 200
    clips_file: Path | None = None
    calibration_cohort: Path | None = None
    calibration_file: Path | None = None
    calibration_clips: int | None = None
    repeats: int = 30
    threads: int = 1
    bundle_formats: tuple[str, ...] = (PORTABLE,)
    other_cpus: Path | None = None

    @property
    def _about_formats(self) -> bool:
        """Whether more is asked than the bundle's own files need."""
        needed = FormatWishes(bundle_formats=self.bundle_formats, other_cpus=self.other_cpus)
        if self.needs_clips:
            needed = replace(
                self, formats=(), formats_out=None, gate=(), repeats=needed.repeats, threads=needed.threads
            )
        return self != needed

    @property
    def needs_clips(self) -> bool:
        """Whether the bundle's own files have to be compared on clips."""
        return self.bundle_formats != (PORTABLE,) or self.other_cpus is not None

    @property
    def n_calibration_clips(self) -> int:
        """How many clips of a cohort or a file ranges are chosen on."""
        return CALIBRATION_CLIPS if self.calibration_clips is None else self.calibration_clips

    def check(self) -> tuple[FormatWish, ...]:
        """Return the wishes, all of them legal.

        Raises:
            FormatError: If they are not; the message suggests what was meant.
        """
        if not self.formats and self._about_formats:
            raise FormatError("--gate and its like are about formats; give --formats too, perhaps --formats all")
        for name, value, least in (
            ("clips", self.clips, 2),
            ("calibration-clips", self.n_calibration_clips, 1),
            ("repeats", self.repeats, 1),
            ("threads", self.threads, 1),
        ):
            if value < least:
                raise FormatError(f"--{name} is {value}; give {least} or more")
        if self.calibration_cohort is not None and self.calibration_file is not None:
            raise FormatError("give --calibration-cohort or --calibration-file, not both")
        wants_place = self.calibration_cohort is None and self.calibration_file is None
        if self.calibration_clips is not None and wants_place:
            raise FormatError(
                f"--calibration-clips {self.calibration_clips} says on how many clips ranges are chosen, not on whose; "
                "give --calibration-cohort or --calibration-file too"
            )
        wishes = read_wishes(self.formats)
        read_limits(self.gate, [wish.text for wish in wishes])
        return wishes


def export_source(net: Net1D, wishes: FormatWishes, variant: Variant) -> ExportSource:
    """Return the network with the clips that the wishes name.

    Args:
        net: In evaluation mode.
        wishes: Where clips come from.
        variant: Preprocessing that the network was trained behind.

    Raises:
        FormatError: If a file of clips cannot be read, or does not fit.
    """
    return ExportSource(
        net,
        calibration=_calibration_clips(net, wishes, variant),
        evaluation=_clips(net, wishes.clips_file, wishes.clips, variant.clip_samples, EVALUATION_SEED),
    )


def write_formats(net: Net1D, wishes: FormatWishes, folder: Path, *, weights: str, variant: Variant) -> int:
    """Make, measure and compare every wished format, and write the table as JSON and as a page.

    Args:
        net: In evaluation mode.
        wishes: What to make.
        folder: Receives files, formats.json and formats.html; made where it does not exist.
        weights: What the page says was exported.
        variant: Preprocessing that the network was trained behind.

    Returns:
        0, or 1 where a gate was asked for and not passed.

    Raises:
        FormatError: If the wishes are not legal.
        OSError: If the folder cannot be written.
    """
    asked = wishes.check()
    source = export_source(net, wishes, variant)
    console = Console()
    with Live(console=console, auto_refresh=False) as live:
        watch = _shown_in(live)
        results = export_formats(source, asked, folder, RunSettings(wishes.repeats, wishes.threads), watch)
    failures = tuple(gate_failures(results, read_limits(wishes.gate, [wish.text for wish in asked])))
    chosen_on = wishes.calibration_cohort or wishes.calibration_file
    said = (
        f"Compared with the network on {len(source.evaluation)} {_kind(wishes.clips_file)} clips; int8 ranges chosen "
        f"on {len(source.calibration)} {_kind(chosen_on)} clips. This shows parity with the network, not diagnostic "
        "agreement."
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


def _calibration_clips(net: Net1D, wishes: FormatWishes, variant: Variant) -> NDArray[np.float32]:
    if wishes.calibration_cohort is None:
        n_clips = wishes.n_calibration_clips if wishes.calibration_file is not None else GENERATED_CLIPS
        return _clips(net, wishes.calibration_file, n_clips, variant.clip_samples, CALIBRATION_SEED)
    from pocketk.quantisation.cohort_windows import cohort_windows

    return cohort_windows(wishes.calibration_cohort, wishes.n_calibration_clips, CALIBRATION_SEED, variant.id).clips


def _clips(net: Net1D, path: Path | None, n_clips: int, n_samples: int, seed: int) -> NDArray[np.float32]:
    if path is None:
        return parity_windows(n_clips, net.config.in_channels, n_samples, seed)
    clips = read_clips(path, n_clips)
    if clips.shape[2] != n_samples:
        raise FormatError(f"{path} holds clips of {clips.shape[2]} samples, the preprocessing gives {n_samples}")
    return clips


def _kind(path: Path | None) -> str:
    return "generated" if path is None else path.name


def _shown_in(live: Live) -> Callable[[list[FormatResult]], None]:
    def show(results: list[FormatResult]) -> None:
        live.update(result_table(results), refresh=True)

    return show
