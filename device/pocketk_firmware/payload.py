"""Base of the messages: their fields in order, packed little-endian and checked in both directions.

MicroPython stores an out-of-range number silently truncated, so every number is checked here.
"""

import struct

from pocketk_firmware.constant import const

MAX_TEXT_BYTES = const(96)

# Kind of a number: bytes, struct format, lowest value, highest value.
_NUMBERS = {
    "B": (1, "<B", 0, 0xFF),
    "H": (2, "<H", 0, 0xFFFF),
    "I": (4, "<I", 0, 0xFFFFFFFF),
    "h": (2, "<h", -0x8000, 0x7FFF),
    "i": (4, "<i", -0x80000000, 0x7FFFFFFF),
}
_TEXT = "s"  # length u8, then that many bytes of printable ASCII
_DATA = "d"  # everything up to the end of the payload


def printable(text: str) -> str:
    """Return `text` as a text field carries it: printable ASCII, at most `MAX_TEXT_BYTES` long."""
    kept = [character if " " <= character <= "~" else "?" for character in text[:MAX_TEXT_BYTES]]
    return "".join(kept)


class Payload:  # noqa: PLW1641  its fields may change, so it has no hash
    """One kind of message: `FIELDS` names its fields in wire order, `KINDS` gives the kind of each.

    Kinds: B u8, H u16, I u32, h i16, i i32, s text, d data. All fields are given by keyword.
    """

    TYPE = 0
    FIELDS = ()
    KINDS = ""
    __slots__ = ()

    def __init__(self, **values):
        for name in self.FIELDS:
            if name not in values:
                raise TypeError("missing field " + name)
            setattr(self, name, values.pop(name))
        if values:
            raise TypeError("unknown field " + ", ".join(values))

    def __eq__(self, other):
        return type(self) is type(other) and self._values() == other._values()

    def __repr__(self):
        fields = ["%s=%r" % (name, getattr(self, name)) for name in self.FIELDS]
        return "%s(%s)" % (type(self).__name__, ", ".join(fields))

    def _values(self):
        return [getattr(self, name) for name in self.FIELDS]

    def check(self) -> None:
        """Raise ValueError where a field is outside what this message allows; the ranges of the kinds
        themselves are checked by packing and unpacking.
        """

    def pack_into(self, dst) -> int:
        """Write the payload to the start of `dst` and return its length in bytes.

        Raises:
            ValueError: a field is out of range, or `dst` is too short; `dst` may be partly written.
        """
        self.check()
        at = 0
        for i in range(len(self.KINDS)):
            name = self.FIELDS[i]
            at = _pack_field(dst, at, self.KINDS[i], name, getattr(self, name))
        return at

    @classmethod
    def unpack(cls, payload):
        """Return the message that `payload` holds; it keeps no reference to `payload`.

        Raises:
            ValueError: the payload is too short or too long, or a field is out of range.
        """
        values = {}
        at = 0
        for i in range(len(cls.KINDS)):
            name = cls.FIELDS[i]
            values[name], at = _unpack_field(payload, at, cls.KINDS[i], name)
        if at != len(payload):
            raise ValueError("%d bytes too many in %s" % (len(payload) - at, cls.__name__))
        message = cls(**values)
        message.check()
        return message


def _pack_field(dst, at, kind, name, value):
    if kind in _NUMBERS:
        size, form, low, high = _NUMBERS[kind]
        if not low <= value <= high:
            raise ValueError("%s must be %d to %d, not %d" % (name, low, high, value))
        _need(dst, at + size, name)
        struct.pack_into(form, dst, at, value)
        return at + size
    data = value
    if kind == _TEXT:
        data = value.encode()
        _check_text(data, name)
        _need(dst, at + 1, name)
        dst[at] = len(data)
        at += 1
    _need(dst, at + len(data), name)
    dst[at : at + len(data)] = data
    return at + len(data)


def _unpack_field(payload, at, kind, name):
    if kind in _NUMBERS:
        size, form, _, _ = _NUMBERS[kind]
        _need(payload, at + size, name)
        return struct.unpack_from(form, payload, at)[0], at + size
    if kind == _DATA:
        return bytes(payload[at:]), len(payload)
    _need(payload, at + 1, name)
    end = at + 1 + payload[at]
    _need(payload, end, name)
    data = bytes(payload[at + 1 : end])
    _check_text(data, name)
    return data.decode(), end


def _need(buffer, size, name):
    if len(buffer) < size:
        raise ValueError("%s needs %d bytes, there are %d" % (name, size, len(buffer)))


def _check_text(data, name):
    if len(data) > MAX_TEXT_BYTES:
        raise ValueError("%s is longer than %d bytes" % (name, MAX_TEXT_BYTES))
    if any(byte < 0x20 or byte > 0x7E for byte in data):
        raise ValueError("%s must be printable ASCII" % name)
