"""Contact that holds half a second counts, and so does its loss."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pocketk_agent.measurement.contact import ContactChange, ContactDebounce


def changes_of(lead_off: np.ndarray, cuts: list[int], hold: int = 10) -> list[ContactChange]:
    debounce = ContactDebounce(hold)
    edges = [0, *sorted({c for c in cuts if 0 < c < lead_off.size}), lead_off.size]
    return [change for a, b in itertools.pairwise(edges) for change in debounce.follow(lead_off[a:b], a)]


def test_contact_counts_from_its_first_sample_once_it_has_held():
    assert changes_of(np.arange(50) < 20, []) == [ContactChange(True, 20, 30)]


def test_contact_that_does_not_hold_is_none():
    assert changes_of(np.arange(50) % 10 == 9, []) == []


def test_a_loss_that_does_not_hold_is_none():
    flicker = (np.arange(100) >= 40) & (np.arange(100) < 49)
    assert [change.contact for change in changes_of(flicker, [])] == [True]


def test_missing_samples_are_as_the_last_one_before_them():
    debounce = ContactDebounce(10)
    assert debounce.follow(np.zeros(2, bool), 0) == []
    assert debounce.follow(np.zeros(1, bool), 30) == [ContactChange(True, 0, 30)]


def test_contact_is_certain_with_the_block_that_completes_its_time():
    debounce = ContactDebounce(10)
    assert debounce.follow(np.zeros(9, bool), 5) == []
    assert debounce.follow(np.zeros(1, bool), 14) == [ContactChange(True, 5, 15)]


def test_without_a_time_to_hold_every_sample_counts():
    assert ContactDebounce(0).follow(np.zeros(1, bool), 5) == [ContactChange(True, 5, 6)]


@given(runs=st.lists(st.integers(1, 25), min_size=1, max_size=20), cuts=st.lists(st.integers(1, 300), max_size=20))
def test_changes_take_turns_hold_their_time_and_do_not_depend_on_the_blocks(runs: list[int], cuts: list[int]):
    lead_off = np.concatenate([np.full(n, k % 2 == 0) for k, n in enumerate(runs)])
    changes = changes_of(lead_off, cuts)
    assert changes == changes_of(lead_off, [])
    assert [c.contact for c in changes] == [k % 2 == 0 for k in range(len(changes))]
    for change in changes:
        assert change.at - change.since == 10
        assert (lead_off[change.since : change.at] != change.contact).all()
