"""Whose bundles a chip accepts: the agent's list of keys (`trusted_keys.json`), read on the chip."""

import hashlib
import json
from binascii import hexlify, unhexlify

from pocketk_firmware.constant import const
from pocketk_firmware.slots.slot_error import SIGNATURE, SIGNER, TRUST, SlotError

KEYS_NAME = "trusted_keys.json"
# The public half of the key whose private half anybody has; accepted in demonstration mode only.
DEMONSTRATION_KEY = b"\x8b\x31\xf2\x7a\x1f\xa5\xc9\xcc\xb3\xd8\xd0\x7d\xc0\x4c\x64\x4e\xfc\x65\xe2\x44\x19\x4c\xde\x4c\x6a\x8a\x79\x29\xf0\xa5\x3e\x85"  # noqa: E501

_SCHEMA = const(1)
_MOST_BYTES = const(2048)
_KEY_CHARACTERS = const(64)
_KEY_ID_CHARACTERS = const(32)


class SignerTrust:
    """What a chip accepts.

    Args:
        keys: raw public keys, 32 bytes each.
        demonstration: accept the demonstration key too.
        verify: called as verify(key, signature, message, tick), True where the signature is the key's; Ed25519 of this
            firmware where not given.
    """

    def __init__(self, keys=(), demonstration=False, verify=None):
        self._keys = [bytes(key) for key in keys]
        self._verify = verify
        self.demonstration = demonstration
        if demonstration:
            self._keys.append(DEMONSTRATION_KEY)

    def check(self, signature, manifest, tick=None) -> None:
        """Check the signature over a manifest's bytes.

        Raises:
            SlotError: "bundle-signer" where its key is not accepted, "bundle-signature" where it is not that key's.
        """
        for key in self._keys:
            if key_id(key) == signature.key_id:
                if self._verifier()(key, signature.signature, signature.message(manifest), tick):
                    return
                raise SlotError(SIGNATURE, "SIGNATURE is not the signature of its key over this manifest")
        if signature.key_id == key_id(DEMONSTRATION_KEY):
            raise SlotError(SIGNER, "signed with the demonstration key, which anybody has")
        raise SlotError(SIGNER, "signed with the key %s, which this device does not trust" % signature.key_id)

    def _verifier(self):
        if self._verify is None:
            from pocketk_firmware.slots.ed25519 import verify  # 6 kB of heap that only an installation needs

            return verify
        return self._verify


def key_id(key):
    """Return the first 16 bytes of the SHA-256 of a raw key, hexadecimal, as the agent names keys."""
    return hexlify(hashlib.sha256(key).digest()).decode()[:_KEY_ID_CHARACTERS]


def installed_trust(store):
    """Return what a device accepts: its list of keys, or demonstration mode where it was given none.

    Raises:
        SlotError: "bundle-trust"; a list is there and cannot be read: a device that was given keys never falls back
            to the demonstration key.
        OSError: the store cannot be read.
    """
    raw = store.read(KEYS_NAME, 0, _MOST_BYTES + 1)
    if raw is None:
        return SignerTrust(demonstration=True)
    try:
        return _parsed(raw)
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise SlotError(TRUST, "%s cannot be used: %s" % (KEYS_NAME, error)) from error


def _parsed(raw):
    if len(raw) > _MOST_BYTES:
        raise ValueError("more than %d bytes" % _MOST_BYTES)
    body = json.loads(raw.decode())
    if set(body) != {"schema_version", "demonstration", "keys"} or body["schema_version"] != _SCHEMA:
        raise ValueError("expected schema_version 1, demonstration and keys")
    if not isinstance(body["demonstration"], bool):
        raise ValueError("demonstration is neither true nor false")
    keys = [_key(entry) for entry in body["keys"]]
    if not keys or len(set(keys)) != len(keys):
        raise ValueError("no key, or one twice")
    if DEMONSTRATION_KEY in keys:
        raise ValueError("the demonstration key is no key to trust")
    return SignerTrust(keys, body["demonstration"])


def _key(entry):
    if set(entry) != {"name", "public_key"} or len(entry["public_key"]) != _KEY_CHARACTERS:
        raise ValueError("expected a name and 32 bytes of public_key")
    return unhexlify(entry["public_key"])
