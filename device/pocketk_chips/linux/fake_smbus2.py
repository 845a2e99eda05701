"""`smbus2` for models: the names and parameters of smbus2 0.6.1 that a driver here uses."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Self

from pocketk_chips.i2c_wire import I2cWire

# As <linux/i2c.h> has it.
I2C_M_RD = 0x0001


class FakeI2cMsg:
    """Stands for `smbus2.i2c_msg`: one message, made by `read` or `write`; iterates over its bytes."""

    def __init__(self, addr: int, flags: int, buf: bytearray) -> None:
        self.addr, self.flags, self.buf = addr, flags, buf

    @staticmethod
    def read(address: int, length: int) -> "FakeI2cMsg":
        """A message that receives `length` bytes; it may be used again."""
        return FakeI2cMsg(address, I2C_M_RD, bytearray(length))

    @staticmethod
    def write(address: int, buf: Sequence[int]) -> "FakeI2cMsg":
        """A message that sends bytes."""
        return FakeI2cMsg(address, 0, bytearray(buf))

    def __iter__(self) -> Iterator[int]:
        return iter(bytes(self.buf))

    def __len__(self) -> int:
        return len(self.buf)

    def __bytes__(self) -> bytes:
        return bytes(self.buf)


class FakeSMBus:
    """Stands for `smbus2.SMBus`.

    Args:
        wires: what is connected, by bus number.
        bus: bus to open, None to open one later.
    """

    def __init__(self, wires: Mapping[int, I2cWire], bus: int | str | None = None, force: bool = False) -> None:
        self._wires = wires
        self._wire: I2cWire | None = None
        self.force = force
        if bus is not None:
            self.open(bus)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self, bus: int | str) -> None:
        """Connect.

        Raises:
            FileNotFoundError: no such bus, as the kernel's.
        """
        number = int(bus.rpartition("-")[2]) if isinstance(bus, str) else bus
        if number not in self._wires:
            raise FileNotFoundError(2, f"No such file or directory: /dev/i2c-{number}")
        self._wire = self._wires[number]

    def close(self) -> None:
        """Disconnect; harmless twice."""
        self._wire = None

    def write_i2c_block_data(
        self,
        i2c_addr: int,
        register: int,
        data: Sequence[int],
        force: bool | None = None,
    ) -> None:
        """Send a register's number and bytes, as `smbus2` does."""
        self.i2c_rdwr(FakeI2cMsg.write(i2c_addr, [register, *data]))

    def read_i2c_block_data(
        self,
        i2c_addr: int,
        register: int,
        length: int,
        force: bool | None = None,
    ) -> list[int]:
        """Send a register's number, begin again, receive bytes."""
        answer = FakeI2cMsg.read(i2c_addr, length)
        self.i2c_rdwr(FakeI2cMsg.write(i2c_addr, [register]), answer)
        return list(answer)

    def i2c_rdwr(self, *i2c_msgs: FakeI2cMsg) -> None:
        """Carry out messages, one after another.

        Raises:
            OSError: the bus is not open, or nobody acknowledged (EREMOTEIO, as the Raspberry Pi's controller has it).
        """
        wire = self._wire
        if wire is None:
            raise OSError(9, "Bad file descriptor")
        for message in i2c_msgs:
            if message.flags & I2C_M_RD:
                message.buf[:] = wire.read(message.addr, len(message))
            else:
                wire.write(message.addr, bytes(message))


class FakeSmbus2Module:
    """Stands for the module `smbus2`.

    Args:
        wires: what is connected, by bus number.
    """

    i2c_msg = FakeI2cMsg

    def __init__(self, wires: Mapping[int, I2cWire]) -> None:
        self._wires = wires

    def SMBus(self, bus: int | str | None = None, force: bool = False) -> FakeSMBus:  # noqa: N802 - smbus2's own name
        """As `smbus2.SMBus(bus)`."""
        return FakeSMBus(self._wires, bus, force)
