"""Measures what the firmware's sample path allocates, in MicroPython, with the collector off.

Prints one JSON object: bytes allocated per frame (or per block, or per turn of the main loop) for few and
for many samples in it. `micropython tests/conformance/measure_allocation.py recording.counts`.
"""

# MicroPython runs this file too: it has no typing module.

import gc
import json
import sys
from array import array

from pocketk_firmware.frame import FrameReader, FrameWriter
from pocketk_firmware.handheld import Handheld
from pocketk_firmware.messages import COMMAND_START, Command
from pocketk_firmware.sample_adc import CountsFileAdc
from pocketk_firmware.samples import Samples, pack_samples_into, unpack_samples_into

TURNS = 100
FEW, MANY = 10, 120


def per_turn(work):
    """Return the bytes that one turn of `work` allocates in steady state."""
    work()  # the first turn may build what later ones reuse
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()  # pyright: ignore[reportAttributeAccessIssue]
    for _ in range(TURNS):
        work()
    grown = gc.mem_alloc() - before  # pyright: ignore[reportAttributeAccessIssue]
    gc.enable()
    return grown / TURNS


def encoding(n):
    """Return a function that packs and frames `n` samples."""
    counts = array("i", [i * 997 - 50000 for i in range(n)])
    flags = bytearray(n)
    writer = FrameWriter(len)
    return lambda: writer.send(Samples.TYPE, pack_samples_into(writer.payload, 0, counts, flags, n))


def decoding(n):
    """Return a function that finds and unpacks one frame of `n` samples."""
    counts = array("i", [i * 997 - 50000 for i in range(n)])
    flags = bytearray(n)
    sent = []

    def keep(data):
        sent.append(bytes(data))
        return len(data)

    writer = FrameWriter(keep)
    for sequence in range(TURNS + 1):
        writer.send(Samples.TYPE, pack_samples_into(writer.payload, sequence, counts, flags, n))
    reader = FrameReader(lambda _type, _sequence, payload, _auth: unpack_samples_into(payload, counts, flags))
    frames = iter(sent)
    return lambda: reader.feed(next(frames))


def playing(path, n):
    """Return a function that reads a block of `n` samples from a counts file."""
    adc = CountsFileAdc(path)
    adc.open()
    counts, flags = array("i", bytes(4 * n)), bytearray(n)
    return lambda: adc.read_into(counts, flags, n)


class SilentLink:
    """A link whose host says START once and takes everything."""

    def __init__(self) -> None:
        self.incoming = []
        FrameWriter(self.keep).send_message(Command(command=COMMAND_START, argument=0, token=0))

    def keep(self, data):
        """Take what the host sends."""
        self.incoming.append(bytes(data))
        return len(data)

    def read_into(self, buffer):
        """Give the host's frame, once."""
        if not self.incoming:
            return 0
        data = self.incoming.pop()
        buffer[: len(data)] = data
        return len(data)

    def write(self, data):
        """Take what the handheld sends."""
        return len(data)

    def wait(self, timeout_ms) -> None:
        """Never called at speed 0."""
        raise AssertionError(timeout_ms)


def main(path) -> None:
    """Print the measurements."""
    handheld = Handheld(CountsFileAdc(path), SilentLink(), speed_permille=0)
    report = {"handheld turn": [per_turn(handheld.step)]}
    for name, work in (("encode", encoding), ("decode", decoding), ("play", lambda n: playing(path, n))):
        report[name] = [per_turn(work(FEW)), per_turn(work(MANY))]
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
