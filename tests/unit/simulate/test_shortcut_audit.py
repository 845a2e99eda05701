"""The shortcut audits find a shortcut where there is one, and none where there is none."""

import numpy as np
import polars as pl
import pytest

from measurement_plugin import Measure
from pocketk.simulator.validation import shortcut_audit
from pocketk.simulator.validation.rendered_audit import averaged_beat, rendered_audit
from pocketk.simulator.validation.shortcut_audit import parameter_audit, source_auroc
from pocketk_agent.patient.noise_levels import QUIET
from pocketk_agent.patient.preset import DEFAULT
from pocketk_agent.patient.profile import profile_shape
from pocketk_agent.patient.strip import StripRequest, simulate_strip

JUDGED = tuple(name for name, component in shortcut_audit.COMPONENTS.items() if not component.driven)


def test_no_component_that_potassium_does_not_drive_tells_the_label(measure: Measure) -> None:
    audit = parameter_audit(8_000, 12_000, seed=1, draws=1, components=("U wave", "noise", "front end", "rhythm"))
    worst = max(audit.losses, key=lambda loss: abs(loss.loss))
    measure("SIM-SHORTCUT", abs(worst.loss), n=worst.n_test, detail=str(audit))


def test_a_component_that_follows_the_label_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    original = shortcut_audit.drawn_table

    def leaking(n: int, rng: np.random.Generator, preset: object) -> tuple[dict[str, np.ndarray], np.ndarray]:
        table, label = original(n, rng, DEFAULT)
        table["u_amplitude_uv"] = np.where(label, 0.0, table["u_amplitude_uv"])
        return table, label

    monkeypatch.setattr(shortcut_audit, "drawn_table", leaking)
    audit = parameter_audit(2000, 2000, seed=1, draws=1, components=("U wave",))
    assert audit.losses[0].loss > 5 * shortcut_audit.LARGEST_CHANGE


def test_the_components_issue_names_are_all_judged_or_said_to_be_driven() -> None:
    assert {"U wave", "noise", "front end", "rhythm"} <= set(JUDGED)
    assert {"ST level", "P duration"} <= set(shortcut_audit.COMPONENTS)


def test_a_source_with_all_the_positives_is_found() -> None:
    frame = pl.DataFrame({"source": ["real"] * 50 + ["synthetic"] * 50, "k_lab_mmol_l": [6.0] * 50 + [4.0] * 50})
    assert source_auroc(frame) == 1.0


def test_the_averaged_beat_shows_t_where_it_is_drawn() -> None:
    strip = simulate_strip(profile_shape("sensitive", 6.0), StripRequest(noise=QUIET), np.random.default_rng(0))
    found = averaged_beat(strip.ecg_mv)
    assert found[30:][10 + np.argmax(found[40:80])] > 0.3
    assert found[-2] == pytest.approx(60.0 / 73.5, abs=0.06)


def test_a_flat_strip_has_no_averaged_beat() -> None:
    assert np.isnan(averaged_beat(np.zeros(5000))).all()


def test_the_rendered_audit_is_repeatable_and_covers_every_removal() -> None:
    first, second = (rendered_audit(60, 40, seed=2) for _ in range(2))
    assert first == second
    assert {loss.component for loss in first.losses} == {
        "U wave", "noise kind", "front end", "fibrillation's rhythm", "look-alike's form", "ST level", "P duration",
    }  # fmt: skip
