"""The seam behind which a private key lies."""

from abc import ABC, abstractmethod

from pocketk_agent.bundle.public_key import PublicKey


class Signer(ABC):
    """Signs with Ed25519 (RFC 8032) and never shows its private key.

    The seam is narrow enough for a key that cannot leave its token: with PKCS#11 (version 3.0, mechanism CKM_EDDSA
    without parameters) `open` is C_Login, `public_key` reads CKA_EC_POINT, `sign` is C_SignInit and C_Sign over the
    whole message, and `close` is C_Logout. No such token was at hand, so that signer is not written.
    """

    @abstractmethod
    def open(self) -> None:
        """Make the key ready.

        Raises:
            SigningError: it is absent, damaged, locked, or of another kind.
        """

    @abstractmethod
    def public_key(self) -> PublicKey:
        """The public half, with the name that devices will show.

        Raises:
            SigningError: not open.
        """

    @abstractmethod
    def sign(self, message: bytes) -> bytes:
        """64 bytes of signature over a message.

        Raises:
            SigningError: not open, or the key cannot sign this.
        """

    @abstractmethod
    def close(self) -> None:
        """Forget the private key; may be called at any time, and twice."""
