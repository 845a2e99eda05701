"""Signed bundles for a microcontroller, and the pieces in which a host sends them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from example_manifest import UNTRAINED
from pocketk.signing.fake_signer import FakeSigner
from pocketk.signing.file_signer import demonstration_signer
from pocketk.signing.signer import Signer
from pocketk_agent.bundle.manifest import Manifest
from pocketk_agent.bundle.model_file import ModelFile
from pocketk_agent.bundle.signature import SignatureRecord
from pocketk_firmware.nano.chain import VARIANT_ID
from pocketk_firmware.slots.installer import Installer
from pocketk_firmware.slots.manifest import MCU_TARGET
from signed_bundles import SIGNED_AT, opened

VENDOR, STRANGER = FakeSigner("vendor"), FakeSigner("stranger")
CHUNK_BYTES = 512


@dataclass(frozen=True)
class ChipBundle:
    """What a host holds of a bundle.

    Attributes:
        manifest: bytes of manifest.json.
        signature: bytes of SIGNATURE.
        files: of the microcontroller's target, by name.
    """

    manifest: bytes
    signature: bytes
    files: dict[str, bytes]

    @property
    def transfers(self) -> list[bytes]:
        """What is sent, in order."""
        return [self.manifest, self.signature, *(self.files[name] for name in sorted(self.files))]

    def pieces(self, size: int = CHUNK_BYTES) -> Iterator[tuple[int, int, int, bytes]]:
        """Arguments of `Installer.take`, one after another."""
        for number, content in enumerate(self.transfers):
            for at in range(0, len(content), size):
                yield number, at, len(content), content[at : at + size]

    def put_into(self, installer: Installer, size: int = CHUNK_BYTES) -> None:
        """Install it: begin, every piece, commit."""
        installer.begin()
        for piece in self.pieces(size):
            installer.take(*piece)
        installer.commit()


def chip_manifest(files: dict[str, bytes], **fields: Any) -> Manifest:
    """The manifest of a microcontroller's bundle, which holds a model for a Pi too, as the agent wants it."""
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    manifest = replace(
        UNTRAINED,
        model_id="pocketk-nano",
        variant=VARIANT_ID,
        targets={"pi": ("model.tflite",), MCU_TARGET: tuple(files)},
        models=(ModelFile("model.tflite", "litert", 0.0),),
        files={"model.tflite": "0" * 64, **hashes},
    )
    return replace(manifest, **fields)


def signature_of(manifest: bytes, signer: Signer = VENDOR, expires: datetime | None = None) -> bytes:
    """The SIGNATURE over any bytes."""
    at = SIGNED_AT if expires is None or expires > SIGNED_AT else expires.replace(year=expires.year - 1)
    with opened(signer) as key:
        draft = SignatureRecord(key.public_key().key_id, at, expires)
        return draft.signed(key.sign(draft.message(manifest))).to_bytes()


@lru_cache(maxsize=64)
def chip_bundle(version: str = "1.0.0", size: int = 1500, signer: Signer = VENDOR) -> ChipBundle:
    """A bundle of two files for a microcontroller; another version has other files."""
    seed = int.from_bytes(hashlib.sha256(version.encode()).digest()[:2], "big")
    model = bytes(i * seed % 256 for i in range(size))
    files = {"golden.mcu": bytes([seed % 251]) * 100, "model.mcu": model}
    raw = chip_manifest(files, model_version=version).to_json().encode()
    return ChipBundle(raw, signature_of(raw, signer), files)


def demonstration_bundle(version: str = "1.0.0") -> ChipBundle:
    """The same, signed with the demonstration key."""
    plain = chip_bundle(version)
    return replace(plain, signature=signature_of(plain.manifest, demonstration_signer()))


def raw_key(signer: Signer) -> bytes:
    """The public half of a signer's key."""
    with opened(signer) as key:
        return key.public_key().raw


LATER = datetime(2027, 3, 1, tzinfo=UTC)
