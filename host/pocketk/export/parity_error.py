"""Why an export was refused."""


class ParityError(RuntimeError):
    """An exported file does not reproduce its network; the message gives the error and its limit."""
