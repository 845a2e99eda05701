"""The model of the MCP3008 behind an AD8232."""

import pytest

from pocketk_chips.ad8232 import Ad8232
from pocketk_chips.bench import ChipBench
from pocketk_chips.inputs import CodesInput, FunctionInput
from pocketk_chips.mcp3008 import Mcp3008
from pocketk_chips.spi_wire import SpiWire


class Host:
    def __init__(self, source=lambda _: 1.65, supply_v: float = 3.3, channel: int = 0) -> None:
        self.bench = ChipBench()
        sources: list[FunctionInput | None] = [None] * 8
        sources[channel] = FunctionInput(source)
        self.chip = Mcp3008(self.bench, sources, supply_v)
        self.wire = SpiWire(self.bench, self.chip)

    def ask(self, sent=(1, 0x80, 0), hertz: int = 1_000_000) -> int:
        got = [0, 0, 0]
        self.wire.transfer(sent, got, hertz, 0)
        return (got[1] & 3) << 8 | got[2]


@pytest.mark.parametrize(
    ("volts", "code"), [(0.0, 0), (1.65, 512), (3.3, 1023), (9.9, 1023), (-1.0, 0), (3.3 * 700 / 1024, 700)]
)
def test_three_bytes_give_ten_bits(volts: float, code: int) -> None:
    host = Host(lambda _: volts)
    assert host.ask() == code
    assert host.chip.violations == []


@pytest.mark.parametrize("channel", range(8))
def test_the_command_names_the_input(channel: int) -> None:
    host = Host(channel=channel)
    assert host.ask((1, 0x80 | channel << 4, 0)) == 512
    assert host.chip.violations == []


def test_the_bit_before_the_result_is_zero() -> None:
    host, got = Host(lambda _: 3.3), [0, 0, 0]
    host.wire.transfer((1, 0x80, 0), got, 1_000_000, 0)
    assert got[1] & 0x07 == 0x03


def test_it_samples_when_it_is_asked_and_not_before() -> None:
    asked = []
    host = Host(lambda t: asked.append(t) or 0.0)
    host.bench.advance(1_000_000_000)
    assert asked == []
    host.ask()
    # The sampling ends with the thirteenth clock of 24.
    assert asked[0] - 1_000_000_000 == pytest.approx(13_000, abs=500)


@pytest.mark.parametrize(
    ("supply_v", "hertz", "fine"),
    [
        (2.7, 1_350_000, True),
        (2.7, 1_400_000, False),
        (3.3, 1_350_000, True),
        (3.3, 3_600_000, False),
        (5.0, 3_600_000, True),
        (5.0, 4_000_000, False),
    ],
)
def test_the_clock_has_its_limit_by_the_supply(supply_v: float, hertz: int, fine: bool) -> None:
    host = Host(supply_v=supply_v)
    host.ask(hertz=hertz)
    assert (host.chip.violations == []) is fine


@pytest.mark.parametrize(
    ("sent", "hertz", "words"),
    [
        ((2, 0x80, 0), 1_000_000, "start bit came after 6"),
        ((0, 0, 0), 1_000_000, "before a start bit"),
        ((1, 0x80), 1_000_000, "clocks after the start bit"),
        ((1, 0x00, 0), 1_000_000, "nothing is connected"),
        ((1, 0x90, 0), 1_000_000, "nothing is connected"),
        ((1, 0x80, 0), 5_000, "a conversion of"),
    ],
)
def test_what_the_data_sheet_forbids_is_held_against_the_host(sent, hertz: int, words: str) -> None:
    host = Host()
    host.ask(sent, hertz)
    assert any(words in one for one in host.chip.violations), host.chip.violations


def test_a_conversion_begins_with_cs_rising_first() -> None:
    host = Host()
    host.chip.select()
    host.chip.select()
    assert host.chip.violations == ["CS was not raised between two conversions"]


def test_the_amplifier_takes_its_gain_about_half_the_supply_and_stops_short_of_its_rails() -> None:
    volts = [0.0, 1e-3, -1e-3, 1.0, -1.0]
    amplifier = Ad8232(FunctionInput(lambda t: volts[t]))
    assert [amplifier.volts(0, t) for t in range(5)] == pytest.approx([1.65, 1.75, 1.55, 3.2, 0.1])


def test_the_amplifier_says_that_an_electrode_is_off() -> None:
    amplifier = Ad8232(CodesInput([0] * 4, 1.0, [0, 3, 1, 0]))
    seen = []
    for n in range(4):
        amplifier.volts(n, 0)
        seen.append((amplifier.lo_plus.level, amplifier.lo_minus.level))
    assert seen == [(0, 0), (1, 1), (1, 0), (0, 0)]
