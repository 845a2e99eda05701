"""Nobody is in two splits, whatever the cohort."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurement_plugin import Measure
from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.split import AT_OTHER_SITE, BEFORE_CUT, SplitRule, split_patients

START = datetime(2024, 1, 1)
CUT = START + timedelta(days=50)


def _frame(rows: list[tuple[str, int | None, str]]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "record_id": [f"r{place}" for place in range(len(rows))],
            "patient_id": [row[0] for row in rows],
            "ecg_time": [None if row[1] is None else START + timedelta(days=row[1]) for row in rows],
            "site": [row[2] for row in rows],
        },
        schema={"record_id": pl.String, "patient_id": pl.String, "ecg_time": pl.Datetime("us"), "site": pl.String},
    )


ROWS = st.lists(
    st.tuples(
        st.integers(0, 12).map(lambda n: f"p{n}"), st.none() | st.integers(0, 99), st.sampled_from(["a", "b", "c"])
    ),
    min_size=1,
    max_size=60,
)


def test_no_patient_is_in_two_splits(measure: Measure) -> None:
    seen = {"patients": 0, "shared": 0}

    @settings(max_examples=200, deadline=None, database=None)
    @given(rows=ROWS, seed=st.integers(0, 2**32), share=st.floats(0, 1), temporal=st.booleans(), external=st.booleans())
    def split(rows: list[tuple[str, int | None, str]], seed: int, share: float, temporal: bool, external: bool) -> None:
        frame = _frame(rows)
        sites = frozenset({rows[0][2]}) if external else frozenset()
        result = split_patients(frame, SplitRule(seed, share, CUT if temporal else None, sites))
        splits = result.frame.group_by("patient_id").agg(pl.col("split").n_unique())
        seen["patients"] += len(splits)
        seen["shared"] += int((splits["split"] > 1).sum())
        assert len(result.frame) + len(result.excluded) == len(rows)
        assert result.excluded["reason"].is_in([AT_OTHER_SITE, BEFORE_CUT]).all()
        for row in result.frame.iter_rows(named=True):
            assert (row["split"] == "external_test") == (row["site"] in sites)
            late = temporal and row["ecg_time"] is not None and row["ecg_time"] >= CUT
            assert (row["split"] == "temporal_test") == (late and row["site"] not in sites)

    split()
    measure("COHORT-PATIENTS", seen["shared"], n=seen["patients"])


def test_a_patient_keeps_the_split_when_the_cohort_grows() -> None:
    small = _frame([(f"p{n}", 0, "a") for n in range(50)])
    large = _frame([(f"p{n}", 0, "a") for n in range(500)])
    rule = SplitRule(seed=5, internal_share=0.3)
    before, after = split_patients(small, rule).frame, split_patients(large, rule).frame
    assert before["split"].to_list() == after["split"][:50].to_list()
    assert 0.24 < (after["split"] == "internal_test").mean() < 0.36  # type: ignore[operator]


def test_recordings_before_the_cut_and_at_other_sites_are_counted_by_reason() -> None:
    frame = _frame([("p1", 10, "a"), ("p1", 60, "a"), ("p2", 10, "a"), ("p2", 10, "b"), ("p3", 10, "a")])
    result = split_patients(frame, SplitRule(0, 0.0, CUT, frozenset({"b"})))
    assert dict(zip(result.frame["record_id"], result.frame["split"], strict=True)) == {
        "r1": "temporal_test",
        "r3": "external_test",
        "r4": "development",
    }
    assert dict(zip(result.excluded["record_id"], result.excluded["reason"], strict=True)) == {
        "r0": BEFORE_CUT,
        "r2": AT_OTHER_SITE,
    }


def test_an_external_site_that_nobody_comes_from_is_a_fault() -> None:
    with pytest.raises(CohortError, match="elsewhere"):
        split_patients(_frame([("p", 0, "a")]), SplitRule(external_sites=frozenset({"elsewhere"})))


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(CohortError, match="share"):
        SplitRule(internal_share=share)


def test_a_temporal_date_with_a_zone_is_refused() -> None:
    with pytest.raises(CohortError, match="time zone"):
        SplitRule(temporal_after=CUT.replace(tzinfo=UTC))


def test_unknown_patients_are_development_unless_their_site_is_external() -> None:
    frame = _frame([("u1", 60, "a"), ("u2", 10, "a"), ("u3", 0, "b"), ("k", 60, "a")])
    rule = SplitRule(0, 1.0, CUT, frozenset({"b"}))
    result = split_patients(frame, rule, frozenset({"u1", "u2", "u3"}))
    assert result.frame["split"].to_list() == ["development", "development", "external_test", "temporal_test"]
    assert result.excluded.is_empty()
