"""A signer over an Ed25519 key in memory."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pocketk.signing.signer import Signer
from pocketk.signing.signing_error import SigningError
from pocketk_agent.bundle.public_key import PublicKey


class KeySigner(Signer):
    """What the signers of a file and of tests share: the key, once something has fetched it.

    Args:
        name: whose key it is.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._key: Ed25519PrivateKey | None = None

    def _fetched(self) -> Ed25519PrivateKey:
        raise NotImplementedError

    def open(self) -> None:
        """See `Signer`."""
        self._key = self._fetched()

    def public_key(self) -> PublicKey:
        """See `Signer`."""
        return PublicKey(self._name, self._opened().public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """See `Signer`."""
        return self._opened().sign(message)

    def close(self) -> None:
        """See `Signer`."""
        self._key = None

    def _opened(self) -> Ed25519PrivateKey:
        if self._key is None:
            raise SigningError("The key is not open; call open first.")
        return self._key
