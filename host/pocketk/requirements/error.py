"""The one error of the requirements register."""


class RequirementsError(ValueError):
    """The catalogue, the ledger or a measurement is not what the register expects.

    The message says what was wrong, what was expected and what to do.
    """
