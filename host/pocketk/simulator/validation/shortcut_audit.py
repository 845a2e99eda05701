"""What each drawn component is worth to a learner: none that potassium does not drive may tell the label.

Two audits. The first hands gradient boosting every drawn parameter, noise and front end included, takes each component
away in turn and fits anew. The second (`rendered_audit`) takes a component out of the strips that a fitted learner is
tested on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from pocketk.simulator.noise_truth import NOISE_FIELDS
from pocketk.simulator.validation.features import qtc_ms, slope_over_amplitude_per_s, t_over_r
from pocketk.simulator.visit_draw import POSITIVE_ABOVE_MMOL_L, VisitStream
from pocketk_agent.patient.adc import draw_electrode_offset_mv, draw_front_end
from pocketk_agent.patient.beat_shape import BeatShapes
from pocketk_agent.patient.noise_levels import draw_noise_levels
from pocketk_agent.patient.patients import draw_patients
from pocketk_agent.patient.preset import DEFAULT, Preset
from pocketk_agent.patient.response import respond
from pocketk_agent.patient.visits import draw_visits

Floats = NDArray[np.float64]

LARGEST_CHANGE = 0.01
# An AUROC does not depend on how common positives are; more of them make it exact.
POSITIVES = 0.3
_FRONT_END = ("bits", "lsb_uv", "electrode_offset_mv", "clock_ppm")
_LEVELS = tuple(name for name in NOISE_FIELDS if name != "clock_ppm")


@dataclass(frozen=True)
class Component:
    """A part of what is drawn.

    Attributes:
        columns: of the audit's table.
        driven: potassium truly drives it over the range of the label; then the change is shown and not judged.
    """

    columns: tuple[str, ...]
    driven: bool


COMPONENTS: Mapping[str, Component] = {
    "U wave": Component(("u_amplitude_uv",), driven=False),
    "noise": Component(_LEVELS, driven=False),
    "front end": Component(_FRONT_END, driven=False),
    "rhythm": Component(("fibrillates",), driven=False),
    "look-alike": Component(("mimic",), driven=False),
    "rhythm and look-alike": Component(("fibrillates", "mimic"), driven=False),
    "Q, R and S amplitude": Component(("q_amplitude_uv", "r_amplitude_uv", "s_amplitude_uv", "t_over_r"), driven=True),
    "ST level": Component(("st_level_uv",), driven=True),
    "P duration": Component(("p_duration_ms",), driven=True),
    "P amplitude": Component(("p_amplitude_uv",), driven=True),
    "PR": Component(("pr_ms",), driven=True),
    "QRS": Component(("qrs_ms",), driven=True),
    "QT": Component(("qt_ms", "qtc_ms"), driven=True),
    "T shape": Component(("t_width_ms", "t_asymmetry", "slope_over_amplitude_per_s"), driven=True),
}


@dataclass(frozen=True)
class ComponentLoss:
    """What a learner loses without one component.

    Attributes:
        component: key of `COMPONENTS`.
        loss: AUROC with everything minus AUROC without, mean over draws, the same test visits in both.
        standard_error: of that mean, over draws.
        driven: see `Component`.
        n_test: test visits of all draws.
    """

    component: str
    loss: float
    standard_error: float
    driven: bool
    n_test: int


@dataclass(frozen=True)
class ParameterAudit:
    """The first audit.

    Attributes:
        auroc: with everything, mean over draws.
        losses: one a component.
    """

    auroc: float
    losses: tuple[ComponentLoss, ...]


def parameter_audit(
    n_train: int, n_test: int, seed: int, *, preset: Preset = DEFAULT, draws: int = 3, components: tuple[str, ...] = ()
) -> ParameterAudit:
    """Fit with everything and without each component, on populations drawn anew `draws` times.

    Args:
        n_train: visits to fit, 30 % positive.
        n_test: visits of other patients.
        seed: of the draws.
        preset: how readable potassium is.
        draws: how many populations; two or more for a standard error.
        components: which; all where empty.
    """
    names = components or tuple(COMPONENTS)
    with_all: list[float] = []
    losses: dict[str, list[float]] = {name: [] for name in names}
    for draw in range(draws):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(draw,)))
        table, label = drawn_table(n_train + n_test, rng, preset)
        everything = _auroc(table, label, n_train)
        with_all.append(everything)
        for name in names:
            kept = {column: values for column, values in table.items() if column not in COMPONENTS[name].columns}
            losses[name].append(everything - _auroc(kept, label, n_train))
    found = tuple(_loss(name, losses[name], n_test * draws) for name in names)
    return ParameterAudit(float(np.mean(with_all)), found)


def drawn_table(n: int, rng: np.random.Generator, preset: Preset) -> tuple[dict[str, Floats], NDArray[np.bool_]]:
    """Every drawn parameter of n visits by name, (n,) each, and which of them are positive."""
    drawn = VisitStream(rng, POSITIVES).draw(n, 1)
    people = draw_patients(n, preset, rng, drawn.ckd)
    shapes = respond(people, draw_visits(people, rng), drawn.labels.k_eff_mmol_l)
    table = {field.name: np.asarray(getattr(shapes, field.name), np.float64) for field in fields(BeatShapes)}
    # The derived ones spare the trees a quotient.
    derived = {f.__name__: f(shapes) for f in (qtc_ms, slope_over_amplitude_per_s, t_over_r)}
    return {**table, **derived, **_recorded_with(n, rng)}, drawn.labels.k_lab_mmol_l > POSITIVE_ABOVE_MMOL_L


def boosting() -> Any:
    """The learner of both audits, not yet fitted; the same data give the same model."""
    settings: dict[str, Any] = {"max_iter": 180, "max_leaf_nodes": 15, "min_samples_leaf": 60, "early_stopping": False}
    return HistGradientBoostingClassifier(learning_rate=0.07, l2_regularization=5.0, random_state=0, **settings)


def source_auroc(manifest: pl.DataFrame) -> float:
    """AUROC of the best guess of the label that knows nothing but the source; 0.5 where it tells nothing.

    Args:
        manifest: of a cohort.

    Raises:
        CohortError: no column `source` or no potassium above, or none up to, 5.5 mmol/L (as sklearn's ValueError).
    """
    labelled = manifest.filter(pl.col("k_lab_mmol_l").is_not_null())
    positive = (pl.col("k_lab_mmol_l") > POSITIVE_ABOVE_MMOL_L).cast(pl.Float64)
    share = labelled.select(positive.mean().over("source").alias("share"), positive.alias("positive"))
    return float(roc_auc_score(share["positive"].to_numpy() > 0.5, share["share"].to_numpy()))


def _recorded_with(n: int, rng: np.random.Generator) -> dict[str, Floats]:
    """Noise and front end of n recordings, as `simulate_strip` draws them; NaN where a component is absent."""
    table = {name: np.full(n, np.nan) for name in (*_LEVELS, *_FRONT_END)}
    for at in range(n):
        levels = draw_noise_levels(rng, 50.0)
        front_end = draw_front_end(rng).front_end
        for name in NOISE_FIELDS:
            value = getattr(levels, name)
            table[name][at] = np.nan if value is None else float(value)
        table["bits"][at] = front_end.adc_bits
        table["lsb_uv"][at] = front_end.lsb_mv * 1e3
        table["electrode_offset_mv"][at] = draw_electrode_offset_mv(rng)
    return table


def _auroc(table: Mapping[str, Floats], label: NDArray[np.bool_], n_train: int) -> float:
    matrix = np.stack(list(table.values()), axis=1)
    model = boosting()
    model.fit(matrix[:n_train], label[:n_train])
    return float(roc_auc_score(label[n_train:], model.decision_function(matrix[n_train:])))


def _loss(name: str, values: list[float], n_test: int) -> ComponentLoss:
    error = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")
    return ComponentLoss(name, float(np.mean(values)), error, COMPONENTS[name].driven, n_test)
