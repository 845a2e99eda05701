"""SIGNATURE, the agent's file (docs/bundle.md), as a chip reads it: the same one form, without a clock's help."""

import json
import struct
from binascii import hexlify, unhexlify

from pocketk_firmware.constant import const
from pocketk_firmware.slots.slot_error import EXPIRED, SIGNATURE, SlotError

MOST_SIGNATURE_BYTES = const(1024)
DOMAIN = b"Pocket-K bundle signature, version 1\n"

_ALGORITHM = "ed25519"
_SCHEMA = const(1)
_SIGNATURE_BYTES = const(64)
_TIME_SHAPE = "0000-00-00T00:00:00Z"
# The last day of a month, February's in a leap year.
_DAYS = b"\x1f\x1d\x1f\x1e\x1f\x1e\x1f\x1f\x1e\x1f\x1e\x1f"


class SignatureFile:
    """Who signed a manifest, when, and until when that holds.

    Attributes:
        key_id: of the key that signed.
        signed_at, expires: UTC as "2026-01-31T12:00:00Z", `expires` None for never; texts of this form sort as times.
        signature: 64 bytes.
    """

    __slots__ = ("key_id", "signed_at", "expires", "signature")  # noqa: RUF023  in the order of their meaning

    def __init__(self, key_id, signed_at, expires, signature):
        self.key_id = key_id
        self.signed_at = signed_at
        self.expires = expires
        self.signature = signature

    def header(self):
        """Return the record without its signature, in the one form of its file."""
        return _form(self)

    def message(self, manifest):
        """Return what is signed, for the bytes of a manifest, as two pieces: a heap may have no room for it twice."""
        header = self.header()
        return DOMAIN + struct.pack(">Q", len(header)) + header, manifest

    def check_time(self, seen, now) -> None:
        """Refuse what has ended: by the latest time that the device has seen signed, and by its clock where it has one.

        Raises:
            SlotError: "bundle-expired".
        """
        if self.expires is not None and max(seen, now, self.signed_at) >= self.expires:
            raise SlotError(EXPIRED, "its signature ended on %s: install one with a newer signature" % self.expires)


def read_signature(raw):
    """Read a SIGNATURE file; only the form that the agent's `SignatureRecord.to_bytes` writes is read.

    Raises:
        SlotError: "bundle-signature"; anything else.
    """
    try:
        body = json.loads(bytes(raw).decode())
        found = SignatureFile(
            body["key_id"], _time(body["signed_at"]), _time_or_none(body["expires"]), _bytes(body["signature"])
        )
        if not isinstance(found.key_id, str):
            raise ValueError("its key id")
        if found.expires is not None and found.expires <= found.signed_at:
            raise ValueError("it ends before it begins")
        if _form(found, hexlify(found.signature).decode()) != raw:
            raise ValueError("not in its canonical form, or unknown fields")
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise SlotError(SIGNATURE, "SIGNATURE cannot be read: %s" % (error,)) from error
    return found


def _form(found, signature=None):
    fields = [
        ("algorithm", _ALGORITHM),
        ("expires", found.expires),
        ("key_id", found.key_id),
        ("schema_version", _SCHEMA),
        ("signature", signature),
        ("signed_at", found.signed_at),
    ]
    lines = ['  "%s": %s' % (name, json.dumps(value)) for name, value in fields if name != "signature" or value]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _bytes(text):
    raw = unhexlify(text)
    if len(raw) != _SIGNATURE_BYTES:
        raise ValueError("%d bytes of signature" % len(raw))
    return raw


def _time_or_none(text):
    return None if text is None else _time(text)


def _time(text):
    """Return a time's text if it is one: shape, month, day, hour, minute and second."""
    if len(text) != len(_TIME_SHAPE):
        raise ValueError("no time: %s" % text)
    for character, shape in zip(text, _TIME_SHAPE):  # noqa: B905  MicroPython has no strict
        if not ("0" <= character <= "9" if shape == "0" else character == shape):
            raise ValueError("no time: %s" % text)
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:10])
    if not (year and 1 <= month <= 12 and 1 <= day <= _last_day(year, month)):
        raise ValueError("no day: %s" % text)
    if int(text[11:13]) > 23 or int(text[14:16]) > 59 or int(text[17:19]) > 59:
        raise ValueError("no time of day: %s" % text)
    return text


def _last_day(year, month):
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 28 if month == 2 and not leap else _DAYS[month - 1]
