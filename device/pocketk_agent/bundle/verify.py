"""The only place that decides whether a bundle may be used."""

import hashlib
from pathlib import Path

import pocketk_agent.version
import pocketk_firmware
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.manifest import MANIFEST_NAME, Manifest, parse_manifest
from pocketk_agent.signal.errors import VariantError
from pocketk_agent.signal.variant import find_variant

# Limits against files that are not what they claim: the published network in fp32 is 123 MB.
_MAX_MANIFEST_BYTES = 1_000_000
_MAX_FILE_BYTES = 500_000_000


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def version_tuple(version: str) -> tuple[int, ...]:
    """A dotted version as numbers, for comparison.

    Raises:
        BundleError: not digits between dots.
    """
    try:
        return tuple(int(part) for part in version.split("."))
    except ValueError as error:
        raise BundleError("bundle-manifest", f"Version {version!r} is not digits between dots.") from error


def verify(directory: Path) -> Manifest:
    """Check a bundle directory and return its manifest.

    Every listed file must be there, a plain file, with the hash that the manifest gives; nothing else may be
    there; agent and firmware must be new enough; the preprocessing must exist here. Signatures come with the
    signed bundle: until then every bundle is a development bundle.

    Raises:
        BundleError: the first fault found.
    """
    manifest = parse_manifest(_manifest_bytes(directory))
    _check_files(directory, manifest)
    _check_versions(manifest)
    try:
        find_variant(manifest.variant)
    except VariantError as error:
        raise BundleError("bundle-variant", str(error)) from error
    return manifest


def _manifest_bytes(directory: Path) -> bytes:
    path = directory / MANIFEST_NAME
    if not path.is_file():
        raise BundleError("bundle-absent", f"There is no bundle at {directory}: it holds no {MANIFEST_NAME}.")
    if path.stat().st_size > _MAX_MANIFEST_BYTES:
        raise BundleError("bundle-manifest", f"{MANIFEST_NAME} is larger than {_MAX_MANIFEST_BYTES} bytes.")
    return path.read_bytes()


def _check_files(directory: Path, manifest: Manifest) -> None:
    present = {p.name for p in directory.iterdir()} - {MANIFEST_NAME}
    if strangers := sorted(present - set(manifest.files)):
        raise BundleError("bundle-files", f"The bundle holds files that its manifest does not list: {strangers}.")
    for name, digest in manifest.files.items():
        path = directory / name
        if path.is_symlink() or not path.is_file():
            raise BundleError("bundle-files", f"{name} is listed in the manifest but is not a plain file.")
        if path.stat().st_size > _MAX_FILE_BYTES or sha256_of(path) != digest:
            raise BundleError("bundle-hash", f"{name} is not the file that the manifest was made for.")


def _check_versions(manifest: Manifest) -> None:
    for what, least, have in (
        ("agent", manifest.minimum_agent, pocketk_agent.version.VERSION),
        ("firmware", manifest.minimum_firmware, pocketk_firmware.VERSION),
    ):
        if version_tuple(have) < version_tuple(least):
            raise BundleError("bundle-version", f"The bundle needs {what} {least} or newer; this is {have}.")
