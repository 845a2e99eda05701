"""Whom the demonstration simulates, and which bundle it takes."""

from pathlib import Path

import numpy as np
import pytest

from pocketk_agent.cli import main
from pocketk_agent.commands import default_bundle as chosen
from pocketk_agent.commands.simulated_strip import SimulatedPerson, simulated_strip
from pocketk_agent.commands.unusable import UnusableError


def test_a_simulated_strip_is_lead_one_with_whole_contact_and_native_counts() -> None:
    strip = simulated_strip(SimulatedPerson(4.0), 30.0, 50.0)
    assert (strip.lead, strip.fs_hz, strip.seconds) == ("I", 500.0, 30.0)
    assert not strip.lead_off.any()
    assert strip.native is not None
    np.testing.assert_array_equal(strip.native.to_mv(), strip.ecg_mv)


def test_the_same_person_gives_the_same_counts_and_another_seed_others() -> None:
    first, again, other = (simulated_strip(SimulatedPerson(5.0, seed=seed), 10.0, 50.0).ecg_mv for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_potassium_changes_the_strip() -> None:
    normal, high = (simulated_strip(SimulatedPerson(k), 10.0, 50.0).ecg_mv for k in (4.0, 7.0))
    assert float(np.abs(normal - high).max()) > 0.2


@pytest.mark.parametrize("person", [SimulatedPerson(40.0), SimulatedPerson(float("nan")), SimulatedPerson(4.0, "none")])
def test_a_patient_who_cannot_be_is_refused(person: SimulatedPerson) -> None:
    with pytest.raises(UnusableError):
        simulated_strip(person, 30.0, 50.0)


def test_the_trained_bundle_is_taken_where_it_is_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chosen, "shipped_bundles", lambda: {"pocketk-s": Path(), "pocketk-untrained": Path()})
    assert chosen.default_bundle() == chosen.DefaultBundle("pocketk-s")


def test_without_it_the_untrained_one_is_taken_and_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chosen, "shipped_bundles", lambda: {"pocketk-untrained": Path()})
    taken = chosen.default_bundle()
    assert taken.name == "pocketk-untrained"
    assert "pocketk-s is not shipped here" in taken.note


@pytest.mark.parametrize(
    "arguments",
    [
        ["--potassium", "4", "--rate", "500"],
        ["--potassium", "4", "--start", "3"],
        ["--tour", "--strip", "x.hea"],
        ["--tour", "--potassium", "4"],
        ["--tour", "--patient", "P-017"],
    ],
)
def test_what_contradicts_itself_is_refused_in_one_line(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["demo", *arguments])
    assert ended.value.code == 2
    assert "leave out" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
