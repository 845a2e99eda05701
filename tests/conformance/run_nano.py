"""Puts windows of raw counts through the integer chain and a network and prints one line for each.

Runs in CPython and in MicroPython:
`micropython tests/conformance/run_nano.py plain|viper file.mcu counts.bin samples mains_hz lsb_pv bits`.
`counts.bin` holds int32, little-endian, `samples` for each window; the network takes the last steps of each.
`micropython tests/conformance/run_nano.py golden plain|viper golden_nano.json` prints what the golden cases give.
"""

# MicroPython runs this file too: it has no typing module.

import json
import os
import sys
from array import array
from binascii import crc32, unhexlify

from pocketk_firmware.nano import filter_plain, kernels_plain
from pocketk_firmware.nano.chain import Chain
from pocketk_firmware.nano.mcu_file import McuFile
from pocketk_firmware.nano.network import Network


class Stated:
    """What a front end says of itself."""

    def __init__(self, lsb_pv, bits) -> None:
        self.fs_millihz = 500000
        self.lsb_pv = lsb_pv
        self.zero_counts = 0
        self.rail_low_counts = -(1 << (bits - 1))
        self.rail_high_counts = (1 << (bits - 1)) - 1
        self.adc_bits = bits


def forms(name):
    """Return the filter and the kernels of a form."""
    if name == "plain":
        return filter_plain.run, kernels_plain
    from pocketk_firmware.nano import filter_viper, kernels_viper

    return filter_viper.run, kernels_viper


class Pipeline:
    """Chain and network over one window after another, in buffers that are used again."""

    def __init__(self, form, mcu, samples, mains_hz, stated) -> None:
        run, kernels = forms(form)
        self.chain = Chain(stated, mains_hz, run)
        self.network = Network(McuFile(mcu), kernels)
        self.out = bytearray(samples // 4 + 1)
        self.samples = samples

    def line(self, counts) -> str:
        """Return what one window gives: CRC of the steps, counters, outputs."""
        self.chain.reset()
        n = self.chain.run(counts, self.samples, self.out)
        steps = memoryview(self.out)[:n]
        file = self.network.file
        self.network.run(steps[n - file.input_frames :])
        counters = [self.chain.railed, self.chain.limited, self.chain.saturated]
        outputs = [self.network.output_steps(i) for i in range(len(file.outputs))]
        return f"{crc32(steps):08x} {counters} {outputs}"


def golden_counts(case):
    """Return the counts of a golden case: a triangle and noise of its own size, from integers alone."""
    state = case["seed"]
    counts = array("i", bytes(4 * case["samples"]))
    size = case["size"]
    for i in range(case["samples"]):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        noise = (state >> 8) % (size // 4 + 1)
        counts[i] = case["offset"] + noise + size * abs(i % 400 - 200) // 200
    return counts


def golden_line(mcu, case, form) -> str:
    """Return what a golden case gives: its first steps, then as `Pipeline.line`."""
    pipeline = Pipeline(form, mcu, case["samples"], case["mains_hz"], Stated(case["lsb_pv"], case["bits"]))
    line = pipeline.line(golden_counts(case))
    steps = [(step ^ 0x80) - 0x80 for step in pipeline.out[:40]]
    return f"{case['name']} {steps} {line}"


def replay_golden(form, path) -> None:
    """Print what the cases of the golden file give."""
    with open(path) as file:  # noqa: PTH123
        golden = json.load(file)
    for case in golden["cases"]:
        sys.stdout.write(golden_line(bytearray(unhexlify(golden["mcu"])), case, form) + "\n")


def main(form, mcu_path, counts_path, settings) -> None:
    """Print the lines; the settings are samples, mains_hz, lsb_pv, bits."""
    samples, mains_hz, lsb_pv, bits = [int(one) for one in settings]
    counts = array("i", bytes(4 * samples))  # largest first: a Pico's heap has no room for detours
    mcu = bytearray(os.stat(mcu_path)[6])  # noqa: PTH116  MicroPython has no pathlib
    with open(mcu_path, "rb") as file:  # noqa: PTH123
        file.readinto(mcu)
    pipeline = Pipeline(form, mcu, samples, mains_hz, Stated(lsb_pv, bits))
    with open(counts_path, "rb") as file:  # noqa: PTH123
        while file.readinto(counts):
            sys.stdout.write(pipeline.line(counts) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "golden":
        replay_golden(*sys.argv[2:])
    else:
        main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
