"""The one error of the cohorts."""


class CohortError(ValueError):
    """A cohort cannot be built, written or read; the message says what was wrong, what was expected and what to do."""
