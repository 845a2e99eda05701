"""The pseudonym under which a patient's measurements are put together."""

import re

LONGEST_PATIENT_ID = 32
_PATIENT_ID = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_-]{{0,{LONGEST_PATIENT_ID - 1}}}")


def checked_patient_id(text: str) -> str:
    """The id itself, where it is one.

    Engineering choice: letters, digits, `-` and `_` only, and at least one digit, so that neither a plain name nor an
    address is kept by mistake. Whether it is a pseudonym only the person who gives it knows.

    Raises:
        ValueError: it is not such an id.
    """
    if _PATIENT_ID.fullmatch(text) and any(c.isdigit() for c in text):
        return text
    raise ValueError(
        f"{text!r} is no patient id: give a pseudonym of at most {LONGEST_PATIENT_ID} letters, digits, - and _ with "
        "at least one digit, e.g. P-017; never a name or a date of birth."
    )
