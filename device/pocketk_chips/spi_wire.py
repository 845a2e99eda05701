"""A SPI bus with one chip on it: bytes take their time on the wire."""


class SpiWire:
    """Carries transfers between a host and a chip, and moves the bench by what they take.

    A chip on it has `spi_mode` (0 to 3), `select()`, `exchange(sent, byte_ns) -> received` for one byte that took
    `byte_ns` and has just ended, and `deselect()`.

    Args:
        bench: the time.
        chip: the chip.

    Attributes:
        stuck: the byte that the host reads whatever the chip says, 0x00 or 0xFF for a dead bus; None for a sound one.
        hertz: clock of the last transfer.
    """

    def __init__(self, bench, chip):
        self.bench = bench
        self.chip = chip
        self.stuck = None  # type: int | None
        self.hertz = 0

    def transfer(self, sent, received, hertz: int, mode: int, hold_ns: int = 0) -> None:
        """Send `sent` and put what comes back into `received`, with the chip selected.

        Args:
            sent: bytes, bytearray or a list of 0 to 255.
            received: a bytearray or list of the same length, or None.
            hertz: clock.
            mode: SPI mode 0 to 3; a chip that needs another one notes it and is not understood.
            hold_ns: time between the last bit and the release of the chip.

        Raises:
            ValueError: the clock is not above 0.
        """
        self.chip.select()
        self.exchange(sent, received, hertz, mode)
        if hold_ns:
            self.bench.advance(hold_ns)
        self.chip.deselect()

    def exchange(self, sent, received, hertz: int, mode: int) -> None:
        """The bytes of `transfer` alone, for a host that selects the chip by a pin of its own."""
        if hertz <= 0:
            raise ValueError("the SPI clock must be above 0 Hz, not %d" % hertz)
        self.hertz = hertz
        byte_ns = 8 * 1000000000 // hertz
        chip, bench = self.chip, self.bench
        understood = mode == chip.spi_mode
        if not understood:
            chip.violations.append("SPI mode %d; the chip needs mode %d" % (mode, chip.spi_mode))
        for i in range(len(sent)):
            bench.advance(byte_ns)
            answer = chip.exchange(sent[i], byte_ns) if understood else 0xFF
            if received is not None:
                received[i] = answer if self.stuck is None else self.stuck
