"""The one error of the command `pocketk simulate`."""


class SimulationError(ValueError):
    """What was asked for cannot be simulated; the message says what was wrong, what was expected and what to do."""
