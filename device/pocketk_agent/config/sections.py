"""The sections of the configuration: frozen, with what every value may be and what holds where none is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pocketk_agent.config.value_rules import Place, Switch, Text, Within
from pocketk_agent.sources.front_end_choice import FrontEndChoice

Kind = Literal[
    "ads1292r", "max30003", "ads1115-ad8232", "mcp3008-ad8232", "serial", "replay", "simulated-patient"
]  # fmt: skip
_Rules = ClassVar[dict[str, object]]
# Read by pydantic: a key that no section knows is a fault.
_NOTHING_ELSE: dict[str, object] = {"extra": "forbid"}


@dataclass(frozen=True)
class FrontEndConfig:
    """Where samples come from."""

    kind: Kind
    serial: Text | None = None
    spi_bus: Annotated[int, Within(0, 9)] = 0
    spi_device: Annotated[int, Within(0, 9)] = 0
    spi_hz: Annotated[int, Within(10_000, 12_000_000, "Hz")] = 1_000_000
    drdy_chip: Text = "/dev/gpiochip0"
    drdy_line: Annotated[int, Within(0, 999)] = 25
    i2c_bus: Annotated[int, Within(0, 99)] = 1
    i2c_address: Annotated[int, Within(0x03, 0x77)] = 0x48
    lead_off_plus_line: Annotated[int, Within(0, 999)] = 17
    lead_off_minus_line: Annotated[int, Within(0, 999)] = 27
    port: Text = "/dev/ttyACM0"
    file: Place | None = None
    virtual: Switch = False
    __pydantic_config__: _Rules = _NOTHING_ELSE

    def __post_init__(self) -> None:
        _ = self.choice  # which knows what does not go together

    @property
    def choice(self) -> FrontEndChoice:
        """The same as `open_front_end` takes it."""
        return FrontEndChoice(
            kind=self.kind,
            serial=self.serial,
            spi_bus=self.spi_bus,
            spi_device=self.spi_device,
            spi_hz=self.spi_hz,
            drdy_chip=self.drdy_chip,
            drdy_line=self.drdy_line,
            i2c_bus=self.i2c_bus,
            i2c_address=self.i2c_address,
            lead_off_plus_line=self.lead_off_plus_line,
            lead_off_minus_line=self.lead_off_minus_line,
            port=self.port,
            file=None if self.file is None else self.file.expanduser(),
            virtual=self.virtual,
        )


@dataclass(frozen=True)
class MeasurementConfig:
    """How is measured, with what, and where results go."""

    mains_hz: Literal[50, 60] = 50
    store: Place = Path("/var/lib/pocketk/measurements")
    bundle: Text | None = None
    trust: Place | None = None
    repeat_after_s: Annotated[float, Within(0.0, 86_400.0, "s")] | None = None
    __pydantic_config__: _Rules = _NOTHING_ELSE


@dataclass(frozen=True)
class BundleConfig:
    """Where bundles are installed; `[measurement] bundle` runs while no set is kept there."""

    slots: Place | None = None
    __pydantic_config__: _Rules = _NOTHING_ELSE


@dataclass(frozen=True)
class CalibrationConfig:
    """Where the calibration of the front end lies."""

    folder: Place | None = None
    __pydantic_config__: _Rules = _NOTHING_ELSE


@dataclass(frozen=True)
class ClockConfig:
    """What is asked of the time of day."""

    require_verified: Switch = False
    __pydantic_config__: _Rules = _NOTHING_ELSE


@dataclass(frozen=True)
class LogConfig:
    """What is logged, and where; no folder is standard error, which systemd keeps."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    folder: Place | None = None
    __pydantic_config__: _Rules = _NOTHING_ELSE


@dataclass(frozen=True)
class WatchdogConfig:
    """When the device itself is at fault."""

    memory_mb: Annotated[int, Within(0, 4096, "MB")] = 32
    clock_step_s: Annotated[float, Within(0.1, 3600.0, "s")] = 0.5
    answer_s: Annotated[float, Within(0.1, 1.5, "s")] = 1.5
    retry_s: Annotated[float, Within(0.1, 60.0, "s")] = 2.0
    __pydantic_config__: _Rules = _NOTHING_ELSE


@dataclass(frozen=True)
class ServiceConfig:
    """What the service shows of itself."""

    status_file: Place = Path("/run/pocketk/status.json")
    __pydantic_config__: _Rules = _NOTHING_ELSE


@dataclass(frozen=True)
class AgentConfig:
    """The whole file; of the sections, only `front_end` must be there."""

    front_end: FrontEndConfig
    measurement: MeasurementConfig = field(default_factory=MeasurementConfig)
    bundle: BundleConfig = field(default_factory=BundleConfig)
    calibration: CalibrationConfig = field(default_factory=CalibrationConfig)
    clock: ClockConfig = field(default_factory=ClockConfig)
    log: LogConfig = field(default_factory=LogConfig)
    watchdog: WatchdogConfig = field(default_factory=WatchdogConfig)
    service: ServiceConfig = field(default_factory=ServiceConfig)
    __pydantic_config__: _Rules = _NOTHING_ELSE
