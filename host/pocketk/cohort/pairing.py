"""Pairs of recording and potassium: for each recording the nearest valid value of the same patient.

Distance is |lab time - ECG time|, before or after within a window that is given for each side separately, limits
included. Ties: the same distance before and after, the earlier value wins; several values at the same time, the
first row of the laboratory's file wins. Both are counted. One DuckDB query with two ASOF joins, so that tens of
millions of rows need no more memory than their columns.
"""

from dataclasses import dataclass
from typing import Literal

import duckdb
import polars as pl

from pocketk.cohort.cohort_error import CohortError

Haemolysis = Literal["exclude", "flag"]


@dataclass(frozen=True)
class PairingRule:
    """Which potassium belongs to a recording.

    Attributes:
        minutes_before: a value drawn at most this long before the recording counts.
        minutes_after: a value drawn at most this long after the recording counts.
        haemolysis: "exclude" haemolysed samples before pairing, or keep and "flag" them.

    Raises:
        CohortError: a negative or non-finite window, or another word for haemolysis.
    """

    minutes_before: float = 240.0
    minutes_after: float = 240.0
    haemolysis: Haemolysis = "exclude"

    def __post_init__(self) -> None:
        for name, value in (("before", self.minutes_before), ("after", self.minutes_after)):
            # a century: beyond it the microseconds of the query overflow no integer, yet no pair is meant
            if not 0.0 <= value <= 5.3e7:
                raise CohortError(f"minutes {name} is {value}; expected 0 or more minutes, finite.")
        if self.haemolysis not in ("exclude", "flag"):
            raise CohortError(f"haemolysis is {self.haemolysis!r}; expected exclude or flag.")


@dataclass(frozen=True)
class PairCounts:
    """What happened while pairing.

    Attributes:
        recordings: recordings offered.
        recordings_same_time: recordings that share patient and time with another one; kept.
        values: valid potassium values offered.
        values_haemolysed: of these, from haemolysed samples.
        values_same_time: values dropped because an earlier row has the same patient and time.
        values_same_time_unlike: of these, with another potassium than the row that won.
        without_value: recordings whose patient has no valid value.
        outside_window: recordings whose nearest values lie outside the window.
        ties: pairs where a value as near lay after the recording.
        pairs: recordings with a value.
        patients: patients with a pair.
        samples: different laboratory samples in the pairs.
    """

    recordings: int
    recordings_same_time: int
    values: int
    values_haemolysed: int
    values_same_time: int
    values_same_time_unlike: int
    without_value: int
    outside_window: int
    ties: int
    pairs: int
    patients: int
    samples: int


@dataclass(frozen=True)
class Pairing:
    """Result of pairing.

    Attributes:
        frame: every recording in its order: record_id, patient_id, ecg_time, lab_time, k_lab_mmol_l, haemolysed,
            lab_row, why; `why` is "paired", "no value" or "outside window", and the laboratory's columns are null
            unless paired.
        counts: what happened.
    """

    frame: pl.DataFrame
    counts: PairCounts


_FIRST_AT_A_TIME = """
create temp table values_first as
select patient_id, lab_time, k_lab_mmol_l, haemolysed, lab_row
from (select *, row_number() over (partition by patient_id, lab_time order by lab_row) as place from values_valid)
where place = 1
"""
_PAIR = """
create temp table paired as
with both_sides as (
    select e.record_id, e.patient_id, e.ecg_time, e.ecg_row,
        b.lab_time as before_time, b.k_lab_mmol_l as before_k, b.haemolysed as before_h, b.lab_row as before_row,
        a.lab_time as after_time, a.k_lab_mmol_l as after_k, a.haemolysed as after_h, a.lab_row as after_row,
        epoch_us(e.ecg_time) - epoch_us(b.lab_time) as us_before,
        epoch_us(a.lab_time) - epoch_us(e.ecg_time) as us_after
    from recordings e
    asof left join values_first b on e.patient_id = b.patient_id and e.ecg_time >= b.lab_time
    asof left join values_first a on e.patient_id = a.patient_id and e.ecg_time < a.lab_time
), sides as (
    select *, coalesce(us_before <= $before, false) as in_before, coalesce(us_after <= $after, false) as in_after
    from both_sides
), chosen as (
    select *, case when in_before and in_after then if(us_before <= us_after, 'before', 'after')
                   when in_before then 'before' when in_after then 'after'
                   when us_before is null and us_after is null then 'no value' else 'outside window' end as side
    from sides
)
select record_id, patient_id, ecg_time,
    case side when 'before' then before_time when 'after' then after_time end as lab_time,
    case side when 'before' then before_k when 'after' then after_k end as k_lab_mmol_l,
    case side when 'before' then before_h when 'after' then after_h end as haemolysed,
    case side when 'before' then before_row when 'after' then after_row end as lab_row,
    if(side in ('before', 'after'), 'paired', side) as why,
    in_before and in_after and us_before = us_after as tie, ecg_row
from chosen
"""


def pair_nearest(recordings: pl.DataFrame, values: pl.DataFrame, rule: PairingRule) -> Pairing:
    """Pair each recording with the nearest valid potassium of its patient.

    Args:
        recordings: record_id (text), patient_id (text), ecg_time (microseconds); one row a recording.
        values: patient_id (text), lab_time (microseconds), k_lab_mmol_l (float64, valid), haemolysed (bool),
            lab_row (int64, row of the laboratory's file). One row a value.
        rule: window and haemolysis.

    Raises:
        CohortError: a recording twice in the table.
    """
    if recordings["record_id"].is_duplicated().any():
        twice = recordings.filter(pl.col("record_id").is_duplicated())["record_id"].unique().sort()
        raise CohortError(f"{len(twice)} recording(s) are named twice, such as {twice[0]}; each may have one row.")
    valid = values if rule.haemolysis == "flag" else values.filter(~pl.col("haemolysed"))
    window = {"before": round(rule.minutes_before * 60e6), "after": round(rule.minutes_after * 60e6)}
    with duckdb.connect() as database:
        database.register("recordings", recordings.with_row_index("ecg_row").to_arrow())
        database.register("values_valid", valid.to_arrow())
        database.execute(_FIRST_AT_A_TIME)
        database.execute(_PAIR, window)
        paired = database.sql("select * exclude (ecg_row) from paired order by ecg_row").pl()
        unlike = _count(
            database,
            "select count(*) from values_valid v join values_first f using (patient_id, lab_time) "
            "where v.lab_row != f.lab_row and v.k_lab_mmol_l != f.k_lab_mmol_l",
        )
        same_time = _count(database, "select (select count(*) from values_valid) - (select count(*) from values_first)")
    return Pairing(paired.drop("tie"), _counts(recordings, values, paired, (same_time, unlike)))


def _counts(recordings: pl.DataFrame, values: pl.DataFrame, paired: pl.DataFrame, same: tuple[int, int]) -> PairCounts:
    with_value = paired.filter(pl.col("why") == "paired")
    return PairCounts(
        recordings=len(recordings),
        recordings_same_time=int(recordings.select(pl.struct("patient_id", "ecg_time").is_duplicated().sum()).item()),
        values=len(values),
        values_haemolysed=int(values["haemolysed"].sum()),
        values_same_time=same[0],
        values_same_time_unlike=same[1],
        without_value=int((paired["why"] == "no value").sum()),
        outside_window=int((paired["why"] == "outside window").sum()),
        ties=int(paired["tie"].sum()),
        pairs=len(with_value),
        patients=with_value["patient_id"].n_unique(),
        samples=with_value["lab_row"].n_unique(),
    )


def _count(database: duckdb.DuckDBPyConnection, query: str) -> int:
    row = database.execute(query).fetchone()
    return int(row[0]) if row else 0
