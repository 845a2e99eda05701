"""Bytes to and from an ADS1292R: commands, registers with read-back, and frames."""

from collections.abc import Sequence

from pocketk_agent.sources.bus.ads1292r_setup import (
    CHIP_ID,
    FRAME_BYTES,
    RDATAC,
    RESET,
    RREG,
    SDATAC,
    SETUP,
    START,
    STOP,
    WREG,
    Setting,
)
from pocketk_agent.sources.bus.host_time import HostTime
from pocketk_agent.sources.bus.pi_modules import SpiDevice, SpiModule
from pocketk_agent.sources.bus.spi_bus import open_spi
from pocketk_agent.sources.source import SourceLostError

# Four periods of the chip's 512 kHz clock, 7.8 us, must pass from byte to byte of a command and after its last one:
# at 1 MHz a byte takes 8 us, which leaves 2 % for the chip's oscillator.
_COMMAND_HZ = 1_000_000
_AFTER_COMMAND_US = 10
# After a reset the chip needs 18 of its clock periods, 35 us; after its reference was switched on, time to charge
# the capacitor beside it (UNVERIFIED: 150 ms with 10 uF).
_RESET_S = 0.001
_REFERENCE_S = 0.15
_SPI_MODE = 1
_NO_CHIP = {0x00: "the line from the chip stays low", 0xFF: "the line from the chip stays high"}


class Ads1292rLink:
    """The chip on its bus.

    Args:
        spidev: the module.
        bus: number of the SPI bus.
        device: number of its chip-select line.
        hertz: clock for frames; commands go at 1 MHz at most.
        time: for waiting.
    """

    def __init__(self, spidev: SpiModule, bus: int, device: int, hertz: int, time: HostTime) -> None:
        self._spidev, self._place, self._hertz, self._time = spidev, (bus, device), hertz, time
        self._spi: SpiDevice | None = None

    def open(self) -> None:
        """Open the bus, reset the chip, identify it, and write its registers.

        Raises:
            SourceLostError: `front-end-lost` (no bus, or nobody on it), `front-end-wrong-chip`, `front-end-setup` (a
                register does not keep its value).
        """
        self.close()
        self._spi = open_spi(self._spidev, self._place, _SPI_MODE, self._hertz)
        self.command(SDATAC, RESET)
        self._time.sleep(_RESET_S)
        self.command(SDATAC)
        self._identify()
        for setting in SETUP:
            self.write(setting)
        self._time.sleep(_REFERENCE_S)

    def command(self, *codes: int) -> None:
        """Send commands, one after the other."""
        for code in codes:
            self._exchange([code])

    def start(self) -> None:
        """Convert, and offer every conversion as a frame."""
        self.command(START, RDATAC)

    def stop(self) -> None:
        """Stop converting; registers may be read and written from here on."""
        self.command(SDATAC, STOP)

    def write(self, setting: Setting) -> None:
        """Write a register and read it back; not while frames come.

        Raises:
            SourceLostError: `front-end-setup`, it did not keep the value.
        """
        self._exchange([WREG | setting.address, 0, setting.value])
        found = self.read(setting.address)
        if (found ^ setting.value) & setting.checked:
            raise SourceLostError(
                "front-end-setup",
                f"{setting.name} was set to 0x{setting.value:02X} and reads 0x{found:02X}. Is the wiring sound?",
            )

    def read(self, address: int) -> int:
        """Read a register; not while frames come."""
        return self._exchange([RREG | address, 0, 0])[2]

    def frame(self) -> Sequence[int]:
        """Nine bytes: status, channel 1, channel 2.

        Raises:
            SourceLostError: `front-end-lost`, the bus cannot be used.
        """
        if self._spi is None:
            raise SourceLostError("not-open", "The chip is not open; call open() first.")
        try:
            return self._spi.readbytes(FRAME_BYTES)
        except OSError as error:
            raise SourceLostError("front-end-lost", f"The SPI bus failed: {error}") from error

    def close(self) -> None:
        """Let go of the bus; harmless twice."""
        if self._spi is not None:
            self._spi.close()
            self._spi = None

    def _identify(self) -> None:
        found = self.read(0)
        if found == CHIP_ID:
            return
        if found in _NO_CHIP:
            raise SourceLostError(
                "front-end-lost", f"No ADS1292R answers: {_NO_CHIP[found]} (0x{found:02X}). Check power and wiring."
            )
        raise SourceLostError(
            "front-end-wrong-chip", f"The chip says it is 0x{found:02X}; an ADS1292R says 0x{CHIP_ID:02X}."
        )

    def _exchange(self, sent: list[int]) -> Sequence[int]:
        if self._spi is None:
            raise SourceLostError("not-open", "The chip is not open; call open() first.")
        try:
            return self._spi.xfer2(sent, min(self._hertz, _COMMAND_HZ), _AFTER_COMMAND_US)
        except OSError as error:
            raise SourceLostError("front-end-lost", f"The SPI bus failed: {error}") from error
