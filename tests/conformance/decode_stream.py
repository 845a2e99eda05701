"""Decodes byte streams with the firmware's reader and prints what it delivered and counted.

Each line of the input file is one stream in hexadecimal; it is fed in pieces whose lengths come around.
Runs in CPython and in MicroPython: `micropython tests/conformance/decode_stream.py streams.txt`.
"""

# MicroPython runs this file too: it has no typing module, and f-strings cost it memory.
# ruff: noqa: UP031

import binascii
import sys

from pocketk_firmware.frame import FrameReader

PIECES = (1, 7, 64, 3, 250)


def decode(data, say) -> None:
    """Say every frame that `data` delivers, then every counter."""

    def deliver(frame_type, sequence, payload, auth) -> None:
        say("frame %d %d %s" % (frame_type, sequence, binascii.hexlify(bytes(auth) + bytes(payload)).decode()))

    reader = FrameReader(deliver)
    at = turn = 0
    while at < len(data):
        piece = PIECES[turn % len(PIECES)]
        reader.feed(data[at : at + piece])
        at += piece
        turn += 1
    counters = reader.faults.as_dict()
    say("delivered=%d " % reader.delivered + " ".join("%s=%d" % (n, counters[n]) for n in sorted(counters)))


def main(path) -> None:
    """Decode every line of the file at `path`."""
    with open(path) as file:  # noqa: PTH123  MicroPython has no pathlib
        for line in file:
            decode(binascii.unhexlify(line.strip()), lambda text: sys.stdout.write(text + "\n"))


if __name__ == "__main__":
    main(sys.argv[1])
