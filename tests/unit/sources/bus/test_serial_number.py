"""The serial number of a front end is that of the computer which it is soldered to."""

from pathlib import Path

from pocketk_agent.sources.bus.serial_number import computer_serial


def test_a_raspberry_pi_has_its_own(tmp_path: Path) -> None:
    (tmp_path / "serial").write_bytes(b"10000000abcdef01\0")
    assert computer_serial(tmp_path / "serial", tmp_path / "none") == "PI-10000000ABCDEF01"


def test_elsewhere_it_is_a_hash_that_does_not_give_the_machine_away(tmp_path: Path) -> None:
    machine = "0123456789abcdef0123456789abcdef"
    (tmp_path / "id").write_text(machine + "\n")
    found = computer_serial(tmp_path / "none", tmp_path / "id")
    assert found.startswith("HOST-")
    assert len(found) == 21
    assert found[5:].lower() not in machine
    assert found == computer_serial(tmp_path / "none", tmp_path / "id")


def test_without_either_it_is_said(tmp_path: Path) -> None:
    assert computer_serial(tmp_path / "none", tmp_path / "none") == "UNKNOWN"
