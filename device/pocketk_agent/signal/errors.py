"""What can be wrong with a signal that is handed in."""


class SignalError(ValueError):
    """A signal cannot be prepared; the message says what was found, what was expected and what to do."""


class RateError(SignalError):
    """The sampling rate is not a usable number of hertz."""


class ShapeError(SignalError):
    """The array is not one of the accepted layouts."""


class UnitsError(SignalError):
    """The values cannot be millivolts."""


class MissingSamplesError(SignalError):
    """Too large a share of the samples is missing (NaN or infinite)."""


class TooShortError(SignalError):
    """There is no usable stretch as long as one clip."""


class VariantError(SignalError):
    """No preprocessing variant of that name, or mains frequency, exists on this floor."""
