"""The options of `pocketk simulate`, and which of them belong together. None stands for "not given"."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from pocketk.simulator.simulation_error import SimulationError

NoiseKind = Literal["none", "handheld"]
FrontEndKind = Literal["24-bit", "12-bit", "mixed"]
EngineKind = Literal["local", "ray"]


@dataclass(frozen=True)
class CommonOptions:
    """What every kind of simulation knows.

    Attributes:
        out: What to write: x.hea or x.wfdb (a WFDB record: x.hea and x.dat), x.edf, x.csv or x.counts for a strip; a
            folder for a cohort or a validation.
        seed: Of every draw; the same seed and options give the same bytes. Default 0.
        seconds: Length of a recording. Default 30 for a strip, 10 in a cohort.
        mains: Mains frequency, 50 or 60 Hz. Default 50.
        rate: Sampling rate, hertz. Default 500.
        noise: handheld (dry electrodes, muscles, mains, motion) or none. Default handheld.
        front_end: 24-bit, 12-bit, or mixed (drawn). Default 24-bit for a strip, mixed in a cohort.
        preset: Difficulty of a population: easy, default or hard.
        overwrite: Replace what is at --out and --plot.
    """

    out: Path | None = None
    seed: int | None = None
    seconds: float | None = None
    mains: float | None = None
    rate: float | None = None
    noise: NoiseKind | None = None
    front_end: FrontEndKind | None = None
    preset: str | None = None
    overwrite: bool = False


@dataclass(frozen=True)
class StripOptions:
    """What only one strip, or a plot, knows.

    Attributes:
        potassium: Serum potassium of one strip, 2 to 12 mmol/L.
        profile: Who answers to it: typical, sensitive or resistant. Default typical.
        heart_rate: Beats per minute; the profile's own, which potassium slows, where not given.
        plot: Draw the profile's beat and strip over potassiums of 3 to 8.5 mmol/L into this PNG file.
    """

    potassium: float | None = None
    profile: str | None = None
    heart_rate: float | None = None
    plot: Path | None = None


@dataclass(frozen=True)
class CohortOptions:
    """What only a cohort knows.

    Attributes:
        patients: Simulate a cohort of so many patients into the folder --out.
        visits: Recordings of each patient. Default 1.
        positives: Share of recordings with a laboratory value above 5.5 mmol/L; natural (3.3 %) where not given.
        processes: How many work; every core where not given. The result does not depend on it.
        engine: local (processes of this machine) or ray (this machine or a cluster). Default local.
        address: Of a running Ray cluster; Ray is started here where not given.
        backgrounds: A cohort of recordings without potassium, made by pocketk cohort build, to lay potassium over.
        morph_share: Share of the patients that are morphed backgrounds. Default 0.5 with --backgrounds.
        internal_share: Share of the drawn patients for the internal test; 0 for a cohort to train on, 1 for one to
            test on. Default 0.2.
    """

    patients: int | None = None
    visits: int | None = None
    positives: float | None = None
    processes: int | None = None
    engine: EngineKind | None = None
    address: str | None = None
    backgrounds: Path | None = None
    morph_share: float | None = None
    internal_share: float | None = None


@dataclass(frozen=True)
class ValidationOptions:
    """What only a validation knows.

    Attributes:
        validate: Measure the simulator against its bands and write an HTML page and a JSON document into --out.
        data: Folder with public recordings, for the comparison with sim-potassium-kit.
        quick: Validate on a tenth of the patients; bands may then be missed by chance.
    """

    validate: bool = False
    data: Path | None = None
    quick: bool = False


_IN_STRIP = {"out", "seed", "seconds", "mains", "rate", "noise", "front_end", "overwrite"}
_IN_COHORT = _IN_STRIP | {"preset"}
_IN_VALIDATION = {"out", "seed", "preset"}
_IN_PLOT = {"profile", "heart_rate", "overwrite"}


def check_together(
    common: CommonOptions, strip: StripOptions, cohort: CohortOptions, validation: ValidationOptions
) -> str:
    """Which simulation the options ask for: "strip", "plot", "cohort" or "validation".

    Raises:
        SimulationError: none, several, or options that do not belong to it.
    """
    given = {name for options in (common, strip, cohort, validation) for name in _given(options)}
    asked = [name for name in ("validate", "patients", "potassium", "plot") if name in given]
    if not asked:
        raise SimulationError(
            "Say what to simulate: --potassium 6.5 --out x.edf (one strip), --plot over-k.png, --patients 1000 --out "
            "folder (a cohort), or --validate --out folder. See pocketk simulate --help."
        )
    kind = {"validate": "validation", "patients": "cohort", "potassium": "strip", "plot": "plot"}[asked[0]]
    own = {
        "validation": _IN_VALIDATION | _names(validation),
        "cohort": _IN_COHORT | _names(cohort),
        "strip": _IN_STRIP | _names(strip),
        "plot": _IN_PLOT | {"plot"},
    }[kind]
    stray = sorted(given - own)
    if stray:
        flags = ", ".join(f"--{name.replace('_', '-')}" for name in stray)
        raise SimulationError(f"{flags} does not go with --{asked[0]}; leave it out. See pocketk simulate --help.")
    if common.out is None and kind != "plot":
        raise SimulationError(f"--{asked[0]} needs --out: where to write the {kind}.")
    return kind


def _names(options: Any) -> set[str]:
    return {field.name for field in fields(options)}


def _given(options: Any) -> set[str]:
    return {field.name for field in fields(options) if not _unset(getattr(options, field.name))}


def _unset(value: object) -> bool:
    return value is None or value is False
