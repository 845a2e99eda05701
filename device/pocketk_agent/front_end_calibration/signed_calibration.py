"""A calibration with its signature: the file that a device holds, and the only way to believe it.

Ed25519 (RFC 8032) over a prefix that no other use of the key shares, the length of the header, the header and the
canonical record.
"""

import struct
from dataclasses import dataclass, replace
from typing import Any

from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.public_key import SIGNATURE_BYTES
from pocketk_agent.bundle.signature import ALGORITHM, read_time
from pocketk_agent.bundle.standing import Standing, StandingKind
from pocketk_agent.bundle.strict_reader import StrictReader, strict_object
from pocketk_agent.bundle.trust import Trust
from pocketk_agent.front_end_calibration.error import FrontEndCalibrationError, invalid_calibration
from pocketk_agent.front_end_calibration.record import (
    CALIBRATION_SCHEMA,
    Figure,
    FrontEndCalibration,
    canonical_bytes,
)

CALIBRATION_DOMAIN = b"Pocket-K front-end calibration, version 1\n"
MAX_CALIBRATION_BYTES = 20_000


@dataclass(frozen=True)
class SignedCalibration:
    """A calibration and who vouches for it.

    Attributes:
        record: what was found.
        key_id: of the key that signed.
        signature: 64 bytes, empty before it is signed.
    """

    record: FrontEndCalibration
    key_id: str
    signature: bytes = b""

    def message(self) -> bytes:
        """What is signed."""
        header = canonical_bytes(self._header())
        return CALIBRATION_DOMAIN + struct.pack(">Q", len(header)) + header + self.record.to_bytes()

    def signed(self, signature: bytes) -> "SignedCalibration":
        """The same with its signature."""
        return replace(self, signature=signature)

    def to_bytes(self) -> bytes:
        """The file."""
        signature = {**self._header(), "signature": self.signature.hex()}
        return canonical_bytes({"calibration": self.record.body(), "signature": signature})

    def standing(self, trust: Trust) -> Standing:
        """Who signed.

        Raises:
            FrontEndCalibrationError: code "calibration-invalid"; a key that is not trusted, or not its signature.
        """
        found = trust.find_key(self.key_id)
        if found is None:
            raise FrontEndCalibrationError(
                "calibration-invalid",
                f"The front-end calibration is signed with the key {self.key_id}, which this device does not trust. "
                "Have the front end calibrated by somebody whom it trusts, or add the key with pocketk key trust.",
            )
        key, kind = found
        if not key.accepts(self.signature, self.message()):
            raise invalid_calibration(f"does not bear the signature of {key.name!r}")
        return Standing(kind, key.name if kind is StandingKind.TRUSTED else "", key.key_id)

    def _header(self) -> dict[str, object]:
        return {"algorithm": ALGORITHM, "key_id": self.key_id}


def parse_calibration(raw: bytes) -> SignedCalibration:
    """Read a calibration strictly, its signature not yet checked; one content has one form.

    Raises:
        FrontEndCalibrationError: code "calibration-invalid"; anything but what `SignedCalibration.to_bytes` writes, or
            a record out of its limits.
    """
    if len(raw) > MAX_CALIBRATION_BYTES:
        raise invalid_calibration(f"is larger than {MAX_CALIBRATION_BYTES:,} bytes")
    try:
        signed = _read(raw)
        if signed.to_bytes() != raw:
            raise invalid_calibration("is not in its canonical form")
    except FrontEndCalibrationError:
        raise
    except (ValueError, OverflowError, RecursionError, BundleError) as error:
        raise invalid_calibration(f"cannot be read: {error}") from error
    signed.record.check()
    return signed


def _read(raw: bytes) -> SignedCalibration:
    reader = strict_object(raw, "file", invalid_calibration)
    head = reader.object("signature")
    if head.take("algorithm", str) != ALGORITHM:
        raise invalid_calibration(f"is not signed with {ALGORITHM}")
    key_id, text = head.take("key_id", str), head.take("signature", str)
    head.done()
    if len(text) != 2 * SIGNATURE_BYTES:
        raise invalid_calibration(f"has no {SIGNATURE_BYTES} bytes of signature")
    body = reader.object("calibration")
    reader.done()
    return SignedCalibration(_record(body), key_id, bytes.fromhex(text))


def _record(reader: StrictReader) -> FrontEndCalibration:
    version = reader.take("schema_version", int)
    if version != CALIBRATION_SCHEMA:
        raise invalid_calibration(f"has schema version {version}; this agent reads version {CALIBRATION_SCHEMA}")
    values: dict[str, Any] = {name: reader.take(name, str) for name in _TEXTS}
    values |= {name: read_time(reader.take(name, str)) for name in ("made_at", "due_at")}
    values |= {name: reader.number(name) for name in _NUMBERS}
    values |= {name: reader.take(name, int) for name in ("zero_counts", "polarity")}
    values |= {name: _figure(reader.object(name)) for name in _FIGURES}
    record = FrontEndCalibration(**values)
    reader.done()
    return record


def _figure(reader: StrictReader) -> Figure:
    figure = Figure(
        reader.number("value"), reader.number("uncertainty"), reader.take("n", int), reader.number("spread")
    )
    reader.done()
    return figure


_TEXTS = ("serial", "profile", "firmware", "agent_version", "fit_version")
_NUMBERS = ("lsb_mv", "fs_hz", "test_mv", "lead_off_open_share", "lead_off_closed_share")
_FIGURES = ("gain", "offset_counts", "rate_hz", "noise_rms_uv", "noise_peak_to_peak_uv")
