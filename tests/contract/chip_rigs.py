"""Chips on a Raspberry Pi's buses for the contract of the sources: each a model behind the real driver."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from ad8232_benches import Ads1115Bench, Mcp3008Bench
from contract.source_rigs import PLAYED, Rig
from max30003_bench import STEP_V, Max30003Bench
from pocketk_agent.clock import SystemClock
from pocketk_agent.sources.bus.bus_source import BusSetting
from pocketk_chips.inputs import CodesInput
from pocketk_chips.linux.real_time_pace import RealTimePace

SECONDS = 0.5


class ChipRig(Rig):
    """Read within `read`; as fast as possible is virtual time."""

    scale: ClassVar[Mapping[str, Any]]
    lowest, highest = 0, 0

    def __init__(self, folder: Path, speed: float) -> None:
        self._pace = RealTimePace(speed) if speed else None
        n = round(SECONDS * self.scale["fs_hz"])
        codes = np.random.default_rng(9).integers(self.lowest, self.highest + 1, n + 40)
        codes[:2] = self.lowest, self.highest
        lead_off = np.zeros(n + 40, np.int64)
        lead_off[100:130], lead_off[140:150], lead_off[160:161] = 1, 2, 3
        self._bench = self.connected(codes, lead_off)
        setting = BusSetting(threaded=False, rate_s=0.1, seconds=SECONDS)
        self.source = self._bench.source(setting, SystemClock() if speed else None)
        self.front_end = replace(PLAYED.front_end, **self.scale)
        self.truth = {i: (int(codes[i]), bool(self.seen_off(lead_off)[i])) for i in range(n)}

    @abstractmethod
    def connected(self, codes: np.ndarray, lead_off: np.ndarray) -> Max30003Bench | Ads1115Bench | Mcp3008Bench:
        """The chip with these codes at its inputs."""

    def seen_off(self, lead_off: np.ndarray) -> np.ndarray:
        """Where the front end says that an electrode is off."""
        return lead_off

    def lose(self) -> None:
        setattr(self._bench.wire, "stuck", 0xFF)  # noqa: B010 - a bus that is stuck is no bus of None


class Max30003Rig(ChipRig):
    scale: ClassVar[Mapping[str, Any]] = {
        "fs_hz": 499.95,
        "lsb_mv": 3.8147e-4,
        "zero_counts": 0,
        "rail_low_counts": -(2**17),
        "rail_high_counts": 2**17 - 1,
        "adc_bits": 18,
    }
    lowest, highest = -(2**17), 2**17 - 1

    def connected(self, codes: np.ndarray, lead_off: np.ndarray) -> Max30003Bench:
        lead_off[20:110] = 1
        return Max30003Bench(CodesInput(codes, STEP_V, lead_off), -100.0, self._pace)

    def seen_off(self, lead_off: np.ndarray) -> np.ndarray:
        """Said 128 ms after contact was lost, for whole batches of 8 up to the one in which it comes back."""
        seen = np.zeros_like(lead_off)
        seen[80:136] = 1
        return seen


class Ads1115Rig(ChipRig):
    """Its oscillator is 8 % slow."""

    scale: ClassVar[Mapping[str, Any]] = {
        "fs_hz": 791.2,
        "lsb_mv": 1.25e-3,
        "zero_counts": 13200,
        "rail_low_counts": 1200,
        "rail_high_counts": 25200,
        "adc_bits": 16,
    }
    lowest, highest = 800, 25600

    def connected(self, codes: np.ndarray, lead_off: np.ndarray) -> Ads1115Bench:
        return Ads1115Bench(Ads1115Bench.electrodes(codes, lead_off), -80_000.0, self._pace)

    def lose(self) -> None:
        setattr(self._bench.wire, "dead", True)  # noqa: B010 - only an I2C bus has it


class Mcp3008Rig(ChipRig):
    scale: ClassVar[Mapping[str, Any]] = {
        "fs_hz": 500.0,
        "lsb_mv": 3.2226562e-2,
        "zero_counts": 512,
        "rail_low_counts": 47,
        "rail_high_counts": 977,
        "adc_bits": 10,
    }
    lowest, highest = 32, 992

    def connected(self, codes: np.ndarray, lead_off: np.ndarray) -> Mcp3008Bench:
        return Mcp3008Bench(Mcp3008Bench.electrodes(codes, lead_off), self._pace)


CHIP_RIGS = [
    pytest.param(Max30003Rig, id="max30003"),
    pytest.param(Ads1115Rig, id="ads1115-ad8232"),
    pytest.param(Mcp3008Rig, id="mcp3008-ad8232"),
]
