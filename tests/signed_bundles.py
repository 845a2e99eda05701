"""Copies of shipped bundles, changed, and signed or not, for tests."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pocketk.signing.fake_signer import FakeSigner
from pocketk.signing.file_signer import demonstration_signer
from pocketk.signing.signer import Signer
from pocketk_agent.bundle.bundle import shipped_bundles
from pocketk_agent.bundle.public_key import PublicKey
from pocketk_agent.bundle.signature import SIGNATURE_NAME, SignatureRecord
from pocketk_agent.bundle.verify import sha256_of

UNTRAINED_NAME, TRAINED_NAME = "pocketk-untrained", "pocketk-s"
SIGNED_AT = datetime(2026, 3, 1, tzinfo=UTC)


def unsigned_copy(folder: Path, name: str = UNTRAINED_NAME) -> Path:
    """A copy of a shipped bundle in ``folder``, without its signature."""
    ignored = shutil.ignore_patterns(SIGNATURE_NAME)
    return Path(shutil.copytree(shipped_bundles()[name], folder / name, ignore=ignored))


def manifest_body(directory: Path) -> dict:
    return json.loads((directory / "manifest.json").read_text(encoding="utf-8"))


def write_manifest(directory: Path, body: dict) -> None:
    """Write a manifest in its canonical form, whatever it says."""
    text = json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    (directory / "manifest.json").write_text(text, encoding="utf-8")


def rewrite(directory: Path, **fields) -> None:
    """Change manifest fields and make the hashes right again: a maker's mistake, not an attacker's."""
    body = manifest_body(directory) | fields
    body["files"] = {name: sha256_of(directory / name) for name in body["files"]}
    write_manifest(directory, body)


@contextmanager
def opened(signer: Signer) -> Iterator[Signer]:
    signer.open()
    try:
        yield signer
    finally:
        signer.close()


def put_signature(
    directory: Path, signer: Signer | None = None, expires: datetime | None = None, changes: dict | None = None
) -> None:
    """Sign whatever lies in the folder, right or wrong; ``changes`` are made to the record after that."""
    with opened(signer or demonstration_signer()) as key:
        at = min(SIGNED_AT, expires.replace(year=expires.year - 1)) if expires else SIGNED_AT
        draft = SignatureRecord(key.public_key().key_id, at, expires)
        record = draft.signed(key.sign(draft.message((directory / "manifest.json").read_bytes())))
    for name, value in (changes or {}).items():
        object.__setattr__(record, name, value)
    (directory / SIGNATURE_NAME).write_bytes(record.to_bytes())


def fake_key(name: str) -> PublicKey:
    """The public half of a test's key."""
    with opened(FakeSigner(name)) as signer:
        return signer.public_key()
