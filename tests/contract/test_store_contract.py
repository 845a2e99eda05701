"""One contract for every store: files, memory, and an archive."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from generated_ecg import ADS1292R
from known_beats import KnownBeat
from pocketk_agent.beats.beat_report import measure_beats
from pocketk_agent.front_end import FrontEndHealth
from pocketk_agent.measurement.recorder import Recording
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.outcome import Outcome, OutcomeKind
from pocketk_agent.recording_file import read_recording
from pocketk_agent.store.file_store import COUNTS_NAME, RECORD_NAME, FileStore
from pocketk_agent.store.memory_store import MemoryStore
from pocketk_agent.store.replay_store import ReplayStore
from pocketk_agent.store.store import Store, StoreError

MakeStore = Callable[[Path], Store]


def example(measurement_id: str = "20260101T000000Z-aaaaaa") -> MeasurementResult:
    counts = np.arange(-50, 50, dtype=np.int32)
    missing = np.zeros(100, bool)
    missing[10:20] = True
    recording = Recording(ADS1292R, 700, counts, counts % 3 == 0, missing)
    return MeasurementResult(
        measurement_id=measurement_id,
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        outcome=Outcome(OutcomeKind.DEVICE_ERROR, ("front-end-lost",), "gone"),
        partial=True,
        front_end=ADS1292R,
        model=None,
        recording=recording,
        window=(720, 790),
        scored=None,
        health=FrontEndHealth(80, 31.5, {"wire_bad_crc": 2}),
        mains_hz=50.0,
    )


@pytest.fixture(params=[FileStore, lambda _: MemoryStore()], ids=["files", "memory"])
def store(request, tmp_path) -> Store:
    return request.param(tmp_path / "store")


@pytest.fixture
def archive(tmp_path) -> ReplayStore:
    FileStore(tmp_path / "old").put(example())
    return ReplayStore(tmp_path / "old")


def test_an_empty_store_has_no_ids(store: Store):
    assert store.ids() == []


def test_what_was_put_is_got(store: Store):
    store.put(example())
    record = store.get("20260101T000000Z-aaaaaa")
    assert record.outcome == "DEVICE_ERROR(front-end-lost)"
    assert record.partial
    assert record.body["recording"]["gaps"] == [[710, 720]]
    assert record.body["health"]["faults"] == {"wire_bad_crc": 2}


def test_beats_patient_and_the_reason_for_no_beats_are_got_back(store: Store):
    beats = measure_beats(KnownBeat().strip(20, 500.0), 500.0)
    store.put(replace(example("20260101T000000Z-a"), beats=beats, patient_id="P-1"))
    store.put(replace(example("20260101T000000Z-b"), beats_not_measured="it failed"))
    with_beats, without = store.get("20260101T000000Z-a"), store.get("20260101T000000Z-b")
    assert with_beats.body["beats"]["heart"]["rate_bpm"]["value"] == pytest.approx(beats.heart.rate_bpm.value, abs=1e-4)
    assert (with_beats.patient_id, with_beats.body["beats_not_measured"]) == ("P-1", None)
    assert (without.patient_id, without.body["beats"]) == (None, None)
    assert without.body["beats_not_measured"] == "it failed"


def test_a_record_that_an_older_agent_wrote_still_loads(tmp_path: Path):
    store = FileStore(tmp_path)
    store.put(example())
    path = tmp_path / example().measurement_id / RECORD_NAME
    body = json.loads(path.read_text())
    for field in ("beats", "beats_not_measured", "patient_id", "repeats"):
        del body[field]
    path.write_text(json.dumps(body))
    record = store.get(example().measurement_id)
    assert (record.outcome, record.patient_id) == ("DEVICE_ERROR(front-end-lost)", None)


def test_ids_sort_by_time(store: Store):
    for name in ("20260102T000000Z-b", "20260101T000000Z-z", "20260103T000000Z-a"):
        store.put(example(name))
    assert store.ids() == ["20260101T000000Z-z", "20260102T000000Z-b", "20260103T000000Z-a"]


def test_the_same_id_is_refused_and_nothing_is_changed(store: Store):
    store.put(example())
    other = replace(example(), partial=False)
    with pytest.raises(StoreError, match="stored already"):
        store.put(other)
    assert store.get(example().measurement_id).partial


def test_an_unknown_id_is_refused(store: Store):
    with pytest.raises(StoreError, match="no measurement"):
        store.get("20200101T000000Z-nobody")


def test_an_archive_is_read_and_takes_nothing(archive: ReplayStore):
    assert archive.ids() == [example().measurement_id]
    assert archive.get(example().measurement_id).partial
    with pytest.raises(StoreError, match="read only"):
        archive.put(example("20260109T000000Z-x"))


def test_an_archive_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(StoreError, match="not a folder"):
        ReplayStore(tmp_path / "nowhere")


def test_raw_counts_come_back_exactly(tmp_path: Path):
    store, result = FileStore(tmp_path), example()
    store.put(result)
    strip = read_recording(store.folder(result.measurement_id) / COUNTS_NAME)
    assert result.recording is not None
    assert strip.native is not None
    there = ~result.recording.missing
    np.testing.assert_array_equal(strip.native.counts[there], result.recording.counts[there])
    np.testing.assert_array_equal(strip.missing, result.recording.missing)
    np.testing.assert_array_equal(strip.lead_off[there], result.recording.lead_off[there])
    np.testing.assert_allclose(strip.ecg_mv[there], ADS1292R.to_mv(result.recording.counts)[there], rtol=1e-12)


def test_the_record_is_plain_json_with_the_whole_story(tmp_path: Path):
    FileStore(tmp_path).put(example())
    body = json.loads((tmp_path / example().measurement_id / RECORD_NAME).read_text())
    assert body["outcome"]["text"] == "DEVICE_ERROR(front-end-lost)"
    assert body["time_verified"] is False
    assert body["recording"]["window"] == {"start_index": 720, "stop_index": 790}


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"schema": 9}', '{"schema": 1}'])
def test_a_damaged_record_is_said_to_be_damaged(damage: str, tmp_path: Path):
    store = FileStore(tmp_path)
    store.put(example())
    (tmp_path / example().measurement_id / RECORD_NAME).write_text(damage)
    with pytest.raises(StoreError, match="damaged"):
        store.get(example().measurement_id)


def test_a_write_that_fails_half_way_leaves_no_measurement(tmp_path: Path, monkeypatch, measure):
    def no_space(handle: int) -> None:
        raise OSError(28, "No space left on device")

    store = FileStore(tmp_path)
    store.put(example())
    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(StoreError, match="No space left"):
        store.put(example("20260102T000000Z-b"))
    monkeypatch.undo()
    lost = set(store.ids()) ^ {example().measurement_id}
    assert [p.name for p in tmp_path.iterdir()] == [example().measurement_id]
    measure("STORE-FULL", len(lost), n=2)


@pytest.mark.parametrize("sync", range(4), ids=["counts", "record", "their folder", "the store's folder"])
def test_everything_is_synced_and_a_failure_at_any_sync_keeps_nothing(sync: int, tmp_path: Path, monkeypatch):
    synced: list[int] = []
    real = os.fsync

    def failing(handle: int) -> None:
        synced.append(handle)
        if len(synced) == sync + 1:
            raise OSError(5, "Input/output error")
        real(handle)

    monkeypatch.setattr("os.fsync", failing)
    with pytest.raises(StoreError, match="Input/output error"):
        FileStore(tmp_path).put(example())
    assert len(synced) == sync + 1
    assert list(tmp_path.iterdir()) == []


def test_a_record_that_cannot_be_written_down_is_refused_and_leaves_nothing(tmp_path: Path):
    hostile = replace(example(), outcome=Outcome(OutcomeKind.DEVICE_ERROR, ("x",), "\ud800"))
    with pytest.raises(StoreError, match="cannot be written"):
        FileStore(tmp_path).put(hostile)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_storing_leaves_nothing_half_written(tmp_path: Path, monkeypatch):
    def interrupted(handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        FileStore(tmp_path).put(example())
    assert list(tmp_path.iterdir()) == []


def test_the_unfinished_folder_of_a_killed_process_is_no_measurement(tmp_path: Path):
    store = FileStore(tmp_path)
    (tmp_path / ".unfinished-20260101T000000Z-aaaaaa").mkdir(parents=True)
    assert store.ids() == []


@pytest.mark.parametrize("hostile", ["../escape", "a/b", "", ".hidden", "a\0b", "..\\up"])
def test_an_id_never_leaves_the_store(hostile: str, tmp_path: Path):
    with pytest.raises(StoreError, match="not the id"):
        FileStore(tmp_path).get(hostile)
