"""A signer that repeats signatures made elsewhere: by a token in a safe, or in an earlier run."""

import hashlib
from collections.abc import Mapping

from pocketk.signing.signer import Signer
from pocketk.signing.signing_error import SigningError
from pocketk_agent.bundle.public_key import PublicKey


class ReplaySigner(Signer):
    """Has signatures and no key.

    Args:
        key: public half of the key that made them.
        signatures: by the SHA-256 of their message, hexadecimal.
    """

    def __init__(self, key: PublicKey, signatures: Mapping[str, bytes]) -> None:
        self._key = key
        self._signatures = dict(signatures)
        self._open = False

    def open(self) -> None:
        """See `Signer`."""
        self._open = True

    def public_key(self) -> PublicKey:
        """See `Signer`."""
        self._check_open()
        return self._key

    def sign(self, message: bytes) -> bytes:
        """See `Signer`; a signature that does not fit the message is refused rather than repeated."""
        self._check_open()
        signature = self._signatures.get(hashlib.sha256(message).hexdigest())
        if signature is None or not self._key.accepts(signature, message):
            raise SigningError("No signature over this message was recorded; record it with the key itself.")
        return signature

    def close(self) -> None:
        """See `Signer`."""
        self._open = False

    def _check_open(self) -> None:
        if not self._open:
            raise SigningError("The key is not open; call open first.")
