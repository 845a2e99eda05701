"""SPI and I2C in the firmware's config.txt: switched on once, and everything else left as it is."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pocketk.provision.pi.installer.boot_settings import BACKUP, BootSettings, missing, switched_on
from pocketk.provision.pi.installer.device_root import DeviceRoot

FRESH = "# for more\n#dtparam=i2c_arm=on\n#dtparam=spi=on\ndtparam=audio=on\ndtoverlay=vc4-kms-v3d\n[cm4]\nx=1\n[all]\n"
LINES = st.sampled_from(
    [
        *("dtparam=spi=on", "dtparam=spi=off", "dtparam=i2c_arm=on,spi=off", "#dtparam=spi=on", "dtparam=audio=on"),
        *("[all]", "[pi4]", "[none]", "dtoverlay=vc4-kms-v3d", "dtoverlay=", "", "dtparam=spi", "arm_64bit=1"),
        *("dtparam=i2c_arm=1", "  dtparam=spi=off  ", "dtparam=", "kernel=x"),
    ]
)


def test_both_buses_go_to_the_top_of_a_fresh_file() -> None:
    lines = switched_on(FRESH).splitlines()
    assert lines[1:3] == ["dtparam=i2c_arm=on", "dtparam=spi=on"]
    assert "\n".join(lines[3:]) + "\n" == FRESH


@given(st.lists(LINES, max_size=12), st.sampled_from(["\n", "\r\n"]), st.booleans())
@example(["dtparam=spi=off"], "\n", False)
def test_nothing_is_missing_afterwards_and_a_second_time_changes_nothing(lines, end: str, ended: bool) -> None:
    text = end.join(lines) + (end if ended else "")
    once = switched_on(text)
    assert missing(once) == []
    assert switched_on(once) == once


@given(st.lists(LINES, max_size=12))
def test_what_does_not_name_a_bus_stays_line_for_line(lines) -> None:
    others = [line for line in lines if "spi" not in line and "i2c_arm" not in line]
    kept = switched_on("".join(f"{line}\n" for line in lines)).splitlines()
    named = [line for line in kept if "spi" in line or "i2c_arm" in line or line.startswith("# Pocket-K")]
    assert [line for line in kept if line not in named] == others


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("dtparam=spi=on\ndtparam=i2c_arm=on\n", []),
        ("dtparam=i2c_arm=on,spi=on\n", []),
        ("dtparam=spi\ndtparam=i2c_arm=yes\n", []),
        ("[pi4]\ndtparam=spi=on\n[all]\ndtparam=i2c_arm=on\n", ["spi"]),
        ("dtoverlay=disable-bt\ndtparam=spi=on\ndtparam=i2c_arm=on\n", ["i2c_arm", "spi"]),
        ("dtparam=spi=on\ndtparam=spi=off\ndtparam=i2c_arm=on\n", ["spi"]),
    ],
    ids=["plain", "one line", "other words for on", "one model only", "of an overlay", "off later"],
)
def test_a_setting_counts_only_where_it_holds_for_every_model(text: str, absent) -> None:
    assert missing(text) == absent


def test_what_else_a_line_sets_is_kept_when_it_switched_a_bus_off() -> None:
    assert "#dtparam=audio=on,spi=off\ndtparam=audio=on\n" in switched_on("dtparam=audio=on,spi=off\n")


def test_the_first_file_is_kept_beside_and_bytes_that_are_no_text_survive(tmp_path) -> None:
    place = tmp_path / "boot/firmware/config.txt"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"# \xff\n")
    step = BootSettings(DeviceRoot(tmp_path))
    assert len(step.pending()) == 2
    step.apply()
    assert step.pending() == []
    assert place.read_bytes().endswith(b"# \xff\n")
    assert place.with_name("config.txt" + BACKUP).read_bytes() == b"# \xff\n"


def test_a_card_without_the_file_is_told_that_the_buses_were_left(tmp_path) -> None:
    step = BootSettings(DeviceRoot(tmp_path))
    assert step.pending() == []
    assert "not switched on" in step.notes()[0]


def test_a_running_device_waits_for_its_next_start_whoever_is_told_of_it(tmp_path, monkeypatch) -> None:
    """The mark comes before the change, so that an interrupted installation does not forget it."""
    place = tmp_path / "boot/firmware/config.txt"
    place.parent.mkdir(parents=True)
    place.write_text(FRESH)
    monkeypatch.setattr(DeviceRoot, "live", True)
    step = BootSettings(DeviceRoot(tmp_path))
    assert not step.waits_for_start
    step.apply()
    assert BootSettings(DeviceRoot(tmp_path)).waits_for_start
    (tmp_path / "run/pocketk-waits-for-start").unlink()  # as a start does
    assert not BootSettings(DeviceRoot(tmp_path)).waits_for_start
