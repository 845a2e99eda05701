"""What a user of the evaluation can mend."""


class EvaluationError(Exception):
    """The evaluation cannot be done as asked; the message says why and what to do."""
