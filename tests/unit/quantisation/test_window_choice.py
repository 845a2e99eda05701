"""The windows that ranges are chosen on: even over the strata, the same for the same seed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocketk_calibration.quantisation.window_choice import WindowFacts, choose_windows, even_shares


def facts(n: int, seed: int = 0) -> WindowFacts:
    """Mostly ordinary windows, a few rare ones."""
    rng = np.random.default_rng(seed)
    rate, quality, k = rng.normal(75, 8, n), rng.uniform(0.96, 1.0, n), rng.normal(4.3, 0.3, n)
    rate[:6], k[6:11], quality[11:15], rate[15:18] = 140.0, 7.0, 0.2, np.nan
    return WindowFacts.of(["synthetic" if i % 10 else "real" for i in range(n)], rate, quality, k)


def test_rare_strata_are_taken_whole_and_the_others_evenly() -> None:
    choice = choose_windows(facts(2000), 120, np.random.default_rng(1))
    share = max(each.taken for each in choice.strata)
    assert sum(each.taken for each in choice.strata) == len(choice.rows) == 120
    assert all(each.taken in (each.available, share, share - 1) for each in choice.strata)
    assert {1, 2, 3, 6, 7, 8} <= set(choice.rows.tolist())


def test_the_counts_are_those_of_the_rows() -> None:
    given_facts = facts(500)
    choice = choose_windows(given_facts, 60, np.random.default_rng(3))
    names = np.asarray(given_facts.strata())
    for each in choice.strata:
        assert each.available == (names == each.name).sum()
        assert each.taken == (names[choice.rows] == each.name).sum()


def test_the_same_generator_chooses_the_same_windows() -> None:
    first, again, other = (choose_windows(facts(800), 50, np.random.default_rng(s)).rows for s in (5, 5, 6))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


def test_what_is_not_known_is_a_stratum_of_its_own() -> None:
    names = WindowFacts.of(["a", "a"], [None, 70.0], [0.9, 1.0], [6.5, None]).strata()
    assert names == (
        "source a; rate unknown; quality 0.7 to 0.95; potassium from 6.5",
        "source a; rate 60 to 100; quality from 0.95; potassium unknown",
    )


def test_fewer_windows_than_asked_for_are_all_taken() -> None:
    assert choose_windows(facts(30), 100, np.random.default_rng(0)).rows.tolist() == list(range(30))


@pytest.mark.parametrize("source", [["a"], ["a", "b", "c"]])
def test_facts_of_another_length_are_refused(source: list[str]) -> None:
    with pytest.raises(ValueError, match="one each a window"):
        WindowFacts.of(source, [70.0, 80.0], [1.0, 1.0], [4.0, 5.0])


def test_no_windows_are_refused() -> None:
    with pytest.raises(ValueError, match="no windows"):
        WindowFacts.of([], [], [], [])
    with pytest.raises(ValueError, match="at least 1"):
        choose_windows(facts(20), 0, np.random.default_rng(0))


@given(st.lists(st.integers(1, 50), min_size=1, max_size=12), st.integers(1, 300), st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_shares_add_up_exceed_nothing_and_differ_by_one_where_nothing_is_short(
    available: list[int], n: int, seed: int
) -> None:
    have = np.asarray(available)
    taken = even_shares(have, n, np.random.default_rng(seed))
    assert taken.sum() == min(n, have.sum())
    assert (taken <= have).all()
    if (taken < have).any():
        assert taken[taken < have].min() >= taken.max() - 1
