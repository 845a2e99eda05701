"""What may be kept as a patient's pseudonym."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketk_agent.measurement.patient_id import LONGEST_PATIENT_ID, checked_patient_id


@given(st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,20}[0-9]", fullmatch=True))
def test_a_pseudonym_is_kept_as_it_is(text: str):
    assert checked_patient_id(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "Ada", "Ada Lovelace", "ada@example.org", "-1", "_1", "P 1", "P-1\n", "../1", "P\u06611", "7" * 33, "é1"],
)
def test_what_is_no_pseudonym_is_refused_with_an_example(text: str):
    with pytest.raises(ValueError, match=r"e\.g\. P-017; never a name"):
        checked_patient_id(text)


def test_the_longest_pseudonym_is_taken():
    assert checked_patient_id("7" * LONGEST_PATIENT_ID) == "7" * LONGEST_PATIENT_ID
