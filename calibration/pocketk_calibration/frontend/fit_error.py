"""Why a quantity of a front end cannot be found."""


class FrontEndFitError(Exception):
    """A recording does not hold what it should; the message says what is wrong and what to look at."""
