"""The reader accepts what the writer makes and refuses everything else by name."""

import struct
from binascii import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from example_nano import random_network
from pocketk.export.mcu.mcu_writer import write_mcu
from pocketk_firmware.nano import layer as words
from pocketk_firmware.nano.mcu_file import HEADER_BYTES, LAYER_BYTES, MOST_BIAS, McuError, McuFile
from pocketk_firmware.nano.network import Network
from pocketk_firmware.nano.stream import Stream, streamable

FRAMES = 24
SOUND = write_mcu(random_network(np.random.default_rng(2), FRAMES, 0.2))
N_LAYERS = SOUND[5]
TABLE_AT = HEADER_BYTES + LAYER_BYTES * N_LAYERS


def changed(at: int, new: bytes, data: bytes = SOUND) -> bytes:
    """The file with other bytes at `at` and a CRC that fits them."""
    body = data[:at] + new + data[at + len(new) : -4]
    return body + struct.pack("<I", crc32(body))


def layer_at(i: int, field: int) -> int:
    return HEADER_BYTES + LAYER_BYTES * i + field


def test_a_sound_file_says_what_it_holds() -> None:
    file = McuFile(SOUND)
    assert (file.variant, file.input_frames, file.input_channels, file.input_nanovolts) == (
        "pocketk-nano-v1",
        FRAMES,
        1,
        20_000,
    )
    assert [layer[words.KIND] for layer in file.layers] == [1] + [2, 1] * 6 + [3, 4]
    assert [zero for _, zero in file.outputs] == [0, 0, 0]
    assert [scale for scale, _ in file.outputs] == pytest.approx([0.001, 0.002, 0.003])


def test_its_multiply_accumulates_are_counted() -> None:
    file = McuFile(write_mcu(random_network(np.random.default_rng(2))))
    frames, channels, total = 625, 16, 625 * 15 * 16
    for out, stride in ((16, 1), (32, 2), (48, 2), (64, 2), (80, 2), (112, 1)):
        frames = (frames - 1) // stride + 1
        total += frames * channels * (11 + out)
        channels = out
    assert file.macs == total + 3 * 112


BROKEN = [
    ("not a .mcu file", changed(0, b"TFL3")),
    ("version 2 of the format", changed(4, b"\2")),
    ("CRC-32 does not match", SOUND[:-1] + bytes([SOUND[-1] ^ 1])),
    ("bytes of a file of", SOUND[:-4]),
    ("too short or too long", SOUND[:40]),
    ("too short or too long", SOUND + bytes(70_000)),
    ("0 layers", changed(5, b"\0")),
    ("33 layers", changed(5, b"\x21")),
    ("9 outputs", changed(11, b"\x09")),
    ("too short for its 32 layers", changed(5, b"\x20", SOUND[:200] + SOUND[-4:])),
    ("an input of 0 x 1", changed(6, bytes(2))),
    ("an input of 24 x 300", changed(8, struct.pack("<H", 300))),
    ("an input of 24 x 1", changed(32, bytes(4))),
    ("id is no text", changed(16, b"a\0b")),
    ("layer 0: unknown kind 5", changed(layer_at(0, 0), b"\5")),
    ("layer 0: kernel 15, stride 0", changed(layer_at(0, 1), b"\0")),
    ("layer 0: kernel 15, stride 16", changed(layer_at(0, 1), b"\x10")),
    ("layer 0: kernel 99", changed(layer_at(0, 2), b"\x63")),
    ("layer 0: its input zero point", changed(layer_at(0, 6), b"\1")),
    ("layer 1: its input zero point", changed(layer_at(1, 6), b"\x55")),
    ("layer 0: channels or limits", changed(layer_at(0, 10), bytes(2))),
    ("layer 0: channels or limits", changed(layer_at(0, 8), b"\x7f\x80")),
    ("layer 1: 3 channels become 4", changed(layer_at(1, 10), b"\4")),
    ("layer 13: an average neither", changed(layer_at(13, 4), b"\1")),
    ("layer 13: sums need a kernel|layer 13: nothing|layer 13: its weights", changed(layer_at(13, 0), b"\4")),
    ("layer 1: nothing may follow", changed(layer_at(0, 0), b"\4\1" + struct.pack("<H", FRAMES + 14))),
    ("bytes where its layers need", changed(5, SOUND[5:6], SOUND[:-4] + bytes(8))),
    ("bias 536870913 of channel 0", changed(TABLE_AT, struct.pack("<i", MOST_BIAS + 1))),
    ("scale 32768 of channel 0", changed(TABLE_AT + 4, struct.pack("<I", 0x8000))),
    ("of channel 0 is out of range", changed(TABLE_AT + 4, struct.pack("<I", 31 << 16))),
    ("scale or zero point of an output", changed(len(SOUND) - 12, struct.pack("<f", float("nan")))),
    ("scale or zero point of an output", changed(len(SOUND) - 12, struct.pack("<f", 0.0))),
    ("2 outputs", changed(11, b"\2")),
]


def resized(data: bytes) -> bytes:
    """The file whose header says its own length, unless that is what is wrong with it."""
    return changed(12, struct.pack("<I", len(data)), data)


@pytest.mark.parametrize(("words_", "data"), BROKEN, ids=lambda one: one[:34] if isinstance(one, str) else "")
def test_a_broken_file_is_refused_by_name(words_: str, data: bytes) -> None:
    keep = words_.startswith(("bytes of a file", "too short or", "CRC"))
    with pytest.raises(McuError, match=words_):
        McuFile(data if keep else resized(data))


def test_an_arena_that_no_chip_has_is_refused() -> None:
    network = random_network(np.random.default_rng(2), 4000)
    with pytest.raises(ValueError, match=r"activations need \d+ bytes, at most 40960"):
        write_mcu(network)


def run_or_refuse(data: bytes) -> bool:
    """Whether the file was accepted; whatever is accepted must run, in one piece and as a stream."""
    try:
        file = McuFile(data)
        network = Network(file)
    except McuError:
        return False
    n = file.input_frames * file.input_channels
    window = bytes(range(256)) * (n // 256 + 1)
    if file.macs > 200_000:
        return True
    network.run(window[:n])
    expected = [network.output_steps(i) for i in range(len(file.outputs))]
    if streamable(file):
        try:
            stream = Stream(file, streamable(file))
        except McuError:
            return True
        stream.push(window, file.input_frames)
        assert [stream.output_steps(i) for i in range(len(file.outputs))] == expected
    return True


@settings(max_examples=150, deadline=None)
@given(
    changes=st.lists(
        st.tuples(st.integers(0, TABLE_AT + 60), st.binary(min_size=1, max_size=3)), min_size=1, max_size=3
    )
)
def test_whatever_is_accepted_runs(changes: list[tuple[int, bytes]]) -> None:
    data = SOUND
    for at, new in changes:
        data = changed(at, new, data)
    run_or_refuse(data)


@settings(max_examples=100, deadline=None)
@given(data=st.binary(min_size=1, max_size=400))
def test_bytes_that_are_no_file_are_refused(data: bytes) -> None:
    assert not run_or_refuse(data)
    assert not run_or_refuse(resized(SOUND[:TABLE_AT] + data + SOUND[TABLE_AT:]))


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, len(SOUND) - 1))
def test_a_file_that_was_cut_off_is_refused(cut: int) -> None:
    with pytest.raises(McuError):
        McuFile(SOUND[:cut])
    if cut >= 56:
        with pytest.raises(McuError):
            McuFile(resized(SOUND[:cut] + bytes(4)))
