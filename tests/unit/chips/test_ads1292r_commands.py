"""The ADS1292R's model notes every driver that does not keep to the data sheet."""

import pytest

from unit.chips.ads1292r_host import MHZ, RDATAC, RESET, SDATAC, STANDBY, START, STOP, Host


def test_after_power_up_it_is_in_continuous_mode_with_its_reset_values() -> None:
    host = Host()
    host.send(SDATAC)
    assert host.read(0, 12) == bytes.fromhex("73 02 80 10 00 00 00 00 00 00 02 0c")
    assert host.chip.violations == []


def test_registers_keep_what_is_written_and_a_reset_takes_it_back() -> None:
    host = Host()
    host.send(SDATAC)
    host.write(0x01, 0x03, 0xE3, 0x10, 0x65)
    assert host.read(1, 4) == bytes([0x03, 0xE3, 0x10, 0x65])
    host.send(RESET)
    host.bench.advance(40_000)
    host.send(SDATAC)
    assert host.read(1, 4) == bytes([0x02, 0x80, 0x10, 0x00])
    assert host.chip.violations == []


def break_read_in_continuous(host: Host) -> None:
    host.send(RDATAC)
    host.read(0)


def break_any_command_in_continuous(host: Host) -> None:
    host.send(RDATAC)
    host.send(START)


def break_read_only(host: Host) -> None:
    host.write(0x00, 0x12)


def break_fixed_bits(host: Host) -> None:
    host.write(0x02, 0x00)


def break_no_such_register(host: Host) -> None:
    host.write(0x0C, 0x00)


def break_too_fast(host: Host) -> None:
    host.send(0x41, 0, 0x02, hertz=2 * MHZ)


def break_released_too_soon(host: Host) -> None:
    host.send(STOP, hold_ns=0)


def break_off_within_an_access(host: Host) -> None:
    host.send(0x41, 0)


def break_wrong_mode(host: Host) -> None:
    host.send(STOP, mode=0)


def break_command_after_reset(host: Host) -> None:
    host.send(RESET, SDATAC)
    host.send(STOP)


def break_standby(host: Host) -> None:
    host.send(STANDBY)
    host.send(START)


def break_unknown_command(host: Host) -> None:
    host.send(0x7F & 0x1F)


def break_over_run(host: Host) -> None:
    host.set_up()
    host.frame()
    host.bench.advance(5_000_000)


def break_torn(host: Host) -> None:
    host.set_up()
    host.bench.run_until(lambda: bool(host.edges), 10**9)
    host.bench.advance(1_960_000)
    host.send(*bytes(9), hold_ns=0)


def break_no_such_gain(host: Host) -> None:
    host.set_up(channel_1=0x70)
    host.frame()


BREACHES = [
    (break_read_in_continuous, "RREG in RDATAC"),
    (break_any_command_in_continuous, "START in RDATAC"),
    (break_read_only, "ID, which is read-only"),
    (break_fixed_bits, "fixed bits"),
    (break_no_such_register, "0x0C, which does not exist"),
    (break_too_fast, "command byte after 4000 ns"),
    (break_released_too_soon, "CS released"),
    (break_off_within_an_access, "within a register access"),
    (break_wrong_mode, "SPI mode 0"),
    (break_command_after_reset, "within 18 tCLK of a RESET"),
    (break_standby, "START in standby"),
    (break_unknown_command, "unknown command"),
    (break_over_run, "over-run"),
    (break_torn, "while the one before was being read"),
    (break_no_such_gain, "gain setting 7"),
]


@pytest.mark.parametrize(("breach", "noted"), BREACHES, ids=[breach.__name__ for breach, _ in BREACHES])
def test_a_breach_is_noted(breach, noted: str) -> None:
    host = Host()
    host.send(SDATAC)
    assert host.chip.violations == []
    breach(host)
    assert any(noted in violation for violation in host.chip.violations), host.chip.violations


def test_a_driver_that_is_always_wrong_does_not_fill_the_memory() -> None:
    host = Host()
    host.set_up()
    host.bench.advance(5_000_000_000)
    assert len(host.chip.violations) == 1000
