"""What a user of the calibration can mend."""


class CalibrationError(Exception):
    """The calibration cannot be made or read as asked; the message says why and what to do."""
