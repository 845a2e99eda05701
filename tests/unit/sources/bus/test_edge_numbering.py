"""Every edge gets the number of its sample, whatever was lost, by whom, and however far the oscillator is off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketk_agent.sources.bus.edge_numbering import EdgeNumbering

PERIOD_NS = 2_000_000


def number(edges, period_ns: float = PERIOD_NS) -> tuple[list[int | None], EdgeNumbering]:
    numbering = EdgeNumbering(period_ns)
    return [numbering.number(at_ns, seqno) for at_ns, seqno in edges], numbering


@given(
    st.lists(st.sampled_from(["seen", "dropped", "missed"]), min_size=1, max_size=80),
    st.integers(-200, 200),
    st.lists(st.integers(0, 100_000), min_size=81, max_size=81),
)
def test_lost_edges_are_told_apart_and_none_shifts_the_others(fates, ppm: int, jitter_ns: list[int]) -> None:
    """A dropped edge has a number that nobody sees; a missed one has none."""
    edges, expected, seqno = [(10**12, 1)], [0], 1
    for k, fate in enumerate([*fates, "seen"], start=1):
        seqno += fate != "missed"
        if fate == "seen":
            edges.append((10**12 + round(k * PERIOD_NS / (1 + ppm / 1e6)) + jitter_ns[k - 1], seqno))
            expected.append(k)
    found, numbering = number(edges)
    assert found == expected
    assert numbering.dropped == fates.count("dropped")
    assert numbering.missed == fates.count("missed")
    assert numbering.spurious == 0


def test_five_lost_seconds_keep_their_length_with_the_measured_period() -> None:
    """200 millionths of 2500 periods are half a period: only the measured one tells them apart."""
    true_ns = PERIOD_NS * (1 - 200e-6)
    found, numbering = number([(0, 1), (round(2501 * true_ns), 2502)], true_ns)
    assert found == [0, 2501]
    assert (numbering.dropped, numbering.missed) == (2500, 0)


def test_an_edge_too_soon_is_none_of_the_converters() -> None:
    found, numbering = number([(0, 1), (100_000, 2), (PERIOD_NS, 3), (2 * PERIOD_NS, 4)])
    assert found == [0, None, 1, 2]
    assert numbering.spurious == 1
    assert numbering.missed == 0


def test_beginning_again_begins_at_zero_and_keeps_the_counters() -> None:
    _, numbering = number([(0, 1), (3 * PERIOD_NS, 2)])
    numbering.begin(PERIOD_NS)
    assert numbering.number(10**15, 77) == 0
    assert numbering.missed == 2


@pytest.mark.parametrize("late_ns", [0, 300_000, 900_000])
def test_a_late_stamp_is_still_its_own_edge(late_ns: int) -> None:
    found, _ = number([(0, 1), (PERIOD_NS + late_ns, 2), (2 * PERIOD_NS, 3)])
    assert found[1] == 1
