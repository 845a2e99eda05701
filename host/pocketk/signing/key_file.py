"""Making a key that devices will trust: a locked private file and a public one beside it."""

import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from pocketk.signing.signing_error import SigningError
from pocketk.signing.whole_file import write_whole
from pocketk_agent.bundle.public_key import PublicKey
from pocketk_agent.bundle.trust import read_key

# PKCS#8 encryption in cryptography stretches a passphrase little, so that it has to be long by itself.
SHORTEST_PASSPHRASE = 12
PUBLIC_SUFFIX = ".pub.json"
_MAX_BYTES = 20_000


def public_path(private: Path) -> Path:
    """Where the public half of a private key's file lies."""
    return private.with_name(private.name + PUBLIC_SUFFIX)


def create_key(private: Path, name: str, passphrase: bytes) -> PublicKey:
    """Draw a key and write both halves; the private one can be read by its owner only.

    Args:
        private: file of the private half; may not exist, nor lie in a git repository.
        name: whose key it is; devices show it.
        passphrase: that locks the private half.

    Raises:
        SigningError: what was asked for would be unsafe, or it cannot be written; nothing is left then.
    """
    _check_place(private)
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise SigningError(f"The passphrase is shorter than {SHORTEST_PASSPHRASE} bytes; take several words.")
    key = Ed25519PrivateKey.generate()
    public = _named(name, key.public_key().public_bytes_raw())
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase))
    try:
        write_whole(private, locked, mode=0o600)
        try:
            write_whole(public_path(private), public_json(public).encode())
        except BaseException:
            private.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SigningError(f"{private} cannot be written: {error.strerror}.") from error
    return public


def _named(name: str, raw: bytes) -> PublicKey:
    try:
        return read_key({"name": name, "public_key": raw.hex()})
    except ValueError as error:
        raise SigningError(f"No such key can be made: {error}.") from error


def _check_place(private: Path) -> None:
    for path in (private, public_path(private)):
        if path.exists() or path.is_symlink():
            raise SigningError(f"{path} is there already; a key is never overwritten. Choose another name.")
    folder = private.resolve().parent
    if not folder.is_dir():
        raise SigningError(f"There is no folder {folder}; make it first, readable by its owner only.")
    for above in (folder, *folder.parents):
        if (above / ".git").exists():
            raise SigningError(
                f"{folder} lies in the git repository {above}; a private key never lives in a repository. Choose a "
                "folder outside, best on a medium that is locked away."
            )


def public_json(key: PublicKey) -> str:
    """The public file's text."""
    return json.dumps({"name": key.name, "public_key": key.raw.hex()}, indent=2, ensure_ascii=False) + "\n"


def read_public(path: Path) -> PublicKey:
    """Read a public file.

    Raises:
        SigningError: absent or not one.
    """
    try:
        with path.open("rb") as file:
            return read_key(json.loads(file.read(_MAX_BYTES)))
    except OSError as error:
        raise SigningError(f"The public key {path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise SigningError(
            f"{path} is not a public key as pocketk key create writes it beside the private one: {error}."
        ) from error
