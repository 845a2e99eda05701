"""Where an ADS1115 and the AD8232 before it are connected."""

from dataclasses import dataclass, field

from pocketk_agent.sources.bus.ad8232_board import LeadOffPlace


@dataclass(frozen=True)
class Ads1115Wiring:
    """Where the chips are connected; docs/hardware.md has the pins.

    Attributes:
        i2c_bus: number of the I2C bus.
        i2c_address: 0x48 to 0x4B, as the pin ADDR is wired.
        alert_chip: path of the GPIO chip that ALERT/RDY is connected to.
        alert_line: number of the line on it.
        lead_off: where the amplifier's lead-off lines are.
        serial: serial number of the front end.
    """

    i2c_bus: int = 1
    i2c_address: int = 0x48
    alert_chip: str = "/dev/gpiochip0"
    alert_line: int = 25
    lead_off: LeadOffPlace = field(default_factory=LeadOffPlace)
    serial: str = "ADS1115-AD8232"
