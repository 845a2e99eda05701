"""Consistent overhead byte stuffing: any bytes become bytes without a zero, so that zero can delimit.

Both directions work in buffers that the caller owns and reuses; nothing is allocated per byte.
"""

from pocketk_firmware.constant import const

_FULL = const(0xFF)  # a block of 254 non-zero bytes with no zero implied after it
_BLOCK_BYTES = const(254)


def max_encoded_bytes(n: int) -> int:
    """Return the most bytes that encoding `n` bytes can take (the delimiter not included)."""
    return n + 1 + max(n - 1, 0) // _BLOCK_BYTES


def encode_into(src, n: int, dst) -> int:
    """Encode the first `n` bytes of `src` into `dst` and return the encoded length in bytes.

    `src` and `dst` must not share memory. The delimiter is not written.

    Raises:
        ValueError: `src` holds fewer than `n` bytes, or `dst` fewer than `max_encoded_bytes(n)`.
    """
    if n > len(src) or max_encoded_bytes(n) > len(dst):
        raise ValueError("buffer too small")
    code_at = 0
    code = 1
    out = 1
    for i in range(n):
        byte = src[i]
        if code == _FULL or not byte:
            dst[code_at] = code
            # A full block implies no zero, so a zero that follows one needs a block of its own.
            if code == _FULL and not byte:
                dst[out] = 1
                out += 1
            code_at = out
            code = 1
            out += 1
        if byte:
            dst[out] = byte
            out += 1
            code += 1
    dst[code_at] = code
    return out


def decode_into(src, n: int, dst) -> int:
    """Decode the first `n` bytes of `src` into `dst` and return the decoded length in bytes.

    `dst` may be `src` itself: the output never overtakes the input.

    Raises:
        ValueError: the input is empty, holds a zero, ends inside a block, or a buffer is too small.
    """
    if n < 1 or n > len(src) or n - 1 > len(dst):
        raise ValueError("nothing to decode, or buffer too small")
    at = 0
    out = 0
    while at < n:
        code = src[at]
        at += 1
        end = at + code - 1
        if not code or end > n:
            raise ValueError("zero byte, or block cut short")
        while at < end:
            byte = src[at]
            if not byte:
                raise ValueError("zero byte inside a block")
            dst[out] = byte
            out += 1
            at += 1
        if code != _FULL and at < n:
            dst[out] = 0
            out += 1
    return out
