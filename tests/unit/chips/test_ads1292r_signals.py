"""What the ADS1292R's model converts: gains, rails, rates, test signals, comparators and faults."""

import numpy as np
import pytest

from pocketk_chips.inputs import CodesInput, FlatInput, FunctionInput
from unit.chips.ads1292r_host import (
    CODE_MAX,
    CODE_MIN,
    OFFSETCAL,
    RDATA,
    RDATAC,
    SDATAC,
    STANDBY,
    START,
    STOP,
    WAKEUP,
    Host,
)


def test_a_frame_is_status_and_two_channels() -> None:
    host = Host(FlatInput(0.0005)).set_up(channel_1=0x60)
    assert host.frame() == bytes([0xC0, 0, 0]) + (20798).to_bytes(3, "big") + bytes(3)
    assert host.chip.violations == []


def test_more_clocks_read_the_frame_again() -> None:
    host = Host(FlatInput(0.0005)).set_up(channel_1=0x60)
    first = host.frame()
    assert host.send(*bytes(18), hold_ns=0) == first + first


@pytest.mark.parametrize(("setting", "gain"), list(enumerate((6, 1, 2, 3, 4, 8, 12))))
def test_every_gain_and_its_rails(setting: int, gain: int) -> None:
    host = Host(FlatInput(0.01)).set_up(channel_1=setting << 4)
    assert host.code() == pytest.approx(0.01 * gain / 2.42 * CODE_MAX, abs=0.51)
    for level_v, code in ((2.42 / gain, CODE_MAX), (2.5 / gain, CODE_MAX), (-2.5 / gain, CODE_MIN)):
        host.chip.channels.source = FlatInput(level_v)
        assert host.code() == code


@pytest.mark.parametrize(("setting", "rate_hz"), list(enumerate((125, 250, 500, 1000, 2000, 4000, 8000))))
def test_every_output_rate(setting: int, rate_hz: int) -> None:
    host = Host()
    host.send(SDATAC)
    host.write(0x01, setting)
    host.send(START)
    host.bench.advance(100_000_000)
    assert np.diff(host.edges).tolist() == pytest.approx([1e9 / rate_hz] * (len(host.edges) - 1), abs=1)
    assert len(host.edges) > 8


@pytest.mark.parametrize("ppm", [-200, -100, 0, 100, 200])
def test_the_oscillator_may_be_off(ppm: int) -> None:
    host = Host(ppb=1000 * ppm).set_up()
    for _ in range(500):
        host.frame()
    period_ns = (host.edges[-1] - host.edges[0]) / (len(host.edges) - 1)
    assert 2e6 / period_ns == pytest.approx(1 + ppm / 1e6, abs=1e-8)


def test_codes_are_given_back_as_they_were_played() -> None:
    codes = np.random.default_rng(1).integers(CODE_MIN, CODE_MAX, 300, endpoint=True)
    codes[:2] = CODE_MIN, CODE_MAX
    host = Host(CodesInput(codes, 2.42 / (6 * CODE_MAX))).set_up()
    assert [host.code() for _ in codes] == codes.tolist()


def test_the_test_square_has_its_height_and_its_second() -> None:
    host = Host().set_up(channel_1=0x05, config_2=0xE3)
    mv = np.array([host.code() for _ in range(1500)]) * 2.42e3 / (6 * CODE_MAX)
    steps = np.flatnonzero(np.diff(mv > 0))
    assert np.diff(steps) == pytest.approx([250] * (len(steps) - 1), abs=1)
    assert np.abs(mv) == pytest.approx(np.full(1500, 2420 / 2400), abs=0.005)


def test_shorted_inputs_give_noise_alone() -> None:
    host = Host(FlatInput(0.2)).set_up(channel_1=0x01)
    uv = np.array([host.code() for _ in range(500)]) * 2.42e6 / (6 * CODE_MAX)
    assert 0.5 < uv.std() < 1.5
    assert np.ptp(uv) < 10.0


def test_without_its_reference_it_reads_full_scale() -> None:
    assert Host().set_up(config_2=0x80).code() == CODE_MAX


@pytest.mark.parametrize(
    ("off", "first", "second"), [(0, 0xC0, 0x00), (1, 0xC0, 0x80), (2, 0xC1, 0x00), (3, 0xC1, 0x80)]
)
def test_the_comparators_stand_in_the_status_word_and_in_their_register(off: int, first: int, second: int) -> None:
    host = Host(CodesInput([0], 1e-9, [off])).set_up()
    assert host.frame()[:3] == bytes([first, second, 0])
    host.send(SDATAC)
    assert host.read(0x08) == bytes([off])


@pytest.mark.parametrize(("config_2", "sensed"), [(0xA0, 0x03), (0xE0, 0x00)])
def test_comparators_that_are_off_see_nothing(config_2: int, sensed: int) -> None:
    host = Host(CodesInput([0], 1e-9, [3])).set_up(config_2=config_2)
    host.send(SDATAC)
    host.write(0x07, sensed)
    host.send(RDATAC)
    assert host.frame()[:3] == bytes([0xC0, 0, 0])


def test_electrodes_that_come_off_are_driven_to_the_rail() -> None:
    host = Host().set_up()
    host.chip.channels.lead_off_from_ns = host.bench.now_ns
    host.chip.channels.lead_off_until_ns = host.bench.now_ns + 10**9
    frame = host.frame()
    assert (frame[0] & 1, frame[1] >> 7) == (1, 1)
    assert int.from_bytes(frame[3:6], "big", signed=True) == CODE_MAX


@pytest.mark.parametrize(("offset_v", "code"), [(0.3, 8723533), (-0.3, -8723533)])
def test_an_electrode_offset_of_300_mv_fits_at_gain_6_and_not_at_gain_12(offset_v: float, code: int) -> None:
    host = Host().set_up()
    host.chip.channels.offset_v = offset_v
    assert host.code() == round(offset_v * 6 / 2.42 * CODE_MAX)
    host.send(SDATAC)
    host.write(0x04, 0x60)
    host.send(RDATAC)
    assert host.code() in (CODE_MAX, CODE_MIN)
    assert abs(code) > CODE_MAX  # what gain 12 would have to give


def test_data_by_command_and_the_other_commands() -> None:
    host = Host(FlatInput(0.0005)).set_up(channel_1=0x60)
    host.frame()
    host.send(SDATAC)
    host.bench.advance(2_000_000)
    assert host.send(RDATA, *bytes(9))[4:7] == (20798).to_bytes(3, "big")
    host.send(OFFSETCAL)
    host.send(STOP)
    seen = len(host.edges)
    host.send(STANDBY)
    host.send(WAKEUP)
    host.bench.advance(50_000_000)
    assert len(host.edges) == seen
    assert host.chip.violations == []


def test_reading_raises_data_ready_and_a_conversion_lowers_it() -> None:
    host = Host().set_up()
    host.bench.run_until(lambda: bool(host.edges), 10**9)
    assert host.chip.drdy.level == 0
    host.send(0, hold_ns=0)
    assert host.chip.drdy.level == 1


def test_lost_edges_and_a_dead_chip() -> None:
    host = Host().set_up()
    host.frame()
    host.chip.edges_to_lose = 3
    host.bench.advance(8_100_000)
    assert len(host.edges) == 2
    host.chip.dead = True
    host.bench.advance(100_000_000)
    assert len(host.edges) == 2


@pytest.mark.parametrize("stuck", [0x00, 0xFF])
def test_a_stuck_line_reads_the_same_for_ever(stuck: int) -> None:
    host = Host(FlatInput(0.0005)).set_up()
    host.wire.stuck = stuck
    assert host.frame() == bytes([stuck]) * 9


def test_an_input_may_be_a_function_of_time() -> None:
    host = Host(FunctionInput(lambda t_ns: 0.1 if t_ns > 15_000_000 else 0.0)).set_up()
    codes = [host.code() for _ in range(6)]
    assert codes[0] == 0
    assert codes[-1] == round(0.1 * 6 / 2.42 * CODE_MAX)
