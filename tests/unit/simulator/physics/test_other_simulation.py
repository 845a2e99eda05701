"""The atlas beside beats of another group's 3-D heart and torso with another cell model (sim-potassium-kit).

What the two agree on is tested, and so is what they do not: the 3-D heart's T wave grows with potassium, as
patients' do, and the strip's does not. T amplitude must therefore come from patients, not from the atlas.
"""

import csv
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

from pocketk.simulator.physics import load_atlas
from pocketk.simulator.physics.beat_measures import TWave, measure_t

pytestmark = pytest.mark.data


@dataclass(frozen=True)
class KitBeat:
    k_mmol_l: float
    ca_mmol_l: float
    t: TWave

    @property
    def slope(self):
        return self.t.amplitude * self.t.slope_over_amplitude_per_s


@pytest.fixture
def steps(pocketk_data):
    """Lead I of neighbouring potassiums at the same calcium: pairs (lower, higher)."""
    folder = pocketk_data / "sim-potassium-kit"
    signals = np.load(folder / "sim_beats.npz")["signal_mV"][:, :, 0].astype(float)
    with (folder / "labels.csv").open(newline="") as stream:
        labels = list(csv.DictReader(stream))
    beats = [
        KitBeat(
            float(row["K_mmol_L"]), float(row["Ca_mmol_L"]), measure_t(beat - beat[-5:].mean(), 1000.0, (150.0, 595.0))
        )
        for row, beat in zip(labels, signals, strict=True)
    ]
    unique = {(beat.ca_mmol_l, beat.k_mmol_l): beat for beat in beats}
    ordered = [unique[key] for key in sorted(unique)]
    return [(low, high) for low, high in pairwise(ordered) if low.ca_mmol_l == high.ca_mmol_l]


def atlas_change(name, low=4.0, high=6.5):
    atlas = load_atlas()
    rows = atlas.along_potassium()
    k, values = atlas.parameters[rows, 0], atlas.measure(name)[rows]
    return float(values[k == high][0] / values[k == low][0])


def test_t_gets_narrower_with_potassium_in_both(steps):
    narrower = np.mean([high.t.width_ms < low.t.width_ms for low, high in steps])
    assert len(steps) >= 20
    assert narrower > 0.95
    assert atlas_change("t_width_ms") < 1.0


def test_the_descent_of_t_gets_steeper_with_potassium_in_both(steps):
    # Up to 5.5 mmol/L; the 3-D heart's slope turns down between 5.5 and 6.7.
    steeper = np.mean([high.slope > low.slope for low, high in steps if high.k_mmol_l <= 5.5])
    assert steeper > 0.8
    assert atlas_change("t_slope_over_amplitude_per_s", 4.0, 5.5) * atlas_change("t_amplitude", 4.0, 5.5) > 1.0


def test_t_grows_with_potassium_in_the_heart_but_not_in_the_strip(steps):
    taller = np.mean([high.t.amplitude > low.t.amplitude for low, high in steps])
    assert taller > 0.95
    assert 0.93 < atlas_change("t_amplitude") < 1.0
