"""`pocketk cohort` from files to a cohort that can be read again."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pocketk.cli import main
from pocketk.cohort.card import read_card
from pocketk.cohort.csv_columns import TEMPLATE
from pocketk.cohort.manifest import read_manifest
from pocketk.cohort.manifest_row import rows_of_frame
from pocketk.cohort.signal_shard import read_signal
from pocketk_agent.recording_file import read_recording

HEADING = "record_id,patient_id,file,ecg_time,lab_time,potassium,potassium_unit,sex,fs_hz,site"


def _run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as done:
        main([str(argument) for argument in arguments])
    return int(done.value.code or 0)


@pytest.fixture
def ward(tmp_path: Path) -> Path:
    """A table of 40 recordings: of the last four one is cut short, one has a hole, one is damaged, one is no ECG."""
    folder = tmp_path / "ward"
    folder.mkdir()
    rng = np.random.default_rng(1)
    lines = [HEADING]
    for place in range(40):
        strip = rng.normal(0, 0.3, 5000 if place != 36 else 100)
        if place == 37:
            strip[5] = np.nan
        np.save(folder / f"{place}.npy", strip)
        site = "north" if place % 4 == 0 else "south"
        day = f"2024-0{1 + place % 8}-11"
        lines.append(f"r{place},p{place // 2},{place}.npy,{day} 08:00:00,{day} 08:30:00,4.5,mmol/L,F,500,{site}")
    (folder / "38.npy").write_bytes(b"\x93NUMPY but no more")
    np.save(folder / "39.npy", np.full(5000, 1e9))
    (folder / "pairs.csv").write_text("\n".join(lines) + "\n")
    return folder


def test_a_csv_cohort_holds_the_signals_and_counts_what_it_left_out(ward: Path, tmp_path: Path) -> None:
    out = tmp_path / "cohort"
    assert _run("cohort", "build", "csv", ward / "pairs.csv", "--out", out, "--processes", 1) == 0
    frame, card = read_manifest(out), read_card(out)
    assert len(frame) == 36
    for row in list(rows_of_frame(frame))[::7]:
        original = np.load(ward / f"{row.record_id[1:]}.npy").astype(np.float32)
        np.testing.assert_array_equal(read_signal(out, row), original)
    assert card.flow is not None
    reasons = {each["reason"]: each["recordings"] for step in card.flow["steps"] for each in step["excluded"]}
    assert reasons == {"too short": 1, "samples missing or not finite": 1, "unreadable": 2}
    assert pl.read_csv(out / "refused.csv")["record_id"].sort().to_list() == ["r36", "r37", "r38", "r39"]
    assert (out / "flow.png").read_bytes().startswith(b"\x89PNG")
    assert "potassium" in (out / "table_one.csv").read_text()


def test_one_and_two_processes_give_the_same_bytes(ward: Path, tmp_path: Path) -> None:
    for processes in (1, 2):
        options = ("--external-site", "north", "--temporal-after", "2024-06-01", "--processes", processes)
        assert _run("cohort", "build", "csv", ward / "pairs.csv", "--out", tmp_path / str(processes), *options) == 0
    names = sorted(path.relative_to(tmp_path / "1") for path in (tmp_path / "1").rglob("*") if path.is_file())
    assert [
        name for name in names if (tmp_path / "1" / name).read_bytes() != (tmp_path / "2" / name).read_bytes()
    ] == []
    assert set(read_manifest(tmp_path / "1")["split"].unique()) >= {"external_test", "temporal_test"}


def test_a_cohort_is_replaced_only_when_asked_and_anything_else_never(
    ward: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build = ("cohort", "build", "csv", ward / "pairs.csv", "--processes", 1, "--out")
    assert _run(*build, tmp_path / "cohort") == 0
    assert _run(*build, tmp_path / "cohort") == 2
    assert "--overwrite" in capsys.readouterr().err
    assert _run(*build, tmp_path / "cohort", "--overwrite") == 0
    assert _run(*build, ward, "--overwrite") == 2
    assert (ward / "pairs.csv").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cohort", "ward"]


def test_a_hostile_table_ends_with_status_2_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pairs.csv").write_text(TEMPLATE.replace("mmol/L", "mEq/L"))
    assert _run("cohort", "build", "csv", tmp_path / "pairs.csv", "--out", tmp_path / "cohort") == 2
    report = capsys.readouterr().err
    assert "file missing (3)" in report
    assert "potassium in another unit (3)" in report
    assert [path.name for path in tmp_path.iterdir()] == ["pairs.csv"]


def test_recordings_can_stay_in_place(pocketk_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "cohort"
    assert _run("cohort", "build", "ptbxl", pocketk_data / "ptbxl-sample", "--out", out, "--in-place") == 0
    card = read_card(out)
    assert card.recordings is not None
    row = next(rows_of_frame(read_manifest(out)))
    original = read_recording(Path(card.recordings) / row.file).ecg_mv.astype(np.float32)
    np.testing.assert_array_equal(read_signal(out, row, Path(card.recordings)), original)


@pytest.mark.parametrize(
    ("kind", "folder", "n"),
    [
        ("ludb", "ludb", 140),
        ("ptbxl", "ptbxl-sample", 21),
        ("cinc2021", "cinc2021-sample", 60),
        ("cpsc", "cpsc2018-sample", 7),
    ],
)
def test_every_background_of_a_set_comes_in_with_age_and_sex(
    pocketk_data: Path, tmp_path: Path, kind: str, folder: str, n: int
) -> None:
    options = ("--out", tmp_path / "cohort", "--processes", 1, "--least-seconds", 5)
    assert _run("cohort", "build", kind, pocketk_data / folder, *options) == 0
    frame = read_manifest(tmp_path / "cohort")
    assert len(frame) == n
    assert frame["k_lab_mmol_l"].null_count() == n
    assert (frame["sex"] == "U").sum() == 0
    assert frame["age"].null_count() <= 1


def test_the_open_mimic_demonstration_builds_without_waveforms(
    pocketk_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index, labs = pocketk_data / "mimic-iv-ecg-demo-index", pocketk_data / "mimic-iv-demo-labs"
    arguments = (index / "record_list.csv", labs / "labs.csv", "--patients", labs / "patients.csv")
    assert _run("cohort", "build", "mimic", *arguments, "--pairs-only", "--out", tmp_path / "cohort") == 0
    shown = capsys.readouterr().out
    assert "268 recordings of 61 patients  with a potassium in the window" in shown
    frame = read_manifest(tmp_path / "cohort")
    assert (frame["n_samples"] == 0).all()
    assert frame["file"][0] == "files/p10000032/s107143276/107143276.hea"


def test_without_waveforms_and_without_pairs_only_nothing_is_made(
    pocketk_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index, labs = pocketk_data / "mimic-iv-ecg-demo-index", pocketk_data / "mimic-iv-demo-labs"
    arguments = (index / "record_list.csv", labs / "labs.csv", "--processes", 1)
    assert _run("cohort", "build", "mimic", *arguments, "--out", tmp_path / "cohort") == 2
    assert "268 file missing" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_address_without_ray_is_refused(ward: Path, tmp_path: Path) -> None:
    options = ("--out", tmp_path / "cohort", "--address", "auto")
    assert _run("cohort", "build", "csv", ward / "pairs.csv", *options) == 2
