"""Drives the ADS1292R's model through MicroPython's `machine` as firmware would, and prints what was seen.

Runs in CPython and in MicroPython: `micropython tests/conformance/drive_ads1292r.py`.
"""

# MicroPython runs this file too: it has no typing module.

import binascii
import sys

from pocketk_chips.ads1292r import Ads1292r
from pocketk_chips.bench import ChipBench
from pocketk_chips.i2c_wire import I2cWire
from pocketk_chips.inputs import CodesInput
from pocketk_chips.machine_shim import Board, Machine

STEP_V = 2.42 / (6 * (2**23 - 1))
CODES = [(k * 7919 * 7919) % 16777216 - 8388608 for k in range(200)]
SELECT_PIN, READY_PIN, VOLTAGE_PIN = 17, 20, 26
SAMPLES = 60


class Counter:
    """An I2C chip with one register that counts its reads."""

    def __init__(self) -> None:
        self._register = 0
        self._reads = 0

    def i2c_write(self, data):
        """Choose a register."""
        self._register = data[0]

    def i2c_read(self, n):
        """Count."""
        self._reads += 1
        return bytes([self._register, self._reads] * n)[:n]


class Firmware:
    """A few lines of a driver, with nothing of the model in them."""

    def __init__(self, machine, sleep_us) -> None:
        self.select = machine.Pin(SELECT_PIN, machine.Pin.OUT, value=1)
        self.spi = machine.SPI(0, baudrate=1000000, polarity=0, phase=1)
        self.ready = machine.Pin(READY_PIN, machine.Pin.IN)
        self.sleep_us = sleep_us
        self.zeros = bytes(9)
        self.ring = [bytearray(9) for _ in range(SAMPLES)]
        self.n = 0

    def send(self, sent):
        """Send and receive with the chip selected, which it stays for as long as a command is decoded."""
        received = bytearray(len(sent))
        self.select(0)
        self.spi.write_readinto(bytes(sent), received)
        self.sleep_us(8)
        self.select(1)
        return received

    def on_ready(self, pin):
        """Read a frame: the interrupt."""
        if self.n < SAMPLES and not pin.value():
            self.select(0)
            self.spi.write_readinto(self.zeros, self.ring[self.n])
            self.select(1)
            self.n += 1

    def start(self):
        """Set up channel 1 and let it convert."""
        self.send([0x11])
        found = self.send([0x20, 0, 0])[2]
        self.send([0x42, 0, 0xE0])
        self.send([0x44, 0, 0x00])
        self.send([0x47, 0, 0x03])
        self.send([0x08])
        self.send([0x10])
        self.ready.irq(self.on_ready, trigger=self.ready.IRQ_FALLING, hard=True)
        return found


def hexadecimal(data):
    """Return bytes as text."""
    return binascii.hexlify(data).decode()


def drive(say) -> None:
    """Play through everything the shim has, and say it."""
    bench = ChipBench()
    board = Board(bench)
    lead_off = [k % 4 for k in range(len(CODES))]
    chip = Ads1292r(bench, CodesInput(CODES, STEP_V, lead_off), clock_ppb=100000)
    board.connect_spi(0, SELECT_PIN, chip)
    board.connect_line(READY_PIN, chip.drdy)
    board.connect_i2c(1, I2cWire(bench, {0x48: Counter()}))
    board.connect_voltage(VOLTAGE_PIN, lambda _: 1.65)
    sys.modules["machine"] = Machine(board)  # pyright: ignore[reportArgumentType]
    import machine  # pyright: ignore[reportMissingImports]

    firmware = Firmware(machine, board.sleep_us)
    say("id " + hexadecimal(bytes([firmware.start()])))
    while firmware.n < SAMPLES:
        machine.idle()
    for frame in firmware.ring:
        say("frame " + hexadecimal(frame))
    say("at " + str(bench.now_ns))
    say("violations " + str(len(chip.violations)))
    firmware.send([0x20, 0, 0])
    for violation in chip.violations:
        say("violation " + violation)
    ticks = []
    timer = machine.Timer(-1, freq=100, mode=machine.Timer.PERIODIC, callback=lambda _: ticks.append(bench.now_ns))
    machine.lightsleep(50)
    timer.deinit()
    machine.lightsleep(50)
    say("ticks " + " ".join(str(tick) for tick in ticks))
    say("adc " + str(machine.ADC(machine.Pin(VOLTAGE_PIN)).read_u16()))
    i2c = machine.I2C(1, freq=400000)
    say("i2c " + hexadecimal(i2c.readfrom_mem(0x48, 7, 4)) + " " + str(i2c.scan()[0]))
    try:
        i2c.writeto(0x49, b"\0")
    except OSError as error:
        say("nobody: " + str(error.args[0]))
    say("at " + str(bench.now_ns))


if __name__ == "__main__":
    drive(print)
