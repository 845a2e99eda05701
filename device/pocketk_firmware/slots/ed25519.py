"""Ed25519 (RFC 8032), verification only, in integers that CPython and MicroPython both have.

Stricter than RFC 8032 allows a verifier to be: encodings of points and of S that are not the shortest are refused, and
the equation is checked without the cofactor, as OpenSSL does. It takes a time that depends on its input, which tells
nobody anything: everything in a verification is public.
"""

from pocketk_firmware.constant import const
from pocketk_firmware.slots.sha512 import Sha512

KEY_BYTES = const(32)
SIGNATURE_BYTES = const(64)

# RFC 8032, 5.1: field, order of the base point, curve constant d, square root of -1, base point. Stored, since
# computing them takes a chip a second.
_P = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFED
_L = 0x1000000000000000000000000000000014DEF9DEA2F79CD65812631A5CF5D3ED
_D = 0x52036CEE2B6FFE738CC740797779E89800700A4D4141D8AB75EB4DCA135978A3
_TWICE_D = 0x2406D9DC56DFFCE7198E80F2EEF3D13000E0149A8283B156EBD69B9426B2F159
_ROOT = 0x2B8324804FC1DF0B2B4D00993DFBD7A72F431806AD2FE478C4EE1B274A0EA0B0
_BASE = (
    0x216936D3CD6E53FEC0A4E231FDD6DC5C692CC7609525A7B2C9562D608F25D51A,
    0x6666666666666666666666666666666666666666666666666666666666666658,
)
_BITS = const(253)  # of the order
_SIGN = 1 << 255
_TICK_EVERY = const(16)


def verify(key, signature, message, tick=None):
    """Return whether a signature is the key's over the message.

    Args:
        key: 32 bytes.
        signature: 64 bytes.
        message: bytes, or a tuple of the pieces that it consists of.
        tick: called after every 128 bytes of the message and every 16 of 253 steps of the curve.

    Returns:
        False for anything but the key's signature, encodings and lengths that are none included; never raises for
        bytes.
    """
    if len(key) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    point = _point(key)
    s = int.from_bytes(signature[32:], "little")
    if point is None or s >= _L:
        return False
    x, y = point
    hashed = Sha512(tick)
    for piece in (signature[:32], key) + (message if isinstance(message, tuple) else (message,)):
        hashed.update(piece)
    h = int.from_bytes(hashed.digest(), "little") % _L
    found = _sum_of_products(s, _BASE, h, (_P - x, y), tick)
    return _encoded(found) == bytes(signature[:32])


def _point(raw):
    """Return x and y of an encoded point (RFC 8032, 5.1.3), None for bytes that are no point's shortest encoding."""
    y = int.from_bytes(raw, "little")
    sign = y >> 255
    y &= _SIGN - 1
    if y >= _P:
        return None
    yy = y * y % _P
    u, v = yy - 1, _D * yy + 1
    vv = v * v % _P
    uv3 = u * vv * v % _P
    x = uv3 * _to_2_252_3(uv3 * vv * vv % _P) % _P
    vxx = v * x * x % _P
    if vxx != u % _P:
        if vxx != -u % _P:
            return None
        x = x * _ROOT % _P
    if not x and sign:
        return None
    return (_P - x if x & 1 != sign else x), y


def _to_2_250_1(z):
    """Return z**(2**250 - 1) and z**11, by squaring in the order of RFC 7748's reference code."""
    z2 = z * z % _P
    z9 = _squared(z2, 2) * z % _P
    z11 = z9 * z2 % _P
    z5 = z11 * z11 * z9 % _P  # 2**5 - 1
    z10 = _squared(z5, 5) * z5 % _P
    z20 = _squared(z10, 10) * z10 % _P
    z40 = _squared(z20, 20) * z20 % _P
    z50 = _squared(z40, 10) * z10 % _P
    z100 = _squared(z50, 50) * z50 % _P
    z200 = _squared(z100, 100) * z100 % _P
    return _squared(z200, 50) * z50 % _P, z11


def _to_2_252_3(z):
    """Return z**(2**252 - 3), which is z**((p - 5) / 8)."""
    return _squared(_to_2_250_1(z)[0], 2) * z % _P


def _inverse(z):
    """Return z**(p - 2)."""
    high, z11 = _to_2_250_1(z)
    return _squared(high, 5) * z11 % _P


def _squared(z, times):
    for _ in range(times):
        z = z * z % _P
    return z


def _encoded(point):
    x, y, z = point
    back = _inverse(z)
    return (y * back % _P | (x * back % _P & 1) << 255).to_bytes(32, "little")


def _cached(x, y):
    """Return a point as additions take it: y - x, y + x, 2dxy, 2z with z = 1."""
    return (y - x) % _P, (y + x) % _P, x * y % _P * _TWICE_D % _P, 2


def _sum_of_products(s, first, h, second, tick):
    """Return s * first + h * second as (X, Y, Z): one doubling a bit for both products."""
    one, other = _cached(*first), _cached(*second)
    both = _added(first[0], first[1], 1, first[0] * first[1] % _P, other)
    x, y, z = both[0], both[1], both[2]
    t = _inverse(z)
    table = (None, one, other, _cached(x * t % _P, y * t % _P))
    x, y, z = 0, 1, 1
    for bit in range(_BITS - 1, -1, -1):
        x, y, z, t = _doubled(x, y, z)
        chosen = table[(s >> bit & 1) | (h >> bit & 1) << 1]
        if chosen:
            x, y, z = _added(x, y, z, t, chosen)
        if tick and not bit % _TICK_EVERY:
            tick()
    return x, y, z


def _doubled(x, y, z):
    """Return X, Y, Z, T of twice a point: dbl-2008-hwcd for a = -1 (Hisil, Wong, Carter, Dawson 2008)."""
    xx, yy = x * x, y * y
    g = (yy - xx) % _P
    f = (g - 2 * z * z) % _P
    e = ((x + y) * (x + y) - xx - yy) % _P
    h = -(xx + yy) % _P
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _added(x, y, z, t, other):
    """Return X, Y, Z of a sum: add-2008-hwcd-3, complete on this curve."""
    minus, plus, twice_dt, twice_z = other
    a = (y - x) * minus
    b = (y + x) * plus
    c = t * twice_dt
    d = z * twice_z
    e, f, g, h = (b - a) % _P, (d - c) % _P, (d + c) % _P, (b + a) % _P
    return e * f % _P, g * h % _P, f * g % _P
