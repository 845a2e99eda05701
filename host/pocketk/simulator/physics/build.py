"""Compute an atlas (needs numba)."""

import multiprocessing
import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from pocketk.simulator.physics.atlas import FS_HZ, Atlas
from pocketk.simulator.physics.beat_measures import MEASURES, BeatMeasures, measure_lead
from pocketk.simulator.physics.pseudo_ecg import BEAT_MS, BEFORE_MS, LeadBeat, lead_one
from pocketk.simulator.physics.pseudo_ecg import FS_HZ as LEAD_FS_HZ
from pocketk.simulator.physics.tissue import BASE_K_MMOL_L, CELLS, Tissue
from pocketk.simulator.physics.wall import RECORD_EVERY_MS, CellModel, WallBeat, simulate_wall

Floats = NDArray[np.float64]

# Where the wave does not pass, the strips follow each other as slowly as the slowest wave that did.
SLOWEST_M_PER_S = 0.1
_DIGITS = 4  # of beats and potentials; more would only make the file larger


@dataclass(frozen=True)
class Point:
    """One simulated point.

    Attributes:
        tissue: what was simulated.
        lead: its Lead I beat, arbitrary units.
        measures: what was read off it, T amplitude and area in the same arbitrary units.
        potential_mv: (T,) mid-wall membrane potential at `FS_HZ`, on the beat's time axis.
    """

    tissue: Tissue
    lead: LeadBeat
    measures: BeatMeasures
    potential_mv: Floats


def cell_model(name: str) -> CellModel:
    """The cell model called `name`: "tp06" or "ord".

    Raises:
        ValueError: If there is none of that name.
    """
    from pocketk.simulator.physics.ord_model import OrdModel
    from pocketk.simulator.physics.tp06_model import Tp06Model

    models: dict[str, Callable[[], CellModel]] = {"tp06": Tp06Model, "ord": OrdModel}
    if name not in models:
        raise ValueError(f"There is no cell model {name!r}; there are {', '.join(models)}.")
    return models[name]()


def measured_point(tissue: Tissue, wall: WallBeat, base_m_per_s: float) -> Point:
    """Project and measure one beat; `base_m_per_s` is the conduction velocity at 4 mmol/L, all else equal."""
    velocity = wall.conduction_m_per_s
    slowing = base_m_per_s / (velocity if np.isfinite(velocity) else SLOWEST_M_PER_S)
    lead = lead_one(wall, slowing)
    qrs_ms, qt_ms, t_wave = measure_lead(lead)
    nan = float("nan")
    measures = BeatMeasures(
        resting_mv=wall.resting_mv,
        conduction_m_per_s=velocity,
        upstroke_v_per_s=float(np.median(wall.upstroke_v_per_s)),
        qrs_ms=qrs_ms,
        t_amplitude=t_wave.amplitude if t_wave else nan,
        t_width_ms=t_wave.width_ms if t_wave else nan,
        t_slope_over_amplitude_per_s=t_wave.slope_over_amplitude_per_s if t_wave else nan,
        t_area=t_wave.area if t_wave else nan,
        qt_ms=qt_ms,
    )
    return Point(tissue, lead, measures, _mid_wall(wall))


def build_atlas(
    tissues: Sequence[Tissue], cell: str = "tp06", processes: int = 1, progress: Callable[[int], None] | None = None
) -> Atlas:
    """Simulate all points; the numbers do not depend on how many processes share the work.

    Args:
        tissues: the points; every variant needs one at 4 mmol/L, and the baseline must be among them.
        cell: "tp06" or "ord".
        processes: 1 works in this process.
        progress: called with the number of points done.

    Raises:
        ValueError: If there are no points, or a variant has no point at 4 mmol/L.
        PhysicsError: If a simulation leaves the model's range.
    """
    variants = _by_variant(tissues)
    if processes < 1:
        raise ValueError(f"{processes} processes were asked for; give 1 or more.")
    jobs = [(cell, variant) for variant in variants]
    points: dict[Tissue, Point] = {}
    for done in _results(jobs, processes):
        points.update((point.tissue, point) for point in done)
        if progress is not None:
            progress(len(points))
    return _assembled([points[tissue] for tissue in tissues], cell)


def _by_variant(tissues: Sequence[Tissue]) -> list[list[Tissue]]:
    groups: dict[Tissue, list[Tissue]] = {}
    for tissue in tissues:
        groups.setdefault(replace(tissue, k_mmol_l=BASE_K_MMOL_L), []).append(tissue)
    missing = [variant for variant, members in groups.items() if variant not in members]
    if missing or Tissue() not in groups:
        raise ValueError(f"Every variant and the baseline need a point at 4 mmol/L; missing: {missing or Tissue()}.")
    return list(groups.values())


def _results(jobs: list[tuple[str, list[Tissue]]], processes: int) -> Iterator[list[Point]]:
    if processes == 1:
        yield from map(_simulate_variant, jobs)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(_simulate_variant, jobs)


def _simulate_variant(job: tuple[str, list[Tissue]]) -> list[Point]:
    name, tissues = job
    model = cell_model(name)
    base = replace(tissues[0], k_mmol_l=BASE_K_MMOL_L)
    at_base = simulate_wall(model, base)
    velocity = at_base.conduction_m_per_s
    return [
        measured_point(tissue, at_base if tissue == base else simulate_wall(model, tissue), velocity)
        for tissue in tissues
    ]


def _mid_wall(wall: WallBeat) -> Floats:
    at_ms = np.arange(round(BEAT_MS * FS_HZ / 1000.0)) * (1000.0 / FS_HZ) - BEFORE_MS
    times_ms = np.arange(wall.potentials_mv.shape[0]) * RECORD_EVERY_MS
    return np.interp(at_ms, times_ms, wall.potentials_mv[:, CELLS // 2])


def _assembled(points: list[Point], cell: str) -> Atlas:
    base = next(point for point in points if point.tissue == Tissue())
    scale = float(np.max(base.lead.whole))
    measures = np.array([astuple(point.measures) for point in points])
    for name in ("t_amplitude", "t_area"):
        measures[:, MEASURES.index(name)] /= scale
    beats = np.stack([point.lead.whole[:: LEAD_FS_HZ // FS_HZ] for point in points]) / scale
    return Atlas(
        parameters=np.array([astuple(point.tissue) for point in points]),
        measures=measures,
        beats=np.round(beats, _DIGITS).astype(np.float32),
        potentials_mv=np.round(np.stack([point.potential_mv for point in points]), 2).astype(np.float32),
        about={
            "cell": cell,
            "fs_hz": FS_HZ,
            "before_ms": BEFORE_MS,
            "versions": {name: version(name) for name in ("pocketk", "numpy", "numba")},
            "python": platform.python_version(),
            "machine": platform.machine(),
        },
    )
