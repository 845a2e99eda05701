"""The register-level model of the MAX30003: what it answers, and what it holds against its host."""

from itertools import pairwise

import pytest

from pocketk_chips import max30003_registers as reg
from pocketk_chips.bench import SECOND_NS, ChipBench
from pocketk_chips.inputs import FunctionInput
from pocketk_chips.max30003 import Max30003
from pocketk_chips.spi_wire import SpiWire

MS = 1_000_000
AT_500 = 0x180004  # EN_ECG, 32000 Hz


class Electrodes(FunctionInput):
    """Both on, or both off."""

    def __init__(self, volts, off) -> None:
        super().__init__(volts)
        self._off = off

    def lead_off(self, n: int, t_ns: int) -> int:
        return 3 if self._off(t_ns) else 0


class Host:
    """A host that has read the data sheet."""

    def __init__(self, source=lambda _: 0.0, lead_off=lambda _: False) -> None:
        self.bench = ChipBench()
        self.chip = Max30003(self.bench, Electrodes(source, lead_off))
        self.wire = SpiWire(self.bench, self.chip)
        self.hertz = 1_000_000

    def write(self, address: int, value: int) -> None:
        self.wire.transfer([address << 1, value >> 16, value >> 8 & 0xFF, value & 0xFF], None, self.hertz, 0)

    def read(self, address: int, words: int = 1) -> list[int]:
        got = [0] * (1 + 3 * words)
        self.wire.transfer([address << 1 | 1, *[0] * 3 * words], got, self.hertz, 0)
        return [got[k] << 16 | got[k + 1] << 8 | got[k + 2] for k in range(1, len(got), 3)]

    def start(self, general: int = AT_500, ecg: int = 0x003000, efit: int = 7) -> None:
        self.write(reg.SW_RST, 0)
        self.write(reg.CNFG_GEN, general)
        self.write(reg.CNFG_EMUX, 0)
        self.write(reg.CNFG_ECG, ecg)
        self.write(reg.MNGR_INT, efit << 19 | 4)
        self.write(reg.EN_INT, reg.EINT | 1)
        self.bench.advance(20 * MS)
        self.write(reg.SYNCH, 0)


def codes(words: list[int]) -> list[int]:
    return [((w >> 6) ^ 0x20000) - 0x20000 for w in words]


def tags(words: list[int]) -> list[int]:
    return [w >> 3 & 7 for w in words]


def test_the_chip_says_which_it_is() -> None:
    host = Host()
    assert host.read(reg.INFO)[0] & reg.INFO_MASK == reg.INFO_FAMILY
    assert host.chip.violations == []


def test_every_register_keeps_what_can_be_written_and_forgets_it_at_a_reset() -> None:
    host = Host()
    for address, mask in reg.MASKS.items():
        assert host.read(address) == [reg.RESETS[address]]
        host.write(address, mask)
        assert host.read(address) == [mask]
    host.write(reg.SW_RST, 0)
    assert [host.read(address)[0] for address in reg.RESETS] == list(reg.RESETS.values())
    assert host.chip.violations == []


@pytest.mark.parametrize(
    ("general", "ecg", "rate_hz"),
    [
        (0x080004, 0x003000, 512.0),
        (0x080004, 0x403000, 256.0),
        (0x080004, 0x803000, 128.0),
        (0x180004, 0x003000, 500.0),
        (0x180004, 0x403000, 250.0),
        (0x180004, 0x803000, 125.0),
        (0x280004, 0x803000, 200.0),
    ],
)
def test_the_rate_follows_master_clock_and_divider(general: int, ecg: int, rate_hz: float) -> None:
    host = Host()
    host.start(general, ecg)
    host.bench.advance(SECOND_NS)
    assert host.chip.conversions == pytest.approx(rate_hz, abs=1)


@pytest.mark.parametrize("ppm", [-200.0, 200.0])
def test_the_oscillator_may_be_off(ppm: float) -> None:
    host = Host()
    host.chip.ppm = ppm
    host.start()
    host.bench.advance(100 * SECOND_NS)
    assert host.chip.conversions == pytest.approx(50_000 * (1 + ppm * 1e-6), abs=1)


def test_the_line_falls_when_as_many_samples_wait_as_were_asked_for_and_rises_when_they_are_read() -> None:
    host = Host()
    seen = []
    host.chip.intb.listen(lambda level: seen.append((level, host.bench.now_ns)))
    host.start(efit=7)
    started = host.bench.now_ns
    host.bench.advance(17 * MS)
    assert [level for level, _ in seen] == [0]
    assert seen[0][1] - started == pytest.approx(16 * MS, abs=2)
    assert host.read(reg.STATUS)[0] & reg.EINT
    assert tags(host.read(reg.ECG_FIFO_BURST, 8)) == [reg.ETAG_VALID] * 7 + [reg.ETAG_LAST]
    assert host.chip.intb.level == 1
    assert not host.read(reg.STATUS)[0] & reg.EINT
    assert host.chip.violations == []


def test_codes_are_18_bit_of_the_gain_and_stop_at_the_rails() -> None:
    volts = iter([0.0, 1e-3, -1e-3, 0.0499, 0.06, -0.06, 0.0, 0.0])
    host = Host(lambda _: next(volts))
    host.start()
    host.bench.advance(17 * MS)
    found = codes(host.read(reg.ECG_FIFO_BURST, 8))
    assert found == [0, 2621, -2621, 130810, 131071, -131072, 0, 0]


def test_an_overflow_is_told_by_every_word_until_the_fifo_is_cleared() -> None:
    host = Host()
    host.start()
    host.bench.advance(70 * MS)
    assert host.read(reg.STATUS)[0] & reg.EOVF
    assert tags(host.read(reg.ECG_FIFO_BURST, 2)) == [reg.ETAG_OVERFLOW] * 2
    host.write(reg.FIFO_RST, 0)
    host.bench.advance(17 * MS)
    assert tags(host.read(reg.ECG_FIFO_BURST, 8))[-1] == reg.ETAG_LAST
    assert host.chip.violations == []


def test_a_lost_contact_is_told_after_its_delay_and_once_more_after_it_is_back() -> None:
    host = Host(lead_off=lambda t: t < 400 * MS)
    host.start(general=0x181117)
    host.bench.advance(100 * MS)
    assert not host.read(reg.STATUS)[0] & reg.DCLOFFINT
    host.bench.advance(50 * MS)
    assert host.read(reg.STATUS)[0] & (reg.DCLOFFINT | reg.LDOFF) == reg.DCLOFFINT | 0x9
    host.bench.advance(300 * MS)
    assert host.read(reg.STATUS)[0] & reg.DCLOFFINT
    assert not host.read(reg.STATUS)[0] & reg.DCLOFFINT


def test_without_its_detector_no_contact_is_missed() -> None:
    host = Host(lead_off=lambda _: True)
    host.start()
    host.bench.advance(500 * MS)
    assert not host.read(reg.STATUS)[0] & reg.DCLOFFINT


def test_the_test_source_makes_a_millivolt_square_once_a_second() -> None:
    host = Host()
    host.write(reg.CNFG_CAL, 0x704800)
    host.start(efit=7)
    host.write(reg.CNFG_CAL, 0x704800)
    host.write(reg.CNFG_EMUX, 0x3B0000)
    found = []
    for _ in range(125):
        host.bench.run_until(lambda: host.chip.intb.level == 0, host.bench.now_ns + SECOND_NS)
        found += codes(host.read(reg.ECG_FIFO_BURST, 8))
    assert set(found) == {1311, -1311}  # 0.5 mV
    assert sum(a != b for a, b in pairwise(found)) == 3


def test_shorted_inputs_read_nothing() -> None:
    host = Host(lambda _: 1e-3)
    host.start()
    host.write(reg.CNFG_EMUX, 0x350000)
    host.bench.advance(17 * MS)
    assert codes(host.read(reg.ECG_FIFO_BURST, 8)) == [0] * 8


def test_an_electrode_offset_passes_as_a_step_and_decays() -> None:
    host = Host()
    host.chip.settle_offset_v(0.3)
    host.start()
    host.bench.advance(17 * MS)
    assert codes(host.read(reg.ECG_FIFO_BURST, 8)) == [0] * 8
    host.chip.set_offset_v(-0.3)
    host.bench.advance(16 * MS)
    assert codes(host.read(reg.ECG_FIFO_BURST, 8)) == [-131072] * 8
    host.bench.advance(30 * SECOND_NS)
    host.write(reg.FIFO_RST, 0)
    host.bench.advance(17 * MS)
    assert max(map(abs, codes(host.read(reg.ECG_FIFO_BURST, 8)))) < 2**17 / 50 * 0.06


def read_empty(host: Host) -> None:
    host.read(reg.ECG_FIFO)


def read_past_the_end(host: Host) -> None:
    host.bench.advance(17 * MS)
    host.read(reg.ECG_FIFO_BURST, 9)


def talk_too_fast(host: Host) -> None:
    host.hertz = 13_000_000
    host.read(reg.STATUS)


def read_without_synch(host: Host) -> None:
    host.write(reg.CNFG_ECG, 0x403000)
    host.bench.advance(100 * MS)
    host.read(reg.ECG_FIFO)


def synch_before_lock(host: Host) -> None:
    host.write(reg.SW_RST, 0)
    host.write(reg.CNFG_GEN, AT_500)
    host.write(reg.SYNCH, 0)


def read_an_unknown_register(host: Host) -> None:
    host.read(0x30)


def write_a_read_only_register(host: Host) -> None:
    host.write(reg.STATUS, 0)


def set_reserved_bits(host: Host) -> None:
    host.write(reg.CNFG_CAL, 0x720000)


def stop_half_way(host: Host) -> None:
    host.wire.transfer([reg.STATUS << 1 | 1, 0], None, host.hertz, 0)


def ask_for_no_rate(host: Host) -> None:
    host.write(reg.CNFG_ECG, 0xC03000)
    host.write(reg.SYNCH, 0)


def command_with_data(host: Host) -> None:
    host.write(reg.FIFO_RST, 1)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (read_empty, "FIFO read while empty"),
        (read_past_the_end, "FIFO read while empty"),
        (talk_too_fast, "a byte in"),
        (read_without_synch, "without SYNCH"),
        (synch_before_lock, "before the clock was locked"),
        (read_an_unknown_register, "read register 30"),
        (write_a_read_only_register, "wrote register 01"),
        (set_reserved_bits, "reserved bits"),
        (stop_half_way, "16 clocks"),
        (ask_for_no_rate, "a rate that there is not"),
        (command_with_data, "with data"),
    ],
)
def test_what_the_data_sheet_forbids_is_held_against_the_host(act, words: str) -> None:
    host = Host()
    host.start()
    host.chip.violations.clear()
    act(host)
    assert any(words in one for one in host.chip.violations), host.chip.violations


def test_a_lost_edge_leaves_the_samples_where_they_are() -> None:
    host = Host()
    seen = []
    host.chip.intb.listen(seen.append)
    host.chip.lost_edges = 1
    host.start()
    host.bench.advance(30 * MS)
    assert seen == []
    assert host.read(reg.STATUS)[0] & reg.EINT
    host.read(reg.ECG_FIFO_BURST, 8)
    host.bench.advance(30 * MS)
    assert seen[-1] == 0
