"""SIGNATURE: who signed a bundle's manifest, when, and until when that holds.

Ed25519 over a prefix that no other use of the key shares, the length of the header, the header and the bytes of
manifest.json. The header is the record itself without its signature, so that nobody can change the dates either.
"""

import json
import struct
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.public_key import SIGNATURE_BYTES
from pocketk_firmware.slots.signature_file import DOMAIN

SIGNATURE_NAME = "SIGNATURE"
SIGNATURE_SCHEMA = 1
ALGORITHM = "ed25519"
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def time_text(time: datetime) -> str:
    """A time in UTC to the second, as signatures and devices write it."""
    return time.astimezone(UTC).strftime(_TIME)


def read_time(text: str) -> datetime:
    """A time from its text.

    Raises:
        ValueError: not as `time_text` writes it.
    """
    time = datetime.strptime(text, _TIME).replace(tzinfo=UTC)
    if time_text(time) != text:
        raise ValueError(f"{text!r} is not a time like 2026-01-31T12:00:00Z")
    return time


@dataclass(frozen=True)
class SignatureRecord:
    """What a SIGNATURE file holds.

    Attributes:
        key_id: of the key that signed.
        signed_at: UTC, whole seconds.
        expires: from then on the bundle may not be used, None for never.
        signature: 64 bytes, empty before it is signed.
    """

    key_id: str
    signed_at: datetime
    expires: datetime | None
    signature: bytes = b""

    def _header(self) -> dict[str, object]:
        return {
            "algorithm": ALGORITHM,
            "expires": None if self.expires is None else time_text(self.expires),
            "key_id": self.key_id,
            "schema_version": SIGNATURE_SCHEMA,
            "signed_at": time_text(self.signed_at),
        }

    def message(self, manifest: bytes) -> bytes:
        """What is signed, for the bytes of a manifest."""
        header = _canonical(self._header())
        return DOMAIN + struct.pack(">Q", len(header)) + header + manifest

    def signed(self, signature: bytes) -> "SignatureRecord":
        """The record with its signature."""
        return replace(self, signature=signature)

    def to_bytes(self) -> bytes:
        """The file: canonical JSON like the manifest's, the signature in hexadecimal."""
        return _canonical({**self._header(), "signature": self.signature.hex()})


def _canonical(body: dict[str, object]) -> bytes:
    return (json.dumps(body, indent=2, sort_keys=True) + "\n").encode()


def parse_signature(raw: bytes) -> SignatureRecord:
    """Read a SIGNATURE file; only the one form that `SignatureRecord.to_bytes` writes is read.

    Raises:
        BundleError: code "bundle-signature"; anything else.
    """
    try:
        body = json.loads(raw)
        record = SignatureRecord(
            key_id=body["key_id"],
            signed_at=read_time(body["signed_at"]),
            expires=None if body["expires"] is None else read_time(body["expires"]),
            signature=bytes.fromhex(body["signature"]),
        )
        _check(record, raw)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise BundleError(
            "bundle-signature", f"{SIGNATURE_NAME} cannot be read: {error}. Get the bundle anew from its maker."
        ) from error
    return record


def _check(record: SignatureRecord, raw: bytes) -> None:
    if not isinstance(record.key_id, str) or len(record.signature) != SIGNATURE_BYTES:
        raise ValueError(f"expected a key id and {SIGNATURE_BYTES} bytes of signature")
    if record.expires is not None and record.expires <= record.signed_at:
        raise ValueError("it ends before it begins")
    if record.to_bytes() != raw:
        raise ValueError("it is not in its canonical form, or holds unknown fields")
