"""Front ends as a configuration asks for them: the model behind the real driver, in real time."""

import numpy as np
import pytest

from pocketk_agent.clock import SystemClock
from pocketk_agent.front_end_grade import FrontEndGrade, grade_of
from pocketk_agent.sources.ads1115_ad8232_source import Ads1115Ad8232Source
from pocketk_agent.sources.bus.bus_source import BusSource
from pocketk_agent.sources.front_end_choice import FrontEndChoice, open_front_end
from pocketk_agent.sources.max30003_source import Max30003Source
from pocketk_agent.sources.mcp3008_ad8232_source import Mcp3008Ad8232Source
from pocketk_agent.sources.source import SourceLostError
from pocketk_chips.coupling import AcCoupledInput
from pocketk_chips.inputs import FlatInput, FunctionInput

KINDS = [
    ("max30003", Max30003Source, 499.95, FrontEndGrade.UNRESTRICTED),
    ("ads1115-ad8232", Ads1115Ad8232Source, 791.2, FrontEndGrade.DEMONSTRATION),
    ("mcp3008-ad8232", Mcp3008Ad8232Source, 500.0, FrontEndGrade.DEMONSTRATION),
]


@pytest.mark.parametrize(("kind", "source_class", "fs_hz", "grade"), KINDS)
def test_a_model_plays_a_heart_at_its_own_rate(kind: str, source_class: type, fs_hz: float, grade) -> None:
    source = open_front_end(FrontEndChoice(kind, serial="PI-9", virtual=True), SystemClock())
    assert isinstance(source, source_class)
    assert isinstance(source, BusSource)
    front_end = source.open()
    try:
        assert front_end.fs_hz == pytest.approx(fs_hz, abs=0.5)
        assert front_end.serial == "PI-9"
        assert grade_of(front_end) is grade
        counts: list[int] = []
        while len(counts) < fs_hz * 1.2:
            block = source.read(1.0)
            assert block is not None
            counts += block.counts.tolist()
        heart_mv = front_end.to_mv(np.array(counts, np.int32))
        assert 0.3 < np.ptp(heart_mv) < 3.0
    finally:
        source.close()


@pytest.mark.parametrize("kind", ["max30003", "ads1115-ad8232", "mcp3008-ad8232"])
def test_without_the_bus_its_loss_is_stated(kind: str) -> None:
    choice = FrontEndChoice(kind, spi_bus=250, i2c_bus=4000)
    with pytest.raises(SourceLostError) as caught:
        open_front_end(choice).open()
    assert caught.value.code in ("front-end-lost", "module-missing")


def test_a_capacitor_keeps_a_direct_voltage_away_and_lets_a_step_decay() -> None:
    still = AcCoupledInput(FlatInput(0.3), 0.5)
    assert [still.volts(n, n * 2_000_000) for n in range(3)] == [0.0, 0.0, 0.0]
    step = AcCoupledInput(FunctionInput(lambda t: 0.3 if t >= 2_000_000 else 0.0), 0.5)
    passed = [step.volts(n, n * 2_000_000) for n in range(1001)]
    assert passed[1] == pytest.approx(0.3, rel=0.01)
    # A time constant of 318 ms.
    assert passed[1 + 159] == pytest.approx(0.3 / np.e, rel=0.01)
    assert abs(passed[1000]) < 0.001
    assert still.lead_off(0, 0) == 0


def test_a_clock_that_an_mcp3008_does_not_bear_is_refused_with_the_choice() -> None:
    with pytest.raises(ValueError, match="at most 1350000"):
        FrontEndChoice("mcp3008-ad8232", spi_hz=3_600_000)
    assert FrontEndChoice("max30003", spi_hz=3_600_000).spi_hz == 3_600_000


def test_the_lead_off_lines_of_a_choice_are_the_ones_that_are_asked_for() -> None:
    choice = FrontEndChoice("mcp3008-ad8232", virtual=True, lead_off_plus_line=5, lead_off_minus_line=6)
    source = open_front_end(choice)
    try:
        assert source.open().lead == "I"
    finally:
        source.close()
