"""The one error of training."""


class TrainingError(ValueError):
    """A network cannot be trained; the message says what was wrong, what was expected and what to do."""
