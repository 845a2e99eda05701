"""SHA-512 (FIPS 180-4) in integers, for the signatures that use it: MicroPython's hashlib has none."""

import struct
from binascii import unhexlify

from pocketk_firmware.constant import const

# FIPS 180-4, 5.3.5 and 4.2.3: fractions of the square roots of 8 primes, of the cube roots of 80.
_START = (
    0x6A09E667F3BCC908,
    0xBB67AE8584CAA73B,
    0x3C6EF372FE94F82B,
    0xA54FF53A5F1D36F1,
    0x510E527FADE682D1,
    0x9B05688C2B3E6C1F,
    0x1F83D9ABFB41BD6B,
    0x5BE0CD19137E2179,
)
_ROUNDS = unhexlify(
    b"428a2f98d728ae227137449123ef65cdb5c0fbcfec4d3b2fe9b5dba58189dbbc"
    b"3956c25bf348b53859f111f1b605d019923f82a4af194f9bab1c5ed5da6d8118"
    b"d807aa98a303024212835b0145706fbe243185be4ee4b28c550c7dc3d5ffb4e2"
    b"72be5d74f27b896f80deb1fe3b1696b19bdc06a725c71235c19bf174cf692694"
    b"e49b69c19ef14ad2efbe4786384f25e30fc19dc68b8cd5b5240ca1cc77ac9c65"
    b"2de92c6f592b02754a7484aa6ea6e4835cb0a9dcbd41fbd476f988da831153b5"
    b"983e5152ee66dfaba831c66d2db43210b00327c898fb213fbf597fc7beef0ee4"
    b"c6e00bf33da88fc2d5a79147930aa72506ca6351e003826f142929670a0e6e70"
    b"27b70a8546d22ffc2e1b21385c26c9264d2c6dfc5ac42aed53380d139d95b3df"
    b"650a73548baf63de766a0abb3c77b2a881c2c92e47edaee692722c851482353b"
    b"a2bfe8a14cf10364a81a664bbc423001c24b8b70d0f89791c76c51a30654be30"
    b"d192e819d6ef5218d69906245565a910f40e35855771202a106aa07032bbd1b8"
    b"19a4c116b8d2d0c81e376c085141ab532748774cdf8eeb9934b0bcb5e19b48a8"
    b"391c0cb3c5c95a634ed8aa4ae3418acb5b9cca4f7763e373682e6ff3d6b2b8a3"
    b"748f82ee5defb2fc78a5636f43172f6084c87814a1f0ab728cc702081a6439ec"
    b"90befffa23631e28a4506cebde82bde9bef9a3f7b2c67915c67178f2e372532b"
    b"ca273eceea26619cd186b8c721c0c207eada7dd6cde0eb1ef57d4f7fee6ed178"
    b"06f067aa72176fba0a637dc5a2c898a6113f9804bef90dae1b710b35131c471b"
    b"28db77f523047d8432caab7b40c724933c9ebe0a15c9bebc431d67c49c100d4c"
    b"4cc5d4becb3e42b6597f299cfc657e2a5fcb6fab3ad6faec6c44198c4a475817"
)

_BLOCK_BYTES = const(128)
_MASK = (1 << 64) - 1


class Sha512:
    """A hash that takes its message in pieces, none of which is copied.

    Args:
        tick: called after each block of 128 bytes.
    """

    def __init__(self, tick=None):
        self._tick = tick
        self._state = list(_START)
        self._rest = bytearray()
        self._length = 0

    def update(self, data) -> None:
        """Take the next piece of the message, bytes or a bytearray."""
        self._length += len(data)
        at = 0
        if self._rest:
            at = min(_BLOCK_BYTES - len(self._rest), len(data))
            self._rest += memoryview(data)[:at]
            if len(self._rest) < _BLOCK_BYTES:
                return
            self._take(self._rest, 0)
        while len(data) - at >= _BLOCK_BYTES:
            self._take(data, at)
            at += _BLOCK_BYTES
        self._rest = bytearray(memoryview(data)[at:])

    def digest(self):
        """Return the 64 bytes of the hash; nothing may be taken afterwards."""
        length = self._length
        padding = -(length + 17) % _BLOCK_BYTES
        self.update(b"\x80" + bytes(padding) + struct.pack(">QQ", 0, 8 * length))
        return struct.pack(">8Q", *self._state)

    def _take(self, data, at):
        _compress(self._state, data, at)
        if self._tick:
            self._tick()


def sha512(data, tick=None):
    """Return the 64 bytes of the hash of a whole message."""
    hashed = Sha512(tick)
    hashed.update(data)
    return hashed.digest()


def _compress(state, data, at):
    """Take one block into the state (FIPS 180-4, 6.4.2). Rotations are shifts of the word put behind itself."""
    mask = _MASK
    words = list(struct.unpack_from(">16Q", data, at))
    a, b, c, d, e, f, g, h = state
    for i in range(80):
        if i < 16:
            word = words[i]
        else:
            x, y = words[(i + 1) & 15], words[(i + 14) & 15]
            xx, yy = x | x << 64, y | y << 64
            word = ((xx >> 1 ^ xx >> 8) & mask ^ x >> 7) + ((yy >> 19 ^ yy >> 61) & mask ^ y >> 6)
            word = (word + words[i & 15] + words[(i + 9) & 15]) & mask
            words[i & 15] = word
        ee, aa = e | e << 64, a | a << 64
        first = h + ((ee >> 14 ^ ee >> 18 ^ ee >> 41) & mask) + (g ^ e & (f ^ g)) + word
        first += int.from_bytes(_ROUNDS[8 * i : 8 * i + 8], "big")
        second = ((aa >> 28 ^ aa >> 34 ^ aa >> 39) & mask) + (a & b | c & (a | b))
        h, g, f, e, d, c, b, a = g, f, e, (d + first) & mask, c, b, a, (first + second) & mask
    for i, word in enumerate((a, b, c, d, e, f, g, h)):
        state[i] = (state[i] + word) & mask
