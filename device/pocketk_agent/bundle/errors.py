"""What can be wrong with a bundle."""


class BundleError(Exception):
    """A bundle is absent, damaged or not for this device; the message says what to do.

    Attributes:
        code: short stable name for the outcome DEVICE_ERROR(code).
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
