"""The only place that decides whether a bundle may be used."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pocketk_agent.version
import pocketk_firmware
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.last_seen import LastSeen, SeenModel
from pocketk_agent.bundle.manifest import (
    GOLDEN_NAME,
    MANIFEST_NAME,
    UNLISTED_NAMES,
    Manifest,
    parse_canonical,
)
from pocketk_agent.bundle.signature import SIGNATURE_NAME, SignatureRecord, parse_signature, time_text
from pocketk_agent.bundle.standing import Standing
from pocketk_agent.bundle.trust import Trust
from pocketk_agent.signal.errors import VariantError
from pocketk_agent.signal.variant import find_variant

# Limits against files that are not what they claim: the published network in fp32 is 123 MB.
_MAX_MANIFEST_BYTES = 1_000_000
_MAX_SIGNATURE_BYTES = 2_000
_MAX_FILE_BYTES = 500_000_000
_VERSION = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}){0,3}")


@dataclass(frozen=True)
class Verified:
    """A bundle that may be used.

    Attributes:
        manifest: what it says of itself.
        standing: who vouches for that.
        record: its signature, None without one.
        seen: what the device has seen up to here.
    """

    manifest: Manifest
    standing: Standing
    record: SignatureRecord | None
    seen: LastSeen

    def remember(self, trust: Trust) -> None:
        """Keep older versions of the model out from now on; called once it has started and proved itself.

        Raises:
            BundleError: code "bundle-memory"; what the device has seen cannot be kept.
        """
        if trust.memory is not None and self.record is not None:
            started = SeenModel(self.manifest.model_version, self.record.key_id)
            trust.memory.keep(self.seen.with_model(self.manifest.model_id, started))


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def version_tuple(version: str) -> tuple[int, ...]:
    """A dotted version as four numbers, for comparison: 1.2 is 1.2.0.0.

    Raises:
        BundleError: not one to four numbers between dots.
    """
    if not _VERSION.fullmatch(version):
        raise BundleError("bundle-manifest", f"Version {version!r} is not digits between dots.")
    numbers = tuple(int(part) for part in version.split("."))
    return numbers + (0,) * (4 - len(numbers))


def verify(directory: Path, trust: Trust, now: datetime) -> Verified:
    """Check a bundle directory: who signed it, that it is whole, and that it is for this device and this day.

    The signature is checked before anything is read that it covers.

    Args:
        directory: of the bundle.
        trust: whose bundles are accepted; its memory takes note of the time.
        now: wall time in UTC, as the device believes it.

    Raises:
        BundleError: the first fault found.
    """
    raw = manifest_bytes(directory)
    record = read_signature(directory)
    standing, seen = Standing(), LastSeen()
    if record is None:
        _check_unsigned(trust)
    else:
        standing = trust.standing_of(record, raw)
        seen = _seen_now(record, trust, now)
    manifest = check_contents(directory, raw)
    if record is not None:
        _check_not_older(manifest, seen, trust)
    return Verified(manifest, standing, record, seen)


def check_contents(directory: Path, raw: bytes | None = None) -> Manifest:
    """Check everything but the signature, and return the manifest.

    Every listed file must be there, a plain file, with the hash that the manifest gives; nothing else may be there;
    golden vectors must be among them; agent and firmware must be new enough; the preprocessing must exist here.

    Args:
        directory: of the bundle.
        raw: bytes of its manifest where they were read already.

    Raises:
        BundleError: the first fault found.
    """
    manifest = parse_canonical(manifest_bytes(directory) if raw is None else raw)
    if GOLDEN_NAME not in manifest.files:
        raise BundleError(
            "golden-file", f"The bundle has no {GOLDEN_NAME}, so nothing shows that this device computes right."
        )
    _check_files(directory, manifest)
    _check_versions(manifest)
    try:
        find_variant(manifest.variant)
    except VariantError as error:
        raise BundleError("bundle-variant", str(error)) from error
    return manifest


def manifest_bytes(directory: Path) -> bytes:
    """The bytes of a bundle's manifest.

    Raises:
        BundleError: absent, a link, or too large.
    """
    path = directory / MANIFEST_NAME
    if not path.is_file() or path.is_symlink():
        raise BundleError("bundle-absent", f"There is no bundle at {directory}: it holds no {MANIFEST_NAME}.")
    return _bounded(path, _MAX_MANIFEST_BYTES, "bundle-manifest")


def read_signature(directory: Path) -> SignatureRecord | None:
    """A bundle's signature, not yet checked; None where it has none.

    Raises:
        BundleError: code "bundle-signature"; it cannot be read.
    """
    path = directory / SIGNATURE_NAME
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise BundleError("bundle-signature", f"{SIGNATURE_NAME} is not a plain file. Get the bundle anew.")
    if not path.exists():
        return None
    return parse_signature(_bounded(path, _MAX_SIGNATURE_BYTES, "bundle-signature"))


def _bounded(path: Path, most: int, code: str) -> bytes:
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise BundleError(code, f"{path.name} is larger than {most:,} bytes.")
    return content


def _check_unsigned(trust: Trust) -> None:
    if not trust.development:
        raise BundleError(
            "bundle-unsigned",
            "The bundle has no signature. Sign it with pocketk bundle sign, or use it for development only with "
            "--development.",
        )


def _seen_now(record: SignatureRecord, trust: Trust, now: datetime) -> LastSeen:
    """What the device knows of time with this bundle in hand; refuses one that has expired."""
    kept = LastSeen() if trust.memory is None else trust.memory.read()
    seen = kept.at(record, now)
    ended = record.expires is not None and seen.time is not None and seen.time >= record.expires
    if trust.memory is not None:
        trust.memory.keep(seen, at_once=ended)
    if ended and record.expires is not None:
        raise BundleError(
            "bundle-expired",
            f"The signature ended on {time_text(record.expires)}, which is past. Install a bundle with a newer "
            "signature; the device takes it, and stored measurements stay readable.",
        )
    return seen


def _check_not_older(manifest: Manifest, seen: LastSeen, trust: Trust) -> None:
    """A version that a key set which is trusted no longer binds nobody: it may have been set to shut others out."""
    newest = seen.models.get(manifest.model_id)
    if newest is None or newest.key_id not in trust.key_ids:
        return
    if version_tuple(manifest.model_version) < version_tuple(newest.version):
        raise BundleError(
            "bundle-rollback",
            f"{manifest.model_id} {manifest.model_version} is older than {newest.version}, which this device has "
            "run. To go back, have the older network signed as a newer version.",
        )


def _check_files(directory: Path, manifest: Manifest) -> None:
    if strangers := sorted({path.name for path in directory.iterdir()} - set(manifest.files) - UNLISTED_NAMES):
        raise BundleError("bundle-files", f"The bundle holds files that its manifest does not list: {strangers}.")
    for name, digest in manifest.files.items():
        path = directory / name
        if path.is_symlink() or not path.is_file():
            raise BundleError("bundle-files", f"{name} is listed in the manifest but is not a plain file.")
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise BundleError("bundle-files", f"{name} is larger than {_MAX_FILE_BYTES:,} bytes.")
        if sha256_of(path) != digest:
            raise BundleError("bundle-hash", f"{name} is not the file that the manifest was made for.")


def _check_versions(manifest: Manifest) -> None:
    version_tuple(manifest.model_version)
    for what, least, have in (
        ("agent", manifest.minimum_agent, pocketk_agent.version.VERSION),
        ("firmware", manifest.minimum_firmware, pocketk_firmware.VERSION),
    ):
        if version_tuple(have) < version_tuple(least):
            raise BundleError("bundle-version", f"The bundle needs {what} {least} or newer; this is {have}.")
