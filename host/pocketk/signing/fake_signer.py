"""A signer for tests: a real key from a seed that anybody can choose."""

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pocketk.signing.key_signer import KeySigner


class FakeSigner(KeySigner):
    """Signs with a key that follows from its name."""

    def _fetched(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"fake {self._name}".encode()).digest())
