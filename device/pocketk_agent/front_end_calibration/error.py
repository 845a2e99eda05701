"""What can be wrong with a calibration of a front end."""


class FrontEndCalibrationError(Exception):
    """A calibration is damaged, forged, or of another device; the message says what to do.

    Attributes:
        code: short stable name for the outcome DEVICE_ERROR(code).
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def invalid_calibration(what: str) -> FrontEndCalibrationError:
    """What is wrong with a calibration, as the error that says so."""
    return FrontEndCalibrationError(
        "calibration-invalid",
        f"The front-end calibration {what}. It was damaged or changed; install it anew from whoever signed it.",
    )
