"""`spidev` for models: the names and parameters of spidev 3.8 that a driver here uses."""

from collections.abc import Callable, Mapping, Sequence

from pocketk_chips.spi_wire import SpiWire

_DEFAULT_HZ = 500_000  # what the kernel's spidev starts with depends on the board; a driver sets its own


class FakeSpiDev:
    """Stands for `spidev.SpiDev`; open() finds the wire that the bench has at that bus and device.

    Args:
        wires: what is connected, by bus and device number.
    """

    def __init__(self, wires: Mapping[tuple[int, int], SpiWire]) -> None:
        self._wires = wires
        self._wire: SpiWire | None = None
        self.max_speed_hz = _DEFAULT_HZ
        self.mode = 0
        self.bits_per_word = 8

    def open(self, bus: int, device: int) -> None:
        """Connect.

        Raises:
            FileNotFoundError: no such device, as the kernel's.
        """
        if (bus, device) not in self._wires:
            raise FileNotFoundError(2, f"No such file or directory: /dev/spidev{bus}.{device}")
        self._wire = self._wires[bus, device]

    def close(self) -> None:
        """Disconnect; harmless twice."""
        self._wire = None

    def fileno(self) -> int:
        """A number that no file has."""
        return -1

    def xfer2(
        self,
        values: Sequence[int],
        speed_hz: int = 0,
        delay_usecs: int = 0,
        bits_per_word: int = 0,
    ) -> list[int]:
        """Send and receive with the chip selected throughout; the delay passes before it is released."""
        received = [0] * len(values)
        self._transfer(values, received, speed_hz, delay_usecs)
        return received

    def xfer3(
        self, values: Sequence[int], speed_hz: int = 0, delay_usecs: int = 0, bits_per_word: int = 0
    ) -> tuple[int, ...]:
        """As `xfer2`, of any length; spidev gives a tuple."""
        return tuple(self.xfer2(values, speed_hz, delay_usecs, bits_per_word))

    def readbytes(self, n: int) -> list[int]:
        """Receive `n` bytes while zeros are sent."""
        received = [0] * n
        self._transfer(bytes(n), received, 0, 0)
        return received

    def writebytes(self, values: Sequence[int]) -> None:
        """Send; what comes back is lost."""
        self._transfer(values, None, 0, 0)

    def writebytes2(self, values: Sequence[int]) -> None:
        """As `writebytes`, of any length."""
        self._transfer(values, None, 0, 0)

    def _transfer(self, sent: Sequence[int], received: list[int] | None, speed_hz: int, delay_usecs: int) -> None:
        if self._wire is None:
            raise OSError(9, "Bad file descriptor")
        hertz = min(speed_hz, self.max_speed_hz) if speed_hz else self.max_speed_hz
        self._wire.transfer(sent, received, hertz, self.mode, delay_usecs * 1000)


class FakeSpidevModule:
    """Stands for the module `spidev`: `SpiDev()` opens the wires given.

    Args:
        wires: what is connected, by bus and device number.
    """

    def __init__(self, wires: Mapping[tuple[int, int], SpiWire]) -> None:
        self._wires = wires

    @property
    def SpiDev(self) -> Callable[[], FakeSpiDev]:  # noqa: N802 - spidev's own name
        """A constructor without arguments, as spidev's."""
        return lambda: FakeSpiDev(self._wires)
