"""Whose bundles a device accepts.

A device that nobody gave keys is in demonstration mode: it accepts the demonstration key, and says so on every surface.
Keys are given as a folder that holds `trusted_keys.json`; the folder also keeps what the device has seen and chosen.
"""

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pocketk_agent.bundle.demonstration_key import DEMONSTRATION_KEY
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.last_seen import LastSeenFile
from pocketk_agent.bundle.model_choice import CHOICES_NAME, ModelChoices
from pocketk_agent.bundle.public_key import KEY_BYTES, PublicKey
from pocketk_agent.bundle.signature import SIGNATURE_NAME, SignatureRecord
from pocketk_agent.bundle.standing import Standing, StandingKind

TRUST_FOLDER = Path("/var/lib/pocketk/trust")
TRUST_VARIABLE = "POCKETK_TRUST"
STATE_VARIABLE = "POCKETK_STATE"
KEYS_NAME, MEMORY_NAME = "trusted_keys.json", "last_seen.json"
_SCHEMA = 1
_MAX_BYTES = 100_000
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Trust:
    """What a device accepts.

    Attributes:
        keys: of signers.
        demonstration: also the demonstration key.
        development: also bundles without a signature; a signature that is there must be right all the same.
        memory: where the device keeps what it has seen, None for a machine that keeps nothing.
        choices: where it keeps which model of a bundle it runs, None where the bundle's order decides.
    """

    keys: tuple[PublicKey, ...] = ()
    demonstration: bool = False
    development: bool = False
    memory: LastSeenFile | None = None
    choices: ModelChoices | None = None

    @property
    def key_ids(self) -> frozenset[str]:
        """Of every key that is accepted."""
        shown = (DEMONSTRATION_KEY,) if self.demonstration else ()
        return frozenset(key.key_id for key in (*self.keys, *shown))

    def standing_of(self, record: SignatureRecord, manifest: bytes) -> Standing:
        """Who signed.

        Raises:
            BundleError: code "bundle-signer" where the key is not trusted, "bundle-signature" where the signature is
                not that key's over this manifest.
        """
        key, kind = self._key(record.key_id)
        if not key.accepts(record.signature, record.message(manifest)):
            raise BundleError(
                "bundle-signature",
                f"{SIGNATURE_NAME} is not the signature of {key.name!r} over this manifest: the manifest or the "
                "signature was changed. Get the bundle anew from its maker.",
            )
        return Standing(kind, key.name, key.key_id)

    def find_key(self, key_id: str) -> tuple[PublicKey, StandingKind] | None:
        """The accepted key of this id and how far it is known, None where it is not accepted."""
        for key in self.keys:
            if key.key_id == key_id:
                return key, StandingKind.TRUSTED
        if self.demonstration and key_id == DEMONSTRATION_KEY.key_id:
            return DEMONSTRATION_KEY, StandingKind.DEMONSTRATION
        return None

    def _key(self, key_id: str) -> tuple[PublicKey, StandingKind]:
        if found := self.find_key(key_id):
            return found
        if key_id == DEMONSTRATION_KEY.key_id:
            raise BundleError(
                "bundle-signer",
                "The bundle is signed with the demonstration key, which anybody has; this device is not in "
                f"demonstration mode. Install a bundle signed by {self._names()}.",
            )
        raise BundleError(
            "bundle-signer",
            f"The bundle is signed with the key {key_id}, which this device does not trust; it trusts "
            f"{self._names()}. Install a bundle of a trusted signer, or add the key with pocketk key trust.",
        )

    def _names(self) -> str:
        named = [repr(key.name) for key in self.keys]
        return ", ".join([*named, *(["the demonstration key"] if self.demonstration else [])]) or "no key"


# What the workstation takes, where unsigned bundles are made: nothing but the demonstration key is known to it.
DEVELOPMENT = Trust(demonstration=True, development=True)


def installed_trust(folder: Path | None = None, *, development: bool = False, remembers: bool = True) -> Trust:
    """What this machine accepts.

    Args:
        folder: with the keys; where not given, the one that the environment variable POCKETK_TRUST names, else
            /var/lib/pocketk/trust where that is there, else demonstration mode.
        development: accept unsigned bundles too.
        remembers: keep what was seen, as a device must; a workstation looks at a device's memory and leaves it alone.

    Raises:
        BundleError: code "bundle-trust"; a folder was named or is there, and its keys cannot be read. A device that
            was given keys must not fall back to the demonstration key.
    """
    named = os.environ.get(TRUST_VARIABLE)
    if folder is None and named:
        folder = Path(named)
    if folder is None and os.path.lexists(TRUST_FOLDER):
        folder = TRUST_FOLDER
    if folder is None:
        return Trust(demonstration=True, development=development, choices=_choices_without_keys())
    return replace(read_trust(folder, remembers=remembers), development=development)


def _choices_without_keys() -> ModelChoices | None:
    """Of a device without a folder of keys: in the one that POCKETK_STATE names, else where a user's state goes.

    That is $XDG_STATE_HOME, else ~/.local/state (XDG Base Directory Specification 0.8).
    """
    named = os.environ.get(STATE_VARIABLE)
    if named:
        return ModelChoices(Path(named) / CHOICES_NAME)
    try:
        state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    except RuntimeError:  # a user without a home
        return None
    return ModelChoices(state / "pocketk" / CHOICES_NAME)


def read_trust(folder: Path, *, remembers: bool = True) -> Trust:
    """The keys of a folder, and its memory, which is written only where the machine `remembers`.

    Raises:
        BundleError: code "bundle-trust"; absent or damaged.
    """
    path = folder / KEYS_NAME
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ValueError("too large")
        keys, demonstration = parse_keys(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(
            "bundle-trust",
            f"{path}, the list of keys that this device trusts, cannot be used: {error}. Write it with "
            "pocketk key trust.",
        ) from error
    memory = LastSeenFile(folder / MEMORY_NAME, writes=remembers)
    return Trust(keys, demonstration, memory=memory, choices=ModelChoices(folder / CHOICES_NAME))


def keys_json(keys: tuple[PublicKey, ...], demonstration: bool = False) -> str:
    """A list of trusted keys as text."""
    listed = [{"name": key.name, "public_key": key.raw.hex()} for key in keys]
    body = {"schema_version": _SCHEMA, "demonstration": demonstration, "keys": listed}
    return json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def parse_keys(text: str) -> tuple[tuple[PublicKey, ...], bool]:
    """Read a list of trusted keys, and whether it allows demonstration mode.

    Raises:
        ValueError: anything but what `keys_json` writes, a key twice, the demonstration key among them, or no key.
    """
    try:
        body = json.loads(text)
        if set(body) != {"schema_version", "demonstration", "keys"} or body["schema_version"] != _SCHEMA:
            raise ValueError(f"expected the fields schema_version {_SCHEMA}, demonstration and keys")
        demonstration = body["demonstration"]
        keys = tuple(read_key(entry) for entry in body["keys"])
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a list of keys ({error})") from error
    if not isinstance(demonstration, bool):
        raise ValueError("demonstration is neither true nor false")
    if not keys:
        raise ValueError("it lists no key")
    if len({key.raw for key in keys}) != len(keys) or len({key.name for key in keys}) != len(keys):
        raise ValueError("it lists a key or a name twice")
    return keys, demonstration


def read_key(entry: Any) -> PublicKey:
    """One public key of a list, or of a .pub.json file.

    Raises:
        ValueError: not a name of 1 to 60 printable characters with 32 bytes in hexadecimal, or the demonstration key.
    """
    if not isinstance(entry, dict) or set(entry) != {"name", "public_key"}:
        raise ValueError("expected a name and a public_key")
    name, text = entry["name"], entry["public_key"]
    if not isinstance(name, str) or not name.isprintable() or not 0 < len(name.strip()) <= len(name) <= _LONGEST_NAME:
        raise ValueError(f"the name {name!r} is not 1 to {_LONGEST_NAME} printable characters")
    if not isinstance(text, str) or len(text) != 2 * KEY_BYTES:
        raise ValueError(f"the public key of {name!r} is not {KEY_BYTES} bytes in hexadecimal")
    key = PublicKey(name, bytes.fromhex(text))
    if key.raw == DEMONSTRATION_KEY.raw:
        raise ValueError("the demonstration key, which anybody has, is no key to trust")
    return key
