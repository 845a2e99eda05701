"""Public keys of Ed25519 (RFC 8032), and the one place of the agent that checks a signature."""

import hashlib
from dataclasses import dataclass

from pocketk_agent.bundle.errors import BundleError

KEY_BYTES, SIGNATURE_BYTES = 32, 64


@dataclass(frozen=True)
class PublicKey:
    """A key that a device may trust.

    Attributes:
        name: whose it is, in words; shown on every surface that shows a result.
        raw: 32 bytes as RFC 8032 encodes a public key.
    """

    name: str
    raw: bytes

    @property
    def key_id(self) -> str:
        """First 16 bytes of the SHA-256 of the raw key, hexadecimal: no two keys will share it by chance."""
        return hashlib.sha256(self.raw).hexdigest()[:32]

    def accepts(self, signature: bytes, message: bytes) -> bool:
        """Whether the signature is this key's over the message.

        Raises:
            BundleError: code "bundle-trust"; the package that checks signatures is missing.
        """
        # Loaded here: 10 ms of processor time and 7 MB that an import of the agent need not cost.
        try:
            from cryptography.exceptions import InvalidSignature
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        except ImportError as error:
            raise BundleError(
                "bundle-trust",
                "No signature can be checked: the package cryptography is missing or damaged. Install it anew: "
                "pip install --force-reinstall cryptography",
            ) from error
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):  # ValueError: the raw bytes are no key
            return False
        return True
