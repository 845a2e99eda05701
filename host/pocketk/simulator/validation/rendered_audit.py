"""The second shortcut audit: a learner of averaged beats, tested on strips from which one component was taken out.

Taking a component out at the test alone also shows the learner beats that it never saw; a loss here is therefore at
least as large as the component's worth.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pocketk.simulator.validation.morph_probe import auroc
from pocketk.simulator.validation.shortcut_audit import POSITIVES, boosting
from pocketk.simulator.visit_draw import POSITIVE_ABOVE_MMOL_L, VisitStream
from pocketk_agent.patient.adc import ADS1292R
from pocketk_agent.patient.beat_shape import BeatShape
from pocketk_agent.patient.mimic import Mimic
from pocketk_agent.patient.noise_levels import NoiseLevels
from pocketk_agent.patient.patients import draw_patients
from pocketk_agent.patient.preset import DEFAULT, Preset
from pocketk_agent.patient.response import respond
from pocketk_agent.patient.strip import StripRequest, simulate_strip
from pocketk_agent.patient.visits import draw_visits
from pocketk_agent.signal.block_filter import band_pass
from pocketk_agent.signal.qrs_detector import detect_qrs

Floats = NDArray[np.float64]

_FS_HZ, _SECONDS = 500.0, 10.0
_BAND_HZ = (0.5, 40.0)
# From 0.30 s before R to 0.50 s after, averaged to 100 values a second.
_BEAT, _BINS = np.arange(-150, 250), 80
# The medians of what is drawn, so that a strip without a kind of noise is an ordinary one.
_USUAL_NOISE = NoiseLevels(electrode_uv=10.0, emg_uv=15.0, baseline_uv=120.0, mains_uv=10.0)
_USUAL_P_MS = 106.0
_RESAMPLES = 200


@dataclass(frozen=True)
class Removal:
    """How a component is taken out of a strip, and whether potassium drives it."""

    shape: Callable[[BeatShape], BeatShape] = lambda shape: shape
    noise: NoiseLevels | None = None
    front_end: bool = False
    driven: bool = False


REMOVALS: Mapping[str, Removal] = {
    "U wave": Removal(partial(replace, u_amplitude_uv=0.0)),
    "noise kind": Removal(noise=_USUAL_NOISE),
    "front end": Removal(front_end=True),
    "fibrillation's rhythm": Removal(partial(replace, fibrillates=False)),
    "look-alike's form": Removal(partial(replace, mimic=int(Mimic.NONE))),
    "ST level": Removal(partial(replace, st_level_uv=0.0), driven=True),
    "P duration": Removal(partial(replace, p_duration_ms=_USUAL_P_MS), driven=True),
}


@dataclass(frozen=True)
class RemovalLoss:
    """What the learner loses where one component is taken out of the test strips.

    Attributes:
        component: key of `REMOVALS`.
        loss: AUROC on whole strips minus AUROC on strips without it, the same visits and generators.
        low, high: 95 % bootstrap interval over visits.
        driven: potassium truly drives it; then the loss is shown and not judged.
    """

    component: str
    loss: float
    low: float
    high: float
    driven: bool


@dataclass(frozen=True)
class RenderedAudit:
    """The second audit: AUROC on whole strips, losses, and how many strips were fitted and tested."""

    auroc: float
    losses: tuple[RemovalLoss, ...]
    n_train: int
    n_test: int


def rendered_audit(n_train: int, n_test: int, seed: int, preset: Preset = DEFAULT) -> RenderedAudit:
    """Fit averaged beats of rendered strips and test with each component removed.

    Args:
        n_train: strips to fit, 30 % positive.
        n_test: strips of other patients.
        seed: of every draw.
        preset: how readable potassium is.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(100,)))
    n = n_train + n_test
    drawn = VisitStream(rng, POSITIVES).draw(n, 1)
    people = draw_patients(n, preset, rng, drawn.ckd)
    shapes = respond(people, draw_visits(people, rng), drawn.labels.k_eff_mmol_l)
    label = drawn.labels.k_lab_mmol_l > POSITIVE_ABOVE_MMOL_L
    beats = [shapes.one(at) for at in range(n)]
    whole = np.array([_features(beats[at], Removal(), seed, at) for at in range(n)])
    model = boosting().fit(whole[:n_train], label[:n_train])
    tested, base = label[n_train:], model.decision_function(whole[n_train:])
    losses = []
    for name, removal in REMOVALS.items():
        without = np.array([_features(beats[at], removal, seed, at) for at in range(n_train, n)])
        losses.append(_loss(name, removal, tested, base, model.decision_function(without)))
    return RenderedAudit(auroc(base, tested), tuple(losses), n_train, n_test)


def averaged_beat(ecg_mv: Floats) -> Floats:
    """(82,) the median beat in steps of 10 ms, and mean and spread of RR in seconds; NaN where no beat was found.

    Args:
        ecg_mv: (T,) millivolts at 500 Hz, NaN where a sample is missing.
    """
    present = np.flatnonzero(np.isfinite(ecg_mv))
    bridged = np.interp(np.arange(ecg_mv.size), present, ecg_mv[present])
    strip = band_pass(_BAND_HZ).zero_phase(bridged)
    marks = detect_qrs(bridged - np.median(bridged), _FS_HZ)
    whole = marks[(marks >= -_BEAT[0]) & (marks + _BEAT[-1] < strip.size)]
    if whole.size < 2:
        return np.full(_BINS + 2, np.nan)
    beat = np.median(strip[whole[:, None] + _BEAT], axis=0)
    rr_s = np.diff(marks) / _FS_HZ
    return np.concatenate([beat.reshape(_BINS, -1).mean(axis=1), [rr_s.mean(), rr_s.std()]])


def _features(shape: BeatShape, removal: Removal, seed: int, at: int) -> Floats:
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(101, at)))
    request = StripRequest(_SECONDS, _FS_HZ, 50.0, removal.noise, ADS1292R if removal.front_end else None)
    return averaged_beat(simulate_strip(removal.shape(shape), request, rng).ecg_mv)


def _loss(name: str, removal: Removal, label: NDArray[np.bool_], base: Floats, without: Floats) -> RemovalLoss:
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(_RESAMPLES):
        at = rng.integers(0, label.size, label.size)
        drawn.append(auroc(base[at], label[at]) - auroc(without[at], label[at]))
    low, high = np.percentile(drawn, [2.5, 97.5])
    loss = auroc(base, label) - auroc(without, label)
    return RemovalLoss(name, float(loss), float(low), float(high), removal.driven)
