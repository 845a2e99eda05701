"""Several cohorts as one: nothing lost, nobody in two splits, nothing half-written."""

from pathlib import Path

import numpy as np
import pytest

from pocketk.cli import main
from pocketk.cohort.card import CohortCard, read_card, write_card
from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.manifest import read_manifest, write_manifest
from pocketk.cohort.manifest_row import ManifestRow, frame_of_rows, rows_of_frame
from pocketk.cohort.merge import merge_cohorts
from pocketk.cohort.signal_shard import read_signal, shard_name, write_shard


def make_part(folder: Path, people: dict[str, str], level: float) -> Path:
    """A cohort of one recording for each patient, every sample at `level` plus the patient's place."""
    name = shard_name(0)
    strips = [np.full(20, level + at, np.float32) for at, _ in enumerate(people)]
    slices = write_shard(folder / name, strips)
    rows = [
        ManifestRow(f"{folder.name}-{patient}", patient, name, part.offset, part.n_samples, 500.0, split=split)
        for part, (patient, split) in zip(slices, people.items(), strict=True)
    ]
    sha256 = write_manifest(folder, frame_of_rows(rows))
    write_card(folder, CohortCard(folder.name, 0, {}, {}, {}, {}, sha256))
    return folder


def parts_in(tmp_path: Path) -> list[Path]:
    return [
        make_part(tmp_path / "one", {"a": "development", "b": "internal_test"}, 1.0),
        make_part(tmp_path / "two", {"b": "development", "c": "internal_test"}, 5.0),
    ]


def test_every_recording_of_every_part_is_there_with_its_samples(tmp_path):
    merge_cohorts(parts_in(tmp_path), tmp_path / "all")
    rows = list(rows_of_frame(read_manifest(tmp_path / "all")))
    assert {row.record_id: float(read_signal(tmp_path / "all", row)[0]) for row in rows} == {
        "one-a": 1.0,
        "one-b": 2.0,
        "two-b": 5.0,
        "two-c": 6.0,
    }


def test_a_patient_torn_between_splits_becomes_a_development_patient(tmp_path):
    card = merge_cohorts(parts_in(tmp_path), tmp_path / "all")
    frame = read_manifest(tmp_path / "all")
    assert dict(frame.select("record_id", "split").iter_rows()) == {
        "one-a": "development",
        "one-b": "development",
        "two-b": "development",
        "two-c": "internal_test",
    }
    assert card.counts["recordings moved to development"] == 1


def test_the_same_parts_give_the_same_bytes(tmp_path):
    parts = parts_in(tmp_path)
    first, second = merge_cohorts(parts, tmp_path / "x"), merge_cohorts(parts, tmp_path / "y")
    assert first.manifest_sha256 == second.manifest_sha256 == read_card(tmp_path / "y").manifest_sha256


def test_a_recording_in_two_parts_is_refused_and_nothing_is_left(tmp_path):
    parts = parts_in(tmp_path)
    with pytest.raises(CohortError, match="Recording one-a and 3 more rows are in several parts"):
        merge_cohorts([parts[0], parts[0]], tmp_path / "all")
    assert not (tmp_path / "all").exists()


def test_one_part_is_no_merger(tmp_path):
    with pytest.raises(CohortError, match="give two or more"):
        merge_cohorts(parts_in(tmp_path)[:1], tmp_path / "all")


def test_a_part_that_lost_a_shard_is_named_and_nothing_is_left(tmp_path):
    parts = parts_in(tmp_path)
    (parts[1] / shard_name(0)).unlink()
    with pytest.raises(CohortError, match=r"is absent; build .*two again"):
        merge_cohorts(parts, tmp_path / "all")
    assert not (tmp_path / "all").exists()


def test_the_command_shows_what_it_merged(tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["cohort", "merge", *map(str, parts_in(tmp_path)), "--out", str(tmp_path / "all")])
    assert stop.value.code == 0
    assert "patients" in capsys.readouterr().out
