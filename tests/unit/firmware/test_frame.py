"""Frames: what is written, and what a reader makes of whatever arrives."""

import random
import struct
import zlib
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import reference_wire
from conformance.faulty_stream import DAMAGES, random_frame
from measurement_plugin import Measure
from pocketk_firmware import frame
from pocketk_firmware.frame import MAX_ENCODED_BYTES, MAX_PAYLOAD_BYTES, FrameReader, FrameWriter

TAGS = (b"", b"8 bytes.", b"sixteen bytes...")


class Received:
    """A reader and what it delivered, copied."""

    def __init__(self, *chunks: bytes) -> None:
        self.frames: list[tuple[int, int, bytes, bytes]] = []
        self.reader = FrameReader(self.deliver)
        self.faults = self.reader.faults
        for chunk in chunks:
            self.reader.feed(chunk)

    def deliver(self, frame_type: int, sequence: int, payload: memoryview, auth: memoryview) -> None:
        self.frames.append((frame_type, sequence, bytes(payload), bytes(auth)))

    @property
    def sequences(self) -> list[int]:
        return [sequence for _, sequence, _, _ in self.frames]

    def counted(self) -> dict[str, int]:
        """Return the counters that are not zero."""
        return {name: count for name, count in self.faults.as_dict().items() if count}


def wire(sequence: int, body: bytes = b"", *, first: bool = False) -> bytes:
    return reference_wire.frame(8, sequence & 0xFFFF, body, first=first)


def wires(*sequences: int) -> list[bytes]:
    return [b"\0", *(wire(sequence, b"%d" % sequence) for sequence in sequences)]


# --- writing ---


def sent_by(*frames: tuple[int, bytes, bytes]) -> list[bytes]:
    sent: list[bytes] = []
    writer = FrameWriter(lambda data: sent.append(bytes(data)) or len(data))
    for frame_type, body, auth in frames:
        writer.payload[: len(body)] = body
        assert writer.send(frame_type, len(body), auth)
    return sent


@given(
    st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=MAX_PAYLOAD_BYTES), st.sampled_from(TAGS)), max_size=5)
)
def test_what_is_written_is_read(frames: list[tuple[int, bytes, bytes]]) -> None:
    sent = sent_by(*frames)
    expected = [reference_wire.frame(t, i, b, auth=a, first=i == 0) for i, (t, b, a) in enumerate(frames)]
    assert b"".join(sent) == (b"\0" if frames else b"") + b"".join(expected)
    received = Received(*sent)
    assert received.frames == [(t, i, b, a) for i, (t, b, a) in enumerate(frames)]
    assert received.counted() == {}


def test_the_longest_frame_fits() -> None:
    sent = sent_by((255, b"\x01" * MAX_PAYLOAD_BYTES, TAGS[2]))
    received = Received(*sent)
    assert len(received.frames[0][2]) == MAX_PAYLOAD_BYTES
    assert len(sent[0]) <= MAX_ENCODED_BYTES + 2


def test_the_sequence_number_wraps() -> None:
    sent: list[bytes] = []
    writer = FrameWriter(lambda data: sent.append(bytes(data)) or len(data))
    writer.sequence = 65535
    writer.send(1, 0)
    writer.send(1, 0)
    received = Received(*sent)
    assert received.sequences == [65535, 0]
    assert received.counted() == {}


def test_a_torn_write_is_reported_and_does_not_spoil_the_next_frame() -> None:
    sent = bytearray()
    room = [99, 5, 99]

    def write(data: memoryview) -> int:
        taken = data[: room.pop(0)]
        sent.extend(taken)
        return len(taken)

    writer = FrameWriter(write)
    assert [writer.send(1, 0) for _ in range(3)] == [True, False, True]
    received = Received(bytes(sent))
    assert received.sequences == [0, 2]
    assert received.faults.missing == 1


@pytest.mark.parametrize(("length", "frame_type", "auth"), [(-1, 1, b""), (523, 1, b""), (0, 256, b""), (0, -1, b"")])
def test_writing_refuses_what_does_not_fit(length: int, frame_type: int, auth: bytes) -> None:
    with pytest.raises(ValueError, match="out of range"):
        FrameWriter(len).send(frame_type, length, auth)


def test_writing_refuses_a_tag_of_another_length() -> None:
    with pytest.raises(ValueError, match="0, 8 or 16 bytes"):
        FrameWriter(len).send(1, 0, b"four")


# --- faults, one kind at a time ---


def plain_frame(version: int = 1, auth_length: int = 0, payload_length: int = 3, body: bytes = b"abc") -> bytes:
    header = struct.pack("<BBHBBH", version, 8, 0, 0, auth_length, payload_length)
    plain = header + body
    return reference_wire.cobs(plain + struct.pack("<I", zlib.crc32(plain)))


@pytest.mark.parametrize(
    ("encoded", "fault"),
    [
        (b"\x05ab", "bad_cobs"),
        (b"\x05abcd", "bad_length"),
        (plain_frame()[:-1] + bytes([plain_frame()[-1] ^ 1]), "bad_crc"),
        (plain_frame(version=2), "bad_version"),
        (plain_frame(version=0), "bad_version"),
        (plain_frame(payload_length=2), "bad_length"),
        (plain_frame(payload_length=4), "bad_length"),
        (plain_frame(auth_length=3, payload_length=0), "bad_length"),
        (plain_frame(payload_length=523, body=bytes(523)), "bad_length"),
        (b"\x01" * (MAX_ENCODED_BYTES + 1), "oversize"),
        (b"\x01" * 100_000, "oversize"),
    ],
)
def test_every_fault_has_its_counter(encoded: bytes, fault: str) -> None:
    received = Received(b"\0", wire(7), encoded + b"\0", wire(8))
    assert received.sequences == [7, 8]
    assert received.counted() == {fault: 1, "resync_bytes": len(encoded)}
    assert received.faults.total() == 1
    assert len(encoded) > 1000 or reference_wire.verdict(encoded) == fault


def test_a_reader_that_joins_in_the_middle_skips_to_the_next_frame() -> None:
    received = Received(wire(3)[4:], wire(4))
    assert received.sequences == [4]
    assert received.counted() == {"resync_bytes": len(wire(3)) - 5}
    assert received.faults.total() == 0


def test_an_exception_of_the_receiver_leaves_a_reader_that_works() -> None:
    received = Received()
    reader = FrameReader(lambda frame_type, *_: received.deliver(frame_type, *_) if frame_type == 8 else 1 / 0)
    with pytest.raises(ZeroDivisionError):
        reader.feed(b"\0" + reference_wire.frame(7, 0, b""))
    reader.feed(wire(1))
    assert received.sequences == [1]


def test_only_the_first_n_bytes_are_taken() -> None:
    received = Received()
    buffer = b"\0" + wire(0)
    assert received.reader.feed(buffer, len(buffer) - 1) == 0
    assert received.reader.feed(b"\0garbage", 1) == 1


# --- sequence ---


@pytest.mark.parametrize(
    ("arriving", "delivered", "counted"),
    [
        ([5, 6, 7], [5, 6, 7], {}),
        ([65534, 65535, 0, 1], [65534, 65535, 0, 1], {}),
        ([5, 8], [5, 8], {"missing": 2}),
        ([65535, 2], [65535, 2], {"missing": 2}),
        ([5, 5, 6], [5, 6], {"repeated": 1}),
        ([5, 6, 7, 5, 6], [5, 6, 7], {"repeated": 2}),
        ([5, 7, 6, 8], [5, 7, 6, 8], {"missing": 1, "reordered": 1}),
        ([65535, 1, 0, 2], [65535, 1, 0, 2], {"missing": 1, "reordered": 1}),
        ([5, 7, 6, 6, 8], [5, 7, 6, 8], {"missing": 1, "reordered": 1, "repeated": 1}),
        ([100, 36, 101], [100, 36, 101], {"restarts": 1, "missing": 64}),
        ([100, 37, 101], [100, 37, 101], {"reordered": 1}),
        ([20000, 0, 1, 2], [20000, 0, 1, 2], {"restarts": 1}),
    ],
)
def test_the_sequence_is_accounted_for(arriving: list[int], delivered: list[int], counted: dict[str, int]) -> None:
    received = Received(*wires(*arriving))
    assert received.sequences == delivered
    assert received.counted() == counted


def test_a_repeat_is_recognised_among_the_last_eight_frames() -> None:
    assert Received(*wires(*range(8), 0)).counted() == {"repeated": 1}
    assert Received(*wires(*range(9), 0)).counted() == {"reordered": 1}


def test_the_same_number_with_other_content_is_no_repeat() -> None:
    received = Received(b"\0", wire(5, b"a"), wire(6), wire(5, b"b"))
    assert [body for _, _, body, _ in received.frames] == [b"a", b"", b"b"]
    assert received.counted() == {"reordered": 1}


def test_a_peer_that_starts_again_is_heard_at_once() -> None:
    session = [b"\0", wire(0, b"identify", first=True), wire(1)]
    received = Received(*session, *session, *session)
    assert received.sequences == [0, 1] * 3
    assert received.counted() == {"restarts": 2}


def test_a_first_frame_that_comes_twice_is_a_repeat() -> None:
    start = wire(0, b"identify", first=True)
    received = Received(b"\0", start, start, wire(1))
    assert received.sequences == [0, 1]
    assert received.counted() == {"repeated": 1}


def test_a_first_frame_that_comes_late_is_no_restart() -> None:
    received = Received(b"\0", wire(1), wire(0, first=True), wire(2))
    assert received.sequences == [1, 0, 2]
    assert received.counted() == {"reordered": 1}


@given(st.lists(st.booleans(), min_size=2, max_size=200), st.integers(0, 65535))
def test_dropped_frames_are_missing(kept: list[bool], start: int) -> None:
    indices = [i for i, keep in enumerate(kept) if keep]
    received = Received(*wires(*((start + i) & 0xFFFF for i in indices)))
    gaps = indices[-1] - indices[0] + 1 - len(indices) if indices else 0
    assert received.counted() == ({"missing": gaps} if gaps else {})
    assert len(received.frames) == len(indices)


# --- anything at all ---

FRAMES = st.builds(
    lambda number, sequence, body, auth: reference_wire.frame(number, sequence, body, auth=auth),
    st.integers(0, 255),
    st.integers(0, 65535),
    st.binary(max_size=60),
    st.sampled_from(TAGS),
)
PIECES = st.lists(st.binary(max_size=700) | FRAMES | FRAMES.map(lambda f: f[:-3]) | st.just(b"\0"), max_size=12)


@settings(max_examples=300)
@given(PIECES, st.integers(1, 50))
def test_any_bytes_are_delivered_or_counted(pieces: list[bytes], chunk: int) -> None:
    stream = b"".join(pieces)
    received = Received(*(stream[i : i + chunk] for i in range(0, len(stream), chunk)))
    head, *between = stream.split(b"\0")
    # What follows the last delimiter is unfinished, unless it is too long already.
    unfinished = between.pop() if between else b""
    verdicts = Counter(reference_wire.verdict(part) for part in between if part)
    counters = received.faults.as_dict()
    assert len(received.frames) + counters["repeated"] == verdicts["good"]
    for name in ("bad_cobs", "bad_crc", "bad_version", "bad_length"):
        assert counters[name] == verdicts[name]
    too_long = len(unfinished) > MAX_ENCODED_BYTES
    assert counters["oversize"] == verdicts["oversize"] + too_long
    thrown_away = sum(len(part) for part in between if part and reference_wire.verdict(part) != "good")
    assert counters["resync_bytes"] == len(head) + thrown_away + len(unfinished) * too_long


# --- damage ---


def test_no_damaged_frame_is_accepted(measure: Measure) -> None:
    rng = random.Random(20260102)
    n_frames, wrong = 10_000, []
    for sequence in range(1, n_frames + 1):
        _, undamaged = random_frame(rng, sequence & 0xFFFF)
        received = Received(b"\0", rng.choice(DAMAGES)(undamaged, rng), b"\0")
        sent = Received(b"\0", undamaged).frames
        wrong += [delivered for delivered in received.frames if delivered not in sent]
    measure("WIRE-FALSE-ACCEPT", len(wrong), n=n_frames, detail=str(wrong))


def test_no_single_changed_byte_is_accepted() -> None:
    body = bytes(range(0, 250, 7))
    undamaged = reference_wire.frame(2, 9, body, auth=TAGS[1])
    for at in range(len(undamaged) - 1):
        for change in range(1, 256):
            damaged = undamaged[:at] + bytes([undamaged[at] ^ change]) + undamaged[at + 1 :]
            received = Received(b"\0", damaged)
            assert received.frames == []
            assert received.faults.total() >= 1


def test_the_sizes_in_the_module_agree() -> None:
    assert frame.HEADER_BYTES + frame.MAX_AUTH_BYTES + MAX_PAYLOAD_BYTES + frame.CRC_BYTES == frame.MAX_FRAME_BYTES
    assert len(reference_wire.cobs(b"x" * frame.MAX_FRAME_BYTES)) == MAX_ENCODED_BYTES
