"""Measures what chain, stream and network allocate, and how long they take, in MicroPython.

`micropython tests/conformance/measure_nano.py golden_nano.json [file.mcu]` prints one JSON object: bytes allocated by
25 samples in the chain and in the scorer, by 6 steps in the stream and by a window, and nanoseconds per sample and
per multiply-accumulate.
"""

# MicroPython runs this file too: it has no typing module.

import gc
import json
import sys
from array import array
from binascii import unhexlify

from run_nano import Stated

from pocketk_firmware.nano import filter_plain, kernels_plain
from pocketk_firmware.nano.chain import Chain, fast_run
from pocketk_firmware.nano.mcu_file import McuFile
from pocketk_firmware.nano.network import Network, fast_kernels
from pocketk_firmware.nano.scorer import Scorer
from pocketk_firmware.nano.stream import Stream, streamable
from pocketk_firmware.ticks import ticks_diff, ticks_us

BLOCK = 25


def allocated(work):
    """Return the bytes that one turn of `work` allocates."""
    work()
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()  # pyright: ignore[reportAttributeAccessIssue]
    work()
    grown = gc.mem_alloc() - before  # pyright: ignore[reportAttributeAccessIssue]
    gc.enable()
    return grown


def fastest_us(work, turns):
    """Return the shortest time of a turn of `work`, microseconds."""
    best = 1 << 29
    for _ in range(turns):
        start = ticks_us()
        work()
        best = min(best, ticks_diff(ticks_us(), start))
    return best


def main(path, mcu_path=None) -> None:
    """Print the measurements."""
    if mcu_path is None:
        with open(path) as file:  # noqa: PTH123  MicroPython has no pathlib
            mcu = unhexlify(json.load(file)["mcu"])
    else:
        with open(mcu_path, "rb") as file:  # noqa: PTH123
            mcu = file.read()
    model = McuFile(bytearray(mcu))
    del mcu
    stated = Stated(48080, 24)
    counts = array("i", [i * 997 % 30000 for i in range(500)])
    out = bytearray(500)
    window = bytes(model.input_frames)
    stream, network, chain = Stream(model, streamable(model)), Network(model), Chain(stated, 50)
    scorer = Scorer(stated, 50, model)
    scorer.take(counts, BLOCK)
    while scorer.stream.missing == model.input_frames:  # until it has settled
        scorer.take(counts, BLOCK)
    slow_chain = Chain(stated, 50, filter_plain.run)
    report = {
        "kernels": fast_kernels.NAME,
        "chain block": allocated(lambda: chain.run(counts, BLOCK, out)),
        "stream block": allocated(lambda: stream.push(window, 6)),
        "scorer block": allocated(lambda: scorer.take(counts, BLOCK)),
        "window": allocated(lambda: network.run(window)),
        "chain ns a sample": {
            "fast" if fast_run is not filter_plain.run else "plain": fastest_us(lambda: chain.run(counts, 500, out), 50)
            * 2,
            "plain": fastest_us(lambda: slow_chain.run(counts, 500, out), 5) * 2,
        },
        "macs": model.macs,
        "ns a mac": {fast_kernels.NAME: fastest_us(lambda: network.run(window), 10) * 1000 / model.macs},
    }
    network.kernels = kernels_plain
    report["ns a mac"]["plain"] = fastest_us(lambda: network.run(window), 1) * 1000 / model.macs
    stream.reset()
    stream.push(window, model.input_frames - 1)
    start = ticks_us()
    stream.push(window, 1)
    report["us after the last step"] = ticks_diff(ticks_us(), start)
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
