"""An I2C bus with chips at addresses: bytes take their time on the wire."""

_BITS_PER_BYTE = 9  # eight and the acknowledge


class I2cWire:
    """Carries transfers between a host and the chips on it, and moves the bench by what they take.

    A chip on it has `i2c_write(data)` for the bytes after its address, and `i2c_read(n) -> bytes`.

    Args:
        bench: the time.
        chips: the chips by their 7-bit address.
        hertz: clock.

    Attributes:
        dead: True where no chip answers any more.
    """

    def __init__(self, bench, chips, hertz: int = 100000):
        self.bench = bench
        self.chips = chips
        self.hertz = hertz
        self.dead = False

    def write(self, address: int, data) -> None:
        """Send bytes to a chip.

        Raises:
            OSError: nobody acknowledges that address (121, as Linux has it: remote I/O error).
        """
        self._pass_time(1 + len(data))
        self._chip(address).i2c_write(bytes(data))

    def read(self, address: int, n: int) -> bytes:
        """Receive `n` bytes from a chip.

        Raises:
            OSError: nobody acknowledges that address.
        """
        chip = self._chip(address)
        self._pass_time(1 + n)
        return chip.i2c_read(n)

    def _chip(self, address):
        if self.dead or address not in self.chips:
            raise OSError(121, "Remote I/O error")
        return self.chips[address]

    def _pass_time(self, n_bytes):
        self.bench.advance(n_bytes * _BITS_PER_BYTE * 1000000000 // self.hertz)
