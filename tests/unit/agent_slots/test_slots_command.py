"""Slots in the configuration: what the service, the doctor and the command make of them."""

from pathlib import Path

import pytest

from installed_bundles import TRUST, bundles_below
from pocketk_agent.bundle.bundle import Bundle
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.commands.run import configured_bundle
from pocketk_agent.commands.slots import SlotsWish, run_slots, slotted_bundle
from pocketk_agent.commands.unusable import UnusableError
from pocketk_agent.config.sections import AgentConfig, BundleConfig, FrontEndConfig, MeasurementConfig
from pocketk_agent.doctor.data_checks import check_bundle
from pocketk_agent.slots.bundle_slots import BundleSlots
from pocketk_firmware.slots.slot_state import STATE_NAME


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return bundles_below(tmp_path_factory.mktemp)


def config_of(tmp_path: Path, slots: Path | None) -> AgentConfig:
    return AgentConfig(
        FrontEndConfig("simulated-patient"),
        MeasurementConfig(bundle="pocketk-untrained", trust=tmp_path / "trust"),
        BundleConfig(slots),
    )


@pytest.fixture
def demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pocketk_agent.commands.slots.installed_trust", lambda _folder: TRUST)


@pytest.mark.usefixtures("demonstration")
def test_without_slots_or_with_empty_ones_the_configured_bundle_runs(tmp_path: Path) -> None:
    assert slotted_bundle(config_of(tmp_path, None)) is None
    assert slotted_bundle(config_of(tmp_path, tmp_path / "slots")) is None


@pytest.mark.usefixtures("demonstration")
def test_a_damaged_state_is_an_error_and_not_the_configured_bundle(tmp_path: Path) -> None:
    (tmp_path / "slots").mkdir()
    (tmp_path / "slots" / STATE_NAME).write_text("damaged")
    found = slotted_bundle(config_of(tmp_path, tmp_path / "slots"))
    assert isinstance(found, BundleError)
    assert found.code == "slot-state"


@pytest.mark.usefixtures("demonstration")
def test_doctor_and_service_take_the_bundle_of_the_slots(
    tmp_path: Path, bundles: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pocketk_agent.doctor.data_checks.installed_trust", lambda _folder: TRUST)
    config = config_of(tmp_path, tmp_path / "slots")
    BundleSlots(tmp_path / "slots", TRUST).install(bundles["1.1.0"])
    before = (tmp_path / "slots" / STATE_NAME).read_bytes()
    checks = check_bundle(config.measurement, config.bundle.slots)
    assert "pocketk-untrained 1.1.0" in checks[0].detail
    assert (tmp_path / "slots" / STATE_NAME).read_bytes() == before, "looking takes no try"
    bundle = configured_bundle(config)
    assert isinstance(bundle, Bundle)
    assert bundle.manifest.model_version == "1.1.0"


@pytest.mark.usefixtures("demonstration")
def test_the_command_installs_shows_and_goes_back(
    tmp_path: Path, bundles: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pocketk.toml"
    path.write_text(f'[front_end]\nkind = "simulated-patient"\n[bundle]\nslots = "{tmp_path}/slots"\n')
    assert run_slots(SlotsWish(path, install=str(bundles["1.0.0"]))) == 0
    assert "slot a     pocketk-untrained 1.0.0, on trial, 3 starts left" in capsys.readouterr().out
    assert run_slots(SlotsWish(path, rollback=True)) == 0
    assert run_slots(SlotsWish(path, rollback=True)) == 1
    assert "slot a     empty" in capsys.readouterr().out


def test_the_command_wants_slots_in_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "pocketk.toml"
    path.write_text('[front_end]\nkind = "simulated-patient"\n')
    with pytest.raises(UnusableError, match="slots = FOLDER"):
        run_slots(SlotsWish(path))
