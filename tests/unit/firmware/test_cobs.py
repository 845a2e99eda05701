"""COBS: known vectors, the round trip, and the refusal of everything malformed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance import reference_wire
from pocketk_firmware.cobs import decode_into, encode_into, max_encoded_bytes

RUN_254 = bytes(range(1, 255))

# From the paper by Cheshire and Baker and the usual descriptions of the method.
VECTORS = [
    (b"", b"\x01"),
    (b"\x00", b"\x01\x01"),
    (b"\x00\x00", b"\x01\x01\x01"),
    (b"\x00\x11\x00", b"\x01\x02\x11\x01"),
    (b"\x11\x22\x00\x33", b"\x03\x11\x22\x02\x33"),
    (b"\x11\x22\x33\x44", b"\x05\x11\x22\x33\x44"),
    (b"\x11\x00\x00\x00", b"\x02\x11\x01\x01\x01"),
    (RUN_254, b"\xff" + RUN_254),
    (b"\x00" + RUN_254, b"\x01\xff" + RUN_254),
    (RUN_254 + b"\xff", b"\xff" + RUN_254 + b"\x02\xff"),
    (RUN_254[1:] + b"\xff\x00", b"\xff" + RUN_254[1:] + b"\xff\x01\x01"),
    (RUN_254[2:] + b"\xff\x00\x01", b"\xfe" + RUN_254[2:] + b"\xff\x02\x01"),
]
FRAGMENTS = st.lists(st.binary(max_size=40) | st.integers(0, 600).map(lambda n: b"x" * n), max_size=6).map(b"".join)


def encode(data: bytes) -> bytes:
    encoded = bytearray(max_encoded_bytes(len(data)))
    return bytes(encoded[: encode_into(data, len(data), encoded)])


def decode(data: bytes) -> bytes:
    decoded = bytearray(len(data))
    return bytes(decoded[: decode_into(data, len(data), decoded)])


@pytest.mark.parametrize(("plain", "encoded"), VECTORS)
def test_known_vectors(plain: bytes, encoded: bytes) -> None:
    assert encode(plain) == encoded
    assert decode(encoded) == plain


@given(FRAGMENTS)
def test_round_trip_without_a_zero_within_the_stated_length(data: bytes) -> None:
    encoded = encode(data)
    assert 0 not in encoded
    assert encoded == reference_wire.cobs(data)
    assert len(encoded) <= max_encoded_bytes(len(data))
    assert decode(encoded) == data


@given(FRAGMENTS)
def test_decoding_in_place_gives_the_same(data: bytes) -> None:
    buffer = bytearray(encode(data))
    assert bytes(buffer[: decode_into(buffer, len(buffer), buffer)]) == data


@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    expected = None if 0 in data else reference_wire.uncobs(data)
    if expected is None:
        with pytest.raises(ValueError, match="block"):
            decode(data)
    else:
        assert decode(data) == expected


def test_the_stated_length_is_reached() -> None:
    lengths = (0, 1, 253, 254, 255, 508, 509)
    assert [max_encoded_bytes(n) for n in lengths] == [len(encode(b"x" * n)) for n in lengths]


def test_bytes_beyond_n_are_left_alone() -> None:
    buffer = bytearray(b"\xaa" * 8)
    assert encode_into(b"\x00\x01\x02", 2, buffer) == 3
    assert buffer == b"\x01\x02\x01" + b"\xaa" * 5


@pytest.mark.parametrize(
    ("source", "n", "room"), [(b"", 0, 9), (b"\x01", 2, 9), (b"\x04abc", 4, 2), (b"\x01\x01\x01", 3, 1)]
)
def test_decoding_refuses_buffers_that_do_not_fit(source: bytes, n: int, room: int) -> None:
    with pytest.raises(ValueError, match="buffer too small"):
        decode_into(source, n, bytearray(room))


@pytest.mark.parametrize(("source", "n", "room"), [(b"ab", 3, 9), (b"abc", 3, 3), (b"x" * 254, 254, 254)])
def test_encoding_refuses_buffers_that_do_not_fit(source: bytes, n: int, room: int) -> None:
    with pytest.raises(ValueError, match="buffer too small"):
        encode_into(source, n, bytearray(room))
