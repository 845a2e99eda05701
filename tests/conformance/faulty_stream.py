"""Streams of frames with faults in them, and the truth about what was sent."""

import random
from dataclasses import dataclass, field

from conformance import reference_wire


@dataclass
class FaultyStream:
    """What was sent and what arrived.

    Attributes:
        sent: every frame sent, as decode_stream.py prints a delivered one.
        wire: the bytes that arrive.
        faults: number of faults put in.
    """

    sent: list[str] = field(default_factory=list)
    wire: bytes = b"\0"
    faults: int = 0


def corrupt(data: bytes, rng: random.Random) -> bytes:
    """Return `data` with one to three of its bytes changed; delimiters may come and go."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        changed[rng.randrange(len(changed))] ^= rng.randint(1, 255)
    return bytes(changed)


def truncate(data: bytes, rng: random.Random) -> bytes:
    """Return the beginning of `data`; what follows runs into it."""
    return data[: rng.randrange(len(data))]


def garbage(data: bytes, rng: random.Random) -> bytes:
    """Return `data` behind up to 700 stray bytes: more than the longest frame has."""
    return rng.randbytes(rng.randint(1, 700)) + data


DAMAGES = (corrupt, truncate, garbage)


def random_frame(rng: random.Random, sequence: int) -> tuple[str, bytes]:
    """Return a frame as decode_stream.py prints it, and on the wire."""
    body = rng.randbytes(rng.choice((0, 7, 84, 84, 84, rng.randint(0, 522))))
    auth = rng.randbytes(rng.choice((0, 0, 0, 8, 16)))
    number = rng.randint(1, 8)
    line = f"frame {number} {sequence} {(auth + body).hex()}"
    return line, reference_wire.frame(number, sequence, body, auth=auth, first=sequence == 0)


def faulty_stream(rng: random.Random, n_frames: int, rate: float) -> FaultyStream:
    """Return a stream of `n_frames` where each kind of fault strikes each frame with probability `rate`."""
    stream = FaultyStream()
    arriving: list[bytes] = []
    for sequence in range(n_frames):
        line, wire = random_frame(rng, sequence)
        stream.sent.append(line)
        for damage in DAMAGES:
            if rng.random() < rate:
                stream.faults += 1
                wire = damage(wire, rng)
        copies = 0 if rng.random() < rate else 2 if rng.random() < rate else 1
        stream.faults += copies != 1
        arriving += [wire] * copies
        if len(arriving) > 1 and rng.random() < rate:
            stream.faults += 1
            arriving[-2:] = arriving[:-3:-1]
    stream.wire += b"".join(arriving)
    return stream
