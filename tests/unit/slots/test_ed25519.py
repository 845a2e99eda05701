"""The firmware's Ed25519 says what RFC 8032 and another implementation say, and takes no odd encodings."""

import hashlib
from binascii import unhexlify

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from ed25519_vectors import ORDER, PRIME, VECTORS
from measurement_plugin import Measure
from pocketk_firmware.slots.ed25519 import verify
from pocketk_firmware.slots.sha512 import sha512

KEY, MESSAGE, SIGNATURE = VECTORS[1]
SEEDS = st.binary(min_size=32, max_size=32)


@pytest.mark.parametrize("length", [0, 1, 111, 112, 113, 127, 128, 129, 239, 240, 241, 1000])
def test_sha512_is_hashlibs_around_the_ends_of_blocks(length: int) -> None:
    message = bytes(i % 256 for i in range(length))
    assert sha512(message) == hashlib.sha512(message).digest()


@given(st.binary(max_size=600))
def test_sha512_is_hashlibs(message: bytes) -> None:
    assert sha512(message) == hashlib.sha512(message).digest()


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS, ids=range(len(VECTORS)))
def test_signatures_of_rfc_8032_are_accepted(key: bytes, message: bytes, signature: bytes) -> None:
    assert verify(key, signature, message)


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS, ids=range(len(VECTORS)))
def test_signatures_of_rfc_8032_over_another_message_are_refused(key: bytes, message: bytes, signature: bytes) -> None:
    assert not verify(key, signature, message + b"\0")


def _other_says(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def test_it_agrees_with_another_implementation_on_tampered_signatures(measure: Measure) -> None:
    differing: list[str] = []
    seen = {True: 0, False: 0}

    @settings(max_examples=150, deadline=None)
    @given(SEEDS, st.binary(max_size=200), st.lists(st.integers(0, 8 * (32 + 64 + 200) - 1), max_size=2))
    def compare(seed: bytes, message: bytes, flips: list[int]) -> None:
        private = Ed25519PrivateKey.from_private_bytes(seed)
        whole = bytearray(private.public_key().public_bytes_raw() + private.sign(message) + message)
        for bit in flips:
            whole[bit // 8 % len(whole)] ^= 1 << bit % 8
        key, signature, text = bytes(whole[:32]), bytes(whole[32:96]), bytes(whole[96:])
        expected = _other_says(key, signature, text)
        seen[expected] += 1
        if verify(key, signature, text) != expected:
            differing.append(f"{seed.hex()} {flips}")

    compare()
    assert min(seen.values()) > 20, f"not both kinds were drawn: {seen}"
    measure("SLOT-ED25519", len(differing), n=sum(seen.values()), detail=str(differing[:3]))


def test_s_that_is_not_reduced_is_refused() -> None:
    s = int.from_bytes(SIGNATURE[32:], "little") + ORDER
    assert s < 1 << 256
    assert not verify(KEY, SIGNATURE[:32] + s.to_bytes(32, "little"), MESSAGE)


@pytest.mark.parametrize("y", [0, 1])
def test_a_key_whose_y_is_not_reduced_is_refused(y: int) -> None:
    # y = 1 is the neutral element: with S = 0 and R neutral too, every message would be signed.
    key = (PRIME + y).to_bytes(32, "little")
    neutral = (1).to_bytes(32, "little")
    assert not verify(key, neutral + bytes(32), b"anything")


def test_an_r_that_is_not_reduced_is_refused() -> None:
    neutral, odd = (1).to_bytes(32, "little"), (PRIME + 1).to_bytes(32, "little")
    assert verify(neutral, neutral + bytes(32), b"anything"), "the equation itself holds"
    assert not verify(neutral, odd + bytes(32), b"anything")


def test_a_key_that_says_minus_zero_is_refused() -> None:
    key = (1 | 1 << 255).to_bytes(32, "little")
    assert not verify(key, (1).to_bytes(32, "little") + bytes(32), b"anything")


def test_a_key_that_is_no_point_is_refused() -> None:
    # Of the values of y from 2 on, 2 is the first for which no x exists.
    assert not verify((2).to_bytes(32, "little"), SIGNATURE, MESSAGE)


@pytest.mark.parametrize("key_bytes", [0, 31, 33])
def test_a_key_of_another_length_is_refused(key_bytes: int) -> None:
    assert not verify((KEY + b"\0")[:key_bytes], SIGNATURE, MESSAGE)


@pytest.mark.parametrize("signature_bytes", [0, 32, 63, 65])
def test_a_signature_of_another_length_is_refused(signature_bytes: int) -> None:
    assert not verify(KEY, (SIGNATURE + b"\0")[:signature_bytes], MESSAGE)


def test_a_watchdog_is_fed_through_the_message_and_the_curve() -> None:
    fed: list[None] = []
    message = bytes(1280)
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    key, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert verify(key, signature, message, lambda: fed.append(None))
    assert len(fed) == 11 + 16  # blocks of 64 + 1280 + 17 bytes; every 16th of 253 steps


def test_the_vectors_are_whole() -> None:
    assert [len(message) for _, message, _ in VECTORS] == [0, 1, 2, 64]
    assert VECTORS[0][0] == unhexlify("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
