"""Talks to the models of MAX30003, ADS1115, MCP3008 and AD8232 and prints what it sees, in either runtime."""

import sys

from pocketk_chips.ad8232 import Ad8232
from pocketk_chips.ads1115 import Ads1115
from pocketk_chips.bench import ChipBench
from pocketk_chips.coupling import AcCoupledInput
from pocketk_chips.i2c_wire import I2cWire
from pocketk_chips.inputs import CodesInput, FunctionInput
from pocketk_chips.max30003 import Max30003
from pocketk_chips.mcp3008 import Mcp3008
from pocketk_chips.spi_wire import SpiWire

STEP_V = 1.0 / (131072 * 20)
CODES = [((k * 7919) % 262144) - 131072 for k in range(400)]
OFF = [3 if 100 <= k < 200 else 0 for k in range(400)]


def drive(say):
    """Say line after line."""
    _max30003(say)
    _ads1115(say)
    _mcp3008(say)


def _max30003(say):
    bench = ChipBench()
    chip = Max30003(bench, CodesInput(CODES, STEP_V, OFF))
    chip.ppm = 123.0
    wire = SpiWire(bench, chip)

    def write(register, value):
        sent = [register << 1, value >> 16, value >> 8 & 255, value & 255]
        wire.transfer(sent, None, 1000000, 0)

    def read(register, words=1):
        got = bytearray(1 + 3 * words)
        wire.transfer(bytes([register << 1 | 1]) + bytes(3 * words), got, 1000000, 0)
        return bytes(got[1:])

    chip.intb.listen(lambda level: say(f"intb {level} {bench.now_ns}"))
    write(0x08, 0)
    for register, value in ((0x10, 0x181117), (0x14, 0), (0x15, 0x3000), (0x04, 7 << 19 | 4), (0x02, 0x800001)):
        write(register, value)
    bench.advance(20000000)
    write(0x09, 0)
    for _ in range(30):
        bench.run_until(lambda: chip.intb.level == 0, bench.now_ns + 100000000)
        say("status " + _hex(read(0x01)))
        say("fifo " + _hex(read(0x20, 8)))
    bench.advance(70000000)
    say("overflow " + _hex(read(0x21)))
    write(0x0A, 0)
    read(0x21)
    write(0x12, 0x704800)
    write(0x14, 0x3B0000)
    bench.advance(33000000)
    say("square " + _hex(read(0x20, 4)))
    for violation in chip.violations:
        say(violation)


def _ads1115(say):
    bench = ChipBench()
    amplifier = Ad8232(AcCoupledInput(FunctionInput(lambda t: (t % 700000001) * 1e-12), 0.5))
    chip = Ads1115(bench, amplifier)
    chip.ppm = -87654.0
    wire = I2cWire(bench, {0x48: chip}, 400000)
    chip.alert.listen(lambda level: say(f"alert {level} {bench.now_ns}"))
    for register, value in ((2, 0), (3, 0x8000), (1, 0x42E0)):
        wire.write(0x48, bytes([register, value >> 8, value & 255]))
    wire.write(0x48, bytes([0]))
    for _ in range(40):
        bench.advance(1300000)
        say("result " + _hex(wire.read(0x48, 2)))
    try:
        wire.read(0x49, 2)
    except OSError as error:
        say(f"nobody: {error.args[0]}")
    wire.write(0x48, bytes([9]))
    for violation in chip.violations:
        say(violation)


def _mcp3008(say):
    bench = ChipBench()
    amplifier = Ad8232(CodesInput([k - 500 for k in range(1000)], 3.3 / 1024 / 100, [k // 7 % 4 for k in range(1000)]))
    chip = Mcp3008(bench, [amplifier] + [None] * 7)
    wire = SpiWire(bench, chip)
    got = bytearray(3)
    for k in range(60):
        chip.conversions = 17 * k
        bench.advance(2000000)
        wire.transfer(b"\x01\x80\x00", got, 1000000, 0)
        say(f"{_hex(got)} {amplifier.lo_plus.level}{amplifier.lo_minus.level}")
    wire.transfer(b"\x02\x80\x00", got, 5000000, 0)
    for violation in chip.violations:
        say(violation)


def _hex(data):
    return "".join([f"{byte:02x}" for byte in data])


if __name__ == "__main__":
    drive(lambda line: sys.stdout.write(line + "\n"))
