"""The MAX30003's registers over SPI, and the values this agent writes; sources: docs/hardware.md, MAX30003."""

from collections.abc import Sequence

from pocketk_agent.sources.bus.max30003_wiring import Max30003Wiring
from pocketk_agent.sources.bus.pi_modules import SpiDevice, SpiModule
from pocketk_agent.sources.bus.spi_bus import open_spi
from pocketk_agent.sources.source import SourceLostError

STATUS, EN_INT, MNGR_INT = 0x01, 0x02, 0x04
SW_RST, SYNCH, FIFO_RST, INFO = 0x08, 0x09, 0x0A, 0x0F
CNFG_GEN, CNFG_CAL, CNFG_EMUX, CNFG_ECG = 0x10, 0x12, 0x14, 0x15
ECG_FIFO_BURST, ECG_FIFO = 0x20, 0x21

EINT, DCLOFFINT, PLLINT = 0x800000, 0x100000, 0x000100
# No chip sets these bits of STATUS; a bus that is stuck high does.
STATUS_NEVER = 0x0FF0F0
FAMILY_MASK, FAMILY = 0xF00000, 0x500000

# Samples a second, and how many of them wait until the chip asks to be read: 16 ms, a quarter of its FIFO.
NOMINAL_HZ, BATCH, FIFO_DEPTH = 500.0, 8, 32
GAIN = 20
# 1 V / (20 * 2**17) = 381.47 nV, in whole picovolts as files and the wire carry it.
LSB_MV = round(1e12 / (2**17 * GAIN)) / 1e9
HALF_SCALE = 2**17
# The test source's amplitude above and below zero.
TEST_MV = 0.5

# ECG on, 500 Hz family of rates, lead-off by 5 nA DC within 300 mV, both inputs biased by 100 megohms.
GENERAL = 0x181117
# 500 samples a second, gain 20, no digital high-pass, low-pass at 150 Hz: the model is trained on 0.05 Hz and up.
ECG = 0x003000
TEST_OFF = 0x004800
TEST_SQUARE = 0x703800  # both polarities, 0.5 mV, half of each period high, 3.9 a second
INPUTS_CLOSED = 0x000000
INPUTS_TO_TEST = 0x3B0000  # electrodes cut off, P and N on the two halves of the test source
INPUTS_SHORTED = 0x350000  # electrodes cut off, P and N on the middle of the supply
LINE_ON = EINT | 0x000001  # driven, without a resistor
INTERRUPT = (BATCH - 1) << 19 | 0x000004
SETUP = (
    (CNFG_GEN, GENERAL),
    (CNFG_CAL, TEST_OFF),
    (CNFG_EMUX, INPUTS_CLOSED),
    (CNFG_ECG, ECG),
    (MNGR_INT, INTERRUPT),
)

TAG_LAST, TAG_FAST_LAST, TAG_EMPTY, TAG_OVERFLOW = 2, 3, 6, 7
_SPI_MODE = 0


class Max30003Port:
    """Register access.

    Args:
        spidev: the module, or what stands for it.
        wiring: where the chip is connected.
    """

    def __init__(self, spidev: SpiModule, wiring: Max30003Wiring) -> None:
        self._spidev, self._wiring = spidev, wiring
        self._spi: SpiDevice | None = None
        # Made once: the command bytes of what is read for every batch.
        self._burst = [ECG_FIFO_BURST << 1 | 1, *[0] * (3 * BATCH)]
        self._single = [ECG_FIFO << 1 | 1, 0, 0, 0]
        self._status = [STATUS << 1 | 1, 0, 0, 0]

    def open(self) -> None:
        """Connect.

        Raises:
            SourceLostError: no such bus, or no permission.
        """
        wiring = self._wiring
        place = (wiring.spi_bus, wiring.spi_device)
        self._spi = open_spi(self._spidev, place, _SPI_MODE, wiring.spi_hz)

    def close(self) -> None:
        """Disconnect; harmless twice."""
        spi, self._spi = self._spi, None
        if spi is not None:
            spi.close()

    def write(self, register: int, value: int) -> None:
        """Write 24 bits."""
        self._transfer([register << 1, value >> 16, value >> 8 & 0xFF, value & 0xFF])

    def read(self, register: int) -> int:
        """Read 24 bits."""
        return word(self._transfer([register << 1 | 1, 0, 0, 0]), 1)

    def status(self) -> int:
        """STATUS; what it has latched is forgotten by the chip."""
        return word(self._transfer(self._status), 1)

    def batch(self) -> Sequence[int]:
        """The bytes of one transfer of `BATCH` words, one byte before them."""
        return self._transfer(self._burst)

    def one(self) -> Sequence[int]:
        """The same for one word."""
        return self._transfer(self._single)

    def _transfer(self, sent: list[int]) -> Sequence[int]:
        if self._spi is None:
            raise SourceLostError("not-open", "The MAX30003 is not open.")
        try:
            return self._spi.xfer2(sent)
        except OSError as error:
            raise SourceLostError("front-end-lost", f"The SPI bus failed: {error}") from error


def word(answer: Sequence[int], at: int) -> int:
    """24 bits, high byte first."""
    return answer[at] << 16 | answer[at + 1] << 8 | answer[at + 2]


def code(fifo_word: int) -> int:
    """The signed sample of a word of the FIFO."""
    return ((fifo_word >> 6) ^ HALF_SCALE) - HALF_SCALE


def tag(fifo_word: int) -> int:
    """What a word of the FIFO is."""
    return fifo_word >> 3 & 7
