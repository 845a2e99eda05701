"""The doctor: every fault of a device is found, graded, and has a remedy in words."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pocketk_agent.clock import SystemClock
from pocketk_agent.commands.doctor import run_doctor, run_selftest
from pocketk_agent.commands.unusable import UnusableError
from pocketk_agent.config.sections import FrontEndConfig, MeasurementConfig
from pocketk_agent.doctor.check import Check, Grade
from pocketk_agent.doctor.data_checks import check_bundle, check_store
from pocketk_agent.doctor.examination import examine, is_fit
from pocketk_agent.doctor.front_end_checks import check_front_end
from pocketk_agent.doctor.front_end_proof import front_end_checks
from pocketk_agent.doctor.machine import Machine
from pocketk_agent.doctor.machine_checks import check_python, check_runtime, check_system, check_time, check_unit
from pocketk_agent.sources.virtual_patient_source import VirtualPatientSource
from pocketk_agent.time_standing import TimeStanding

NODES = {Path("/dev/spidev0.0"), Path("/dev/gpiochip0"), Path("/dev/ttyACM0"), Path("/dev/i2c-1")}
PI = Machine(
    architecture="aarch64",
    pointer_bits=64,
    python=(3, 11),
    user="pi",
    has_module=lambda _: True,
    exists=lambda path: path in NODES or str(path).startswith("/etc/systemd"),
    may_use=lambda _: True,
    group_of=lambda path: "spi" if "spi" in str(path) else "dialout",
    free_mb=lambda _: 9000.0,
    time=lambda: TimeStanding(True, "clock synchronised"),
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "pocketk.toml"
    path.write_text(
        '[front_end]\nkind = "simulated-patient"\n[measurement]\nbundle = "pocketk-untrained"\n'
        f'store = "{tmp_path}/store"\n'
    )
    return path


def test_a_device_in_order_is_fit(config: Path):
    checks = examine(config, PI)
    assert is_fit(checks), [c for c in checks if c.grade is Grade.FAILED]
    names = [check.name for check in checks]
    assert names[:4] == ["system", "python", "runtime", "configuration"]
    assert {"golden vectors", "store", "time", "service"} <= set(names)


@pytest.mark.parametrize(
    ("check", "changed", "words"),
    [
        (check_system, {"architecture": "armv7l", "pointer_bits": 32}, "64-bit Raspberry Pi OS"),
        (check_system, {"pointer_bits": 32}, "64-bit Raspberry Pi OS"),
        (check_python, {"python": (3, 10)}, "3.11"),
        (check_python, {"python": (3, 14)}, "3.13"),
        (check_runtime, {"has_module": lambda _: False}, "pocketk[litert]"),
    ],
)
def test_a_fault_of_the_machine_has_a_remedy(check, changed: dict, words: str):
    found: Check = check(replace(PI, **changed))
    assert found.grade is Grade.FAILED
    assert words in found.remedy
    assert check(PI).grade is Grade.OK


@pytest.mark.parametrize(
    ("check", "changed", "words"),
    [
        (check_time, {"time": lambda: TimeStanding(False, "no")}, "timedatectl"),
        (check_unit, {"exists": lambda _: False}, "provision"),
    ],
)
def test_what_does_not_keep_a_device_from_measuring_is_a_warning(check, changed: dict, words: str):
    found: Check = check(replace(PI, **changed))
    assert found.grade is Grade.WARNING
    assert words in found.remedy
    assert is_fit([found])


@pytest.mark.parametrize(
    ("kind", "node", "words"),
    [
        ("ads1292r", "/dev/spidev0.0", "do_spi"),
        ("max30003", "/dev/gpiochip0", "gpiodetect"),
        ("mcp3008-ad8232", "/dev/spidev0.0", "do_spi"),
        ("ads1115-ad8232", "/dev/i2c-1", "do_i2c"),
        ("serial", "/dev/ttyACM0", "ttyACM"),
    ],
)
def test_a_missing_node_says_how_to_switch_it_on(kind, node: str, words: str):
    machine = replace(PI, exists=lambda path: path in NODES and str(path) != node)
    (found,) = [c for c in check_front_end(FrontEndConfig(kind), machine) if c.grade is Grade.FAILED]
    assert found.name == node
    assert words in found.remedy
    assert is_fit(check_front_end(FrontEndConfig(kind), PI))


def test_a_model_of_a_chip_needs_no_hardware():
    machine = replace(PI, exists=lambda _: False, has_module=lambda _: False)
    assert is_fit(check_front_end(FrontEndConfig("ads1292r", virtual=True), machine))


def test_a_node_that_may_not_be_used_names_the_group():
    found = check_front_end(FrontEndConfig("serial"), replace(PI, may_use=lambda _: False))[-1]
    assert "sudo usermod -aG dialout pi" in found.remedy
    nobody = replace(PI, may_use=lambda _: False, group_of=lambda _: "root")
    assert "udev" in check_front_end(FrontEndConfig("serial"), nobody)[-1].remedy


def test_a_missing_package_names_the_extra():
    machine = replace(PI, has_module=lambda name: name != "spidev")
    found = [c for c in check_front_end(FrontEndConfig("ads1292r"), machine) if c.grade is Grade.FAILED]
    assert [c.remedy for c in found] == ["pip install 'pocketk[pi]'."]


def test_a_recording_that_is_not_there_is_found():
    assert not is_fit(check_front_end(FrontEndConfig("replay", file=Path("/x")), PI))


def test_a_bundle_that_does_not_verify_is_found(tmp_path: Path):
    assert not is_fit(check_bundle(MeasurementConfig(bundle=str(tmp_path))))
    assert not is_fit(check_bundle(MeasurementConfig(bundle="pocketk-x")))


def test_a_store_that_cannot_be_written_or_is_full_is_found(tmp_path: Path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert "sudo install" in check_store(blocked / "store", PI).remedy
    assert check_store(tmp_path / "a", replace(PI, free_mb=lambda _: 3.0)).grade is Grade.FAILED
    assert check_store(tmp_path / "a", PI).grade is Grade.OK
    assert list((tmp_path / "a").iterdir()) == []


def test_a_bad_configuration_does_not_keep_the_rest_from_being_checked(tmp_path: Path):
    path = tmp_path / "x.toml"
    path.write_text("[front_end]\nkind = 3\n")
    checks = examine(path, PI)
    assert not is_fit(checks)
    assert {"system", "time"} <= {check.name for check in checks}


def test_the_command_tells_programs_and_people(config: Path, capsys):
    assert run_doctor(config, as_json=True, machine=PI) == 0
    assert json.loads(capsys.readouterr().out)["fit"] is True
    assert run_doctor(config, as_json=False, machine=replace(PI, python=(3, 9))) == 1
    said = capsys.readouterr().out
    assert "failed   python" in said
    assert said.endswith("Not fit.\n")


def test_a_selftest_asks_front_end_bundle_and_store(config: Path, capsys):
    assert run_selftest(config, as_json=True) == 0
    names = [check["name"] for check in json.loads(capsys.readouterr().out)["checks"]]
    assert names == ["front end", "self-test", "fault counters", "bundle", "golden vectors", "store"]
    with pytest.raises(UnusableError):
        run_selftest(config.with_name("nowhere.toml"), as_json=True)


def test_a_front_end_that_is_not_there_fails_the_selftest():
    (found,) = front_end_checks(FrontEndConfig("serial", port="/dev/nowhere"), SystemClock())
    assert found.grade is Grade.FAILED
    (found,) = front_end_checks(FrontEndConfig("replay", file=Path("/nowhere.edf")), SystemClock())
    assert "nowhere.edf" in found.detail


def test_a_front_end_that_fails_its_own_test_fails_the_selftest(monkeypatch):
    from pocketk_agent.sources.source import SelfTest

    monkeypatch.setattr(VirtualPatientSource, "self_test", lambda _: SelfTest(False, "reference is off"))
    checks = front_end_checks(FrontEndConfig("simulated-patient"), SystemClock())
    assert [c.detail for c in checks if c.grade is Grade.FAILED] == ["reference is off"]
