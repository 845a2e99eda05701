"""A signer over a key file (PKCS#8, PEM)."""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from pocketk.signing.key_signer import KeySigner
from pocketk.signing.signing_error import SigningError
from pocketk_agent.bundle.demonstration_key import DEMONSTRATION_KEY

DEMONSTRATION_FILE = Path(__file__).with_name("demonstration_key_public_on_purpose.pem")
_MAX_BYTES = 20_000


class FileSigner(KeySigner):
    """Reads the key when it is opened.

    Args:
        path: of the private key.
        name: whose key it is.
        passphrase: that locks the file; None only for a file without one.
    """

    def __init__(self, path: Path, name: str, passphrase: bytes | None) -> None:
        super().__init__(name)
        self._path = path
        self._passphrase = passphrase

    def _fetched(self) -> Ed25519PrivateKey:
        try:
            with self._path.open("rb") as file:
                key = load_pem_private_key(file.read(_MAX_BYTES), self._passphrase)
        except OSError as error:
            raise SigningError(f"The key {self._path} cannot be read: {error.strerror}.") from error
        except TypeError as error:  # what cryptography raises for a passphrase too many or too few
            raise SigningError(f"The key {self._path} cannot be opened: {error}.") from error
        except (ValueError, UnsupportedAlgorithm) as error:
            raise SigningError(
                f"The key {self._path} cannot be opened: the passphrase is wrong, or it is no private key."
            ) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise SigningError(f"{self._path} is a key of another kind; bundles are signed with Ed25519.")
        return key


def demonstration_signer() -> FileSigner:
    """The signer of the demonstration key, which anybody has."""
    return FileSigner(DEMONSTRATION_FILE, DEMONSTRATION_KEY.name, None)
