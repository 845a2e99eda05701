"""Each recording gets the nearest valid potassium of its patient inside the window."""

from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurement_plugin import Measure
from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.mimic_builder import read_record_list
from pocketk.cohort.pairing import PairingRule, pair_nearest
from pocketk.cohort.potassium_table import read_potassium

NOON = datetime(2180, 5, 1, 12, 0)
# Written apart from the package's query: every combination, then the first by distance, time and row.
INDEPENDENT = """
select e.record_id, v.lab_row
from recordings e left join values_ v
    on v.patient_id = e.patient_id and (keep_haemolysed or not v.haemolysed)
    and v.lab_time between e.ecg_time - to_seconds(before_s) and e.ecg_time + to_seconds(after_s)
qualify row_number() over (
    partition by e.record_id order by abs(epoch_us(v.lab_time) - epoch_us(e.ecg_time)), v.lab_time, v.lab_row) = 1
order by e.record_id
"""


def _minutes(places: list[int]) -> list[datetime]:
    return [NOON + timedelta(minutes=place) for place in places]


def _recordings(places: list[int], patients: list[str]) -> pl.DataFrame:
    ids = [f"r{place:03d}" for place in range(len(places))]
    kinds = {"record_id": pl.String, "patient_id": pl.String, "ecg_time": pl.Datetime("us")}
    return pl.DataFrame({"record_id": ids, "patient_id": patients, "ecg_time": _minutes(places)}, schema=kinds)


def _values(rows: list[tuple[str, int, float, bool]]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "patient_id": [row[0] for row in rows],
            "lab_time": _minutes([row[1] for row in rows]),
            "k_lab_mmol_l": [row[2] for row in rows],
            "haemolysed": [row[3] for row in rows],
            "lab_row": list(range(1, len(rows) + 1)),
        },
        schema={
            "patient_id": pl.String,
            "lab_time": pl.Datetime("us"),
            "k_lab_mmol_l": pl.Float64,
            "haemolysed": pl.Boolean,
            "lab_row": pl.Int64,
        },
    )


def _independent(recordings: pl.DataFrame, values: pl.DataFrame, rule: PairingRule) -> list[int | None]:
    query = INDEPENDENT.replace("before_s", str(rule.minutes_before * 60)).replace(
        "after_s", str(rule.minutes_after * 60)
    )
    query = query.replace("keep_haemolysed", str(rule.haemolysis == "flag").lower())
    with duckdb.connect() as database:
        database.register("recordings", recordings.to_arrow())
        database.register("values_", values.to_arrow())
        return [row[1] for row in database.execute(query).fetchall()]


PEOPLE = st.sampled_from(["p1", "p2", "p3"])


@settings(max_examples=60, deadline=None)
@given(
    ecgs=st.lists(st.tuples(PEOPLE, st.integers(-60, 60)), min_size=1, max_size=12),
    labs=st.lists(
        st.tuples(PEOPLE, st.integers(-60, 60), st.sampled_from([3.0, 4.0, 6.0]), st.booleans()), max_size=25
    ),
    before=st.integers(0, 40),
    after=st.integers(0, 40),
    flag=st.booleans(),
)
def test_pairs_equal_an_independent_query(
    ecgs: list[tuple[str, int]], labs: list[tuple[str, int, float, bool]], before: int, after: int, flag: bool
) -> None:
    recordings = _recordings([at for _, at in ecgs], [patient for patient, _ in ecgs])
    values, rule = _values(labs), PairingRule(before, after, "flag" if flag else "exclude")
    assert pair_nearest(recordings, values, rule).frame["lab_row"].to_list() == _independent(recordings, values, rule)


def test_at_the_same_distance_the_earlier_value_wins_and_is_counted() -> None:
    pairing = pair_nearest(
        _recordings([0], ["p"]), _values([("p", 5, 5.0, False), ("p", -5, 4.0, False)]), PairingRule()
    )
    assert pairing.frame["k_lab_mmol_l"].to_list() == [4.0]
    assert pairing.counts.ties == 1


def test_at_the_same_time_the_first_row_wins_and_the_others_are_counted() -> None:
    labs = [("p", 1, 5.0, False), ("p", 1, 4.0, False), ("p", 1, 5.0, False)]
    pairing = pair_nearest(_recordings([0], ["p"]), _values(labs), PairingRule())
    assert pairing.frame["k_lab_mmol_l"].to_list() == [5.0]
    assert (pairing.counts.values_same_time, pairing.counts.values_same_time_unlike) == (2, 1)


@pytest.mark.parametrize(("before", "after", "paired"), [(10, 0, "r000"), (0, 10, "r001"), (9.99, 9.99, None)])
def test_the_sides_of_the_window_are_apart_and_include_their_limits(before: float, after: float, paired: str) -> None:
    values = _values([("p", 0, 4.0, False)])
    frame = pair_nearest(_recordings([10, -10], ["p", "p"]), values, PairingRule(before, after)).frame
    assert frame.filter(pl.col("why") == "paired")["record_id"].to_list() == ([paired] if paired else [])


def test_a_haemolysed_sample_is_left_out_or_flagged() -> None:
    recordings, values = _recordings([0], ["p"]), _values([("p", 1, 7.0, True), ("p", 9, 4.0, False)])
    assert pair_nearest(recordings, values, PairingRule()).frame["k_lab_mmol_l"].to_list() == [4.0]
    flagged = pair_nearest(recordings, values, PairingRule(haemolysis="flag")).frame
    assert flagged.select("k_lab_mmol_l", "haemolysed").row(0) == (7.0, True)


def test_a_recording_named_twice_is_refused() -> None:
    recordings = _recordings([0, 1], ["p", "p"]).with_columns(pl.lit("same").alias("record_id"))
    with pytest.raises(CohortError, match="named twice"):
        pair_nearest(recordings, _values([]), PairingRule())


@pytest.mark.parametrize("minutes", [-1.0, float("nan"), float("inf")])
def test_an_impossible_window_is_refused(minutes: float) -> None:
    with pytest.raises(CohortError, match="minutes"):
        PairingRule(minutes_before=minutes)


# (hours, pairs, patients) and (potassium, pairs, patients, samples) as the README of the ECG index states them.
STATED = [(1, 140, 52), (4, 268, 61), (12, 351, 63), (800_000, 456, 65)]
STATED_AT_4_H = [("k > 5.5", 25, 14, 23), ("k >= 6.0", 17, 10, 16), ("k < 3.5", 24, 14, 23)]


def test_pairs_of_the_open_demonstration_equal_its_stated_counts_and_an_independent_query(
    pocketk_data: Path, measure: Measure
) -> None:
    recordings = read_record_list(pocketk_data / "mimic-iv-ecg-demo-index" / "record_list.csv")
    values = read_potassium(pocketk_data / "mimic-iv-demo-labs" / "labs.csv").values
    difference = 0
    for hours, pairs, patients in STATED:
        rule = PairingRule(hours * 60, hours * 60)
        pairing = pair_nearest(recordings, values, rule)
        difference += abs(pairing.counts.pairs - pairs) + abs(pairing.counts.patients - patients)
        rows = pairing.frame.sort("record_id")["lab_row"].to_list()
        apart = zip(rows, _independent(recordings, values, rule), strict=True)
        difference += sum(ours != theirs for ours, theirs in apart)
    frame = pair_nearest(recordings, values, PairingRule(240, 240)).frame.rename({"k_lab_mmol_l": "k"})
    for condition, *stated in STATED_AT_4_H:
        part = frame.filter(pl.sql_expr(condition))
        found = [len(part), part["patient_id"].n_unique(), part["lab_row"].n_unique()]
        difference += sum(abs(ours - theirs) for ours, theirs in zip(found, stated, strict=True))
    measure("COHORT-PAIRS", difference, n=len(STATED) * len(recordings))
