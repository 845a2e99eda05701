"""The register-level model of the ADS1115 on its bus."""

import pytest

from pocketk_chips.ads1115 import CONFIG, CONFIG_RESET, CONVERSION, HI_THRESH, LO_THRESH, Ads1115
from pocketk_chips.bench import SECOND_NS, ChipBench
from pocketk_chips.i2c_wire import I2cWire
from pocketk_chips.inputs import FunctionInput

CONTINUOUS = 0x42E0  # AIN0, 4.096 V, 860 a second, line on
SINGLE = 0xC3E0


class Host:
    def __init__(self, source=lambda _: 1.0) -> None:
        self.bench = ChipBench()
        self.chip = Ads1115(self.bench, FunctionInput(source))
        self.wire = I2cWire(self.bench, {0x48: self.chip}, 400_000)

    def put(self, register: int, value: int) -> None:
        self.wire.write(0x48, [register, value >> 8, value & 0xFF])

    def get(self, register: int) -> int:
        self.wire.write(0x48, [register])
        return int.from_bytes(self.wire.read(0x48, 2), "big")

    def start(self, config: int = CONTINUOUS) -> None:
        self.put(LO_THRESH, 0)
        self.put(HI_THRESH, 0x8000)
        self.put(CONFIG, config)


def test_reset_values_stand_in_every_register() -> None:
    host = Host()
    assert [host.get(k) for k in range(4)] == [0, CONFIG_RESET, 0x8000, 0x7FFF]
    assert host.chip.violations == []


@pytest.mark.parametrize("ppm", [-100_000.0, 0.0, 100_000.0])
def test_the_rate_is_its_own_oscillators(ppm: float) -> None:
    host = Host()
    host.chip.ppm = ppm
    host.start()
    host.bench.advance(SECOND_NS)
    assert host.chip.conversions == pytest.approx(860 * (1 + ppm * 1e-6), abs=1)


def test_each_conversion_makes_one_short_pulse() -> None:
    host, seen = Host(), []
    host.chip.alert.listen(lambda level: seen.append((level, host.bench.now_ns)))
    host.start()
    host.bench.advance(SECOND_NS // 100)
    assert [level for level, _ in seen] == [0, 1] * 8
    assert {b[1] - a[1] for a, b in zip(seen[::2], seen[1::2], strict=True)} == {8000}


def test_without_the_two_thresholds_there_is_no_pulse() -> None:
    host, seen = Host(), []
    host.chip.alert.listen(seen.append)
    host.put(CONFIG, CONTINUOUS)
    host.bench.advance(SECOND_NS // 10)
    assert seen == []


def test_a_single_shot_ends_by_itself_and_says_so() -> None:
    host = Host()
    host.start(SINGLE)
    assert not host.get(CONFIG) & 0x8000
    host.bench.advance(2_000_000)
    assert host.get(CONFIG) & 0x8000
    assert host.chip.alert.level == 0
    host.bench.advance(SECOND_NS)
    assert host.chip.conversions == 1


@pytest.mark.parametrize(
    ("pga", "volts", "code"),
    [(0, 3.072, 16384), (1, 1.65, 13200), (2, 1.0, 16000), (3, 2.0, 32767), (5, -0.3, -32768), (7, -0.128, -16384)],
)
def test_the_code_follows_the_gain_and_stops_at_the_rails(pga: int, volts: float, code: int) -> None:
    host = Host(lambda _: volts)
    host.start(0x40E0 | pga << 9)
    host.bench.advance(2_000_000)
    assert host.get(CONVERSION) == code & 0xFFFF


def test_a_conversion_stands_until_the_next_is_complete() -> None:
    taken = []
    host = Host(lambda t: taken.append(t) or len(taken) * 0.125e-3)
    host.start()
    host.bench.run_until(lambda: len(taken) == 1, SECOND_NS)
    assert host.get(CONVERSION) == host.get(CONVERSION) == 1


def test_nobody_answers_at_another_address_or_when_told_not_to() -> None:
    host = Host()
    with pytest.raises(OSError, match="Remote I/O error"):
        host.wire.read(0x49, 2)
    host.wire.refused = 1
    with pytest.raises(OSError, match="Remote I/O error"):
        host.get(CONFIG)
    assert host.get(CONFIG) == CONFIG_RESET
    host.wire.dead = True
    with pytest.raises(OSError, match="Remote I/O error"):
        host.get(CONFIG)


def test_a_stuck_bus_reads_its_byte() -> None:
    host = Host()
    setattr(host.wire, "stuck", 0xFF)  # noqa: B010 - pyright has it for None
    assert host.get(CONFIG) == 0xFFFF


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda host: host.put(CONVERSION, 1), "read-only"),
        (lambda host: host.wire.write(0x48, [7]), "does not exist"),
        (lambda host: host.wire.write(0x48, [1, 2]), "2 bytes written"),
        (lambda host: host.wire.read(0x48, 1), "1 bytes read"),
        (lambda host: (setattr(host.wire, "hertz", 1_000_000), host.get(CONFIG)), "I2C at 1000000 Hz"),
    ],
)
def test_what_the_data_sheet_forbids_is_held_against_the_host(act, words: str) -> None:
    host = Host()
    act(host)
    assert any(words in one for one in host.chip.violations), host.chip.violations


def test_a_general_call_resets_it() -> None:
    host = Host()
    host.start()
    host.chip.general_call(0x06)
    assert host.get(CONFIG) == CONFIG_RESET
    host.bench.advance(SECOND_NS)
    assert host.chip.conversions == 0
