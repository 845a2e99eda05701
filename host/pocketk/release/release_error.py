"""The one error of making a release."""


class ReleaseError(RuntimeError):
    """A release could not be made; the message says which step failed and how to go on."""
