"""An I2C bus with chips at addresses: bytes take their time on the wire, and an address may be answered or not."""

_BITS_PER_BYTE = 9  # eight and the acknowledge


class I2cWire:
    """Carries transfers between a host and the chips on it, and moves the bench by what they take.

    A chip on it has `i2c_write(data)` for the bytes after its address, and `i2c_read(n) -> bytes`; where it has a
    `highest_hertz`, a faster clock is one of its `violations`.

    Args:
        bench: the time.
        chips: the chips by their 7-bit address.
        hertz: clock.

    Attributes:
        dead: True where no chip answers any more.
        refused: as many transfers as nobody will acknowledge, from the next one on.
        stuck: the byte that the host reads whatever a chip says, 0x00 or 0xFF; None for a sound bus.
    """

    def __init__(self, bench, chips, hertz: int = 100000):
        self.bench = bench
        self.chips = chips
        self.hertz = hertz
        self.dead = False
        self.refused = 0
        self.stuck = None

    def write(self, address: int, data) -> None:
        """Send bytes to a chip, which has them at the end.

        Raises:
            OSError: nobody acknowledges that address (121, as Linux has it: remote I/O error).
        """
        chip = self._chip(address)
        self._pass_time(len(data))
        chip.i2c_write(bytes(data))

    def read(self, address: int, n: int) -> bytes:
        """Receive `n` bytes from a chip, which knows them from the beginning.

        Raises:
            OSError: nobody acknowledges that address.
        """
        chip = self._chip(address)
        data = chip.i2c_read(n)
        self._pass_time(n)
        return data if self.stuck is None else bytes([self.stuck] * n)

    def _chip(self, address):
        self._pass_time(1)
        refused = self.refused > 0
        self.refused -= refused
        if self.dead or refused or address not in self.chips:
            raise OSError(121, "Remote I/O error")
        chip = self.chips[address]
        highest = getattr(chip, "highest_hertz", self.hertz)
        if self.hertz > highest:
            chip.violations.append("I2C at %d Hz, at most %d" % (self.hertz, highest))
        return chip

    def _pass_time(self, n_bytes):
        self.bench.advance(n_bytes * _BITS_PER_BYTE * 1000000000 // self.hertz)
