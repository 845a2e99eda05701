"""Versions of models and firmware: digits between dots."""

from pocketk_firmware.constant import const

_MOST_PARTS = const(4)
_MOST_DIGITS = const(9)
_MOST_MAJOR = const(255)
_MOST_MINOR = const(255)
_MOST_PATCH = const(65535)


def version_tuple(version):
    """Return a dotted version as four numbers, for comparison: 1.2 is (1, 2, 0, 0).

    Raises:
        ValueError: not one to four numbers of at most nine digits between dots.
    """
    parts = version.split(".")
    sound = all(0 < len(part) <= _MOST_DIGITS and not part.strip("0123456789") for part in parts)
    if not sound or len(parts) > _MOST_PARTS:
        raise ValueError("version %s is not digits between dots" % version)
    numbers = [int(part) for part in parts]
    return tuple(numbers + [0] * (_MOST_PARTS - len(numbers)))


def version_number(version):
    """Return a version as one number of 32 bits that sorts as versions do: major, minor and patch in 8, 8 and 16 bits.

    Raises:
        ValueError: not a version, or one that does not fit: a fourth number, 256.x, x.256, x.x.65536.
    """
    major, minor, patch, fourth = version_tuple(version)
    if major > _MOST_MAJOR or minor > _MOST_MINOR or patch > _MOST_PATCH or fourth:
        raise ValueError("version %s is beyond 255.255.65535" % version)
    return major << 24 | minor << 16 | patch


def version_text(number):
    """Return the version of a number of `version_number`, such as "0.1.0"."""
    return "%d.%d.%d" % (number >> 24, number >> 16 & 0xFF, number & 0xFFFF)
