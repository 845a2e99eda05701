"""What `pocketk cohort` runs: real recordings into a cohort, and a look at one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cyclopts import App, Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pocketk.cohort.cohort_error import CohortError

if TYPE_CHECKING:  # polars, duckdb and matplotlib load when a cohort is built, not for `pocketk --help`
    from pocketk.cohort.candidate import Offer
    from pocketk.cohort.engine import Engine
    from pocketk.cohort.pairing import PairingRule

_DEFAULT_SEED = 3407

cohort_app = App(
    name="cohort",
    help="""Build cohorts and look at them.

A cohort is a folder: manifest.parquet (one row a recording, the same columns for real and simulated ones), lead I in
signals/, cohort.json (how it was made), refused.csv, flow.png, table_one.csv and table_one.html.
""",
)
build_app = App(
    name="build",
    help="""Build a cohort from recordings.

`mimic` and `csv` pair recordings with laboratory potassium; `ludb`, `ptbxl`, `cinc2021` and `cpsc` are backgrounds
without one. Patients are divided, so that nobody is in two splits.
""",
)
cohort_app.command(build_app)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class BuildOptions:
    """Options of every builder.

    Attributes:
        out: The cohort's folder; made whole or not at all.
        overwrite: Replace a cohort that is there.
        engine: local (processes of this machine) or ray (larger than one machine; pip install 'pocketk[scale]'). The
            manifest has the same bytes with each.
        address: Of a running Ray cluster, host:port or auto; without it Ray runs on this machine.
        processes: How many; as many as there are cores where not given.
        seed: Of the draw of internal-test patients.
        internal_share: Share of patients in the internal test, 0 to 1.
        temporal_after: Recordings from this date on are the temporal test; earlier ones of the same patients are
            left out and counted.
        external_site: A site whose patients are the external test; may be given several times.
        least_seconds: Shorter recordings are left out.
        in_place: Refer to the recordings where they are instead of copying lead I.
    """

    out: Path
    overwrite: bool = False
    engine: Literal["local", "ray"] = "local"
    address: str | None = None
    processes: int | None = None
    seed: int = _DEFAULT_SEED
    internal_share: float = 0.2
    temporal_after: datetime | None = None
    external_site: tuple[str, ...] = ()
    least_seconds: float = 10.0
    in_place: bool = False


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class PairingOptions:
    """Which potassium belongs to a recording.

    Attributes:
        minutes_before: A sample drawn at most this long before the ECG counts.
        minutes_after: A sample drawn at most this long after the ECG counts.
        haemolysis: exclude haemolysed samples, or keep and flag them.
    """

    minutes_before: float = 240.0
    minutes_after: float = 240.0
    haemolysis: Literal["exclude", "flag"] = "exclude"

    def rule(self) -> "PairingRule":
        """The rule of these options."""
        from pocketk.cohort.pairing import PairingRule

        return PairingRule(self.minutes_before, self.minutes_after, self.haemolysis)


@build_app.command(name="mimic")
def build_mimic(  # noqa: PLR0913 - one keyword for each option of the command
    record_list: Path,
    labs: Path,
    options: BuildOptions,
    pairing: PairingOptions = PairingOptions(),
    *,
    patients: Path | None = None,
    recordings: Path | None = None,
    pairs_only: bool = False,
) -> None:
    """MIMIC-IV-ECG paired with the potassium of MIMIC-IV (items 50971 serum, 50822 whole blood).

    Each ECG gets the nearest valid potassium of its patient inside the window; at the same distance the earlier one,
    of several at the same time the first in the file. The open demonstration works without credentials:

        pocketk cohort build mimic record_list.csv labs.csv --patients patients.csv --pairs-only --out demo

    With the waveforms, on 8 processes, one hour on either side:

        pocketk cohort build mimic record_list.csv labevents.csv.gz --minutes-before 60 --minutes-after 60
        --processes 8 --out mimic

    Args:
        record_list: record_list.csv of MIMIC-IV-ECG.
        labs: hosp/labevents.csv or .csv.gz of MIMIC-IV, or labs.csv of the demonstration.
        options: See BuildOptions.
        pairing: See PairingOptions.
        patients: patients.csv, for age and sex.
        recordings: Folder that holds files/; the record list's own folder where not given.
        pairs_only: Make pairs and flow without looking for waveforms.
    """
    from pocketk.cohort.mimic_builder import MimicSource, offer_mimic

    offer = offer_mimic(MimicSource(record_list, labs, patients), pairing.rule())
    folder = None if pairs_only else recordings or record_list.parent
    _build(offer, options, folder, {**asdict(pairing), "pairs_only": pairs_only})


@build_app.command(name="csv")
def build_csv(
    table: Path,
    options: BuildOptions,
    pairing: PairingOptions = PairingOptions(),
    *,
    recordings: Path | None = None,
    potassium_unit: str | None = None,
) -> None:
    """A CSV with one line a recording, beside WFDB, EDF, .npy, CSV or .counts files.

    `pocketk cohort template` prints a table to fill in. All faults of a table come in one report. Potassium must be
    in mmol/L unless another unit is vouched for; mEq/L equals mmol/L, mg/dL is divided by 3.91.

        pocketk cohort build csv pairs.csv --recordings ecg/ --minutes-before 60 --minutes-after 60 --out ward
        pocketk cohort build csv pairs.csv --potassium-unit mEq/L --temporal-after 2024-01-01 --out ward

    Args:
        table: The CSV.
        options: See BuildOptions.
        pairing: See PairingOptions.
        recordings: Folder that its column `file` starts in; the table's own folder where not given.
        potassium_unit: mEq/L or mg/dL, if the table's lines say so and are right.
    """
    from pocketk.cohort.csv_builder import CsvSource, offer_csv

    folder = recordings or table.parent
    offer = offer_csv(CsvSource(table, folder, potassium_unit), pairing.rule())
    _build(offer, options, folder, {**asdict(pairing), "potassium_unit": potassium_unit})


def _background(kind: str, title: str) -> None:
    def build(folder: Path, options: BuildOptions) -> None:
        from pocketk.cohort.background_builder import offer_backgrounds

        _build(offer_backgrounds(kind, folder), options, folder, {})

    build.__doc__ = f"""{title} as backgrounds: lead I without a potassium.

    Diagnoses that the set states become flags; where it has no patient ids, one record is one patient.

        pocketk cohort build {kind} FOLDER --out {kind}-backgrounds

    Args:
        folder: Where the set was unpacked; searched at any depth.
    """
    build_app.command(build, name=kind)


_background("ludb", "LUDB")
_background("ptbxl", "PTB-XL (500 Hz)")
_background("cinc2021", "PhysioNet/CinC Challenge 2020 and 2021")
_background("cpsc", "CPSC 2018 in its original .mat form")


@cohort_app.command(name="show")
def show(folder: Path) -> None:
    """Print a cohort's flow of inclusions and exclusions, and its table one.

    Args:
        folder: The cohort's.
    """
    from pocketk.cohort.card import read_card
    from pocketk.cohort.flow import flow_of
    from pocketk.cohort.manifest import read_manifest
    from pocketk.cohort.table_one import table_one

    card, frame = read_card(folder), read_manifest(folder)
    if card.flow is not None:
        sys.stdout.write(flow_of(card.flow).text() + "\n\n")
    sys.stdout.write(table_one(frame).text() + f"\n\nmanifest {card.manifest_sha256}\n")


@cohort_app.command(name="merge")
def merge(parts: tuple[Path, ...], *, out: Path, overwrite: bool = False) -> None:
    """Make one cohort of several, such as backgrounds from more than one data set.

        pocketk cohort merge ludb-backgrounds ptbxl-backgrounds --out backgrounds

    Whom the parts put into different splits becomes a development patient.

    Args:
        parts: Folders of cohorts.
        out: The new folder.
        overwrite: Replace a cohort that is there.
    """
    from pocketk.cohort.merge import merge_cohorts

    merge_cohorts(parts, out, overwrite=overwrite)
    show(out)


@cohort_app.command(name="template")
def template() -> None:
    """Print a table to fill in for `pocketk cohort build csv`."""
    from pocketk.cohort.csv_columns import TEMPLATE

    sys.stdout.write(TEMPLATE)


def make_engine(name: str, address: str | None, processes: int | None) -> "Engine":
    """The engine of these options.

    Raises:
        CohortError: an address without Ray, a number of processes below 1, or no Ray.
    """
    if address is not None and name != "ray":
        raise CohortError("--address names a Ray cluster; say --engine ray as well.")
    if processes is not None and processes < 1:
        raise CohortError(f"--processes is {processes}; expected 1 or more.")
    if name == "ray":
        from pocketk.cohort.ray_engine import RayEngine

        return RayEngine(address, processes)
    from pocketk.cohort.local_engine import LocalEngine

    return LocalEngine(processes)


def _build(offer: "Offer", options: BuildOptions, recordings: Path | None, further: dict[str, object]) -> None:
    from pocketk.cohort.build import BuildRequest, build_cohort, n_chunks
    from pocketk.cohort.split import SplitRule

    rule = SplitRule(options.seed, options.internal_share, options.temporal_after, frozenset(options.external_site))
    config = {key: value for key, value in asdict(options).items() if key not in _NOT_SHAPING} | further
    request = BuildRequest(
        options.out, recordings, rule, options.least_seconds, options.in_place, options.overwrite, config
    )
    if recordings is None:
        from pocketk.cohort.local_engine import LocalEngine

        build_cohort(offer, request, LocalEngine(1))
    else:
        with (
            make_engine(options.engine, options.address, options.processes) as engine,
            _progress(n_chunks(offer)) as advance,
        ):
            build_cohort(offer, request, engine, advance)
    show(options.out)


# Where and by whom, not what.
_NOT_SHAPING = {"out", "overwrite", "engine", "address", "processes"}


@contextmanager
def _progress(total: int) -> Iterator["_Advance"]:
    columns = (TextColumn("reading chunks"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield _Advance(progress, total)


class _Advance:
    """Moves the bar on for each finished chunk."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task("chunks", total=total)

    def __call__(self, index: int) -> None:
        del index  # chunks finish in any order
        self._progress.advance(self._task)
