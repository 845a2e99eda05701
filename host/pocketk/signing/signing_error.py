"""What can be wrong with a key or a wish to sign."""


class SigningError(Exception):
    """A key cannot be made or used, or a bundle not be signed; the message says what to do."""
