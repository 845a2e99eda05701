"""`pocketk export --formats` as an engineer uses it."""

import json
from pathlib import Path

import pytest

from pocketk.cli import main


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as exit_info:
        main(list(arguments))
    return int(exit_info.value.code or 0)


def export(out: Path, *arguments: str) -> int:
    return run("export", "--untrained", "--out", str(out), "--clips", "4", "--repeats", "2", *arguments)


def test_formats_come_beside_the_bundle_with_table_page_and_exit_code(tmp_path: Path, capsys) -> None:
    out = tmp_path / "tiny"
    status = export(out, "--formats", "torch", "--formats", "onnx-fp32", "--gate", "onnx-fp32:error=2e-5,kb=1")
    said = capsys.readouterr().out
    assert status == 1
    assert "gate     onnx-fp32: kb " in said
    assert "gate     not passed" in said
    assert (out / "model.onnx").is_file()
    folder = tmp_path / "tiny-formats"
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["formats.html", "formats.json", "onnx-fp32.onnx", "torch.safetensors"]
    document = json.loads((folder / "formats.json").read_text())
    assert [row["state"] for row in document["results"]] == ["made", "made"]
    assert document["gate"] == [line.removeprefix("gate     ") for line in said.splitlines() if ": kb " in line]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--formats", "onnx-in8"), "did you mean onnx-int8?"),
        (("--gate", "torch:ms=1"), "give --formats too"),
        (("--calibration-file", "clips.npy"), "give --formats too"),
        (("--bundle-formats", "tflite-int8,onnx-fp32", "--repeats", "5"), "give --formats too"),
        (("--bundle-formats", "tflite-int8"), "A bundle needs onnx-fp32"),
        (("--bundle-formats", "onnx-fp32,tflite-in8"), "did you mean tflite-int8?"),
        (("--formats", "torch", "--clips", "1"), "--clips is 1; give 2 or more"),
    ],
)
def test_a_wrong_wish_is_refused_before_anything_is_made(tmp_path: Path, capsys, arguments, said: str) -> None:
    assert run("export", "--untrained", "--out", str(tmp_path / "tiny"), *arguments) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("place", [".", "formats", "../tiny"])
def test_files_of_formats_are_not_put_into_the_bundle(tmp_path: Path, capsys, place: str) -> None:
    out = tmp_path / "tiny"
    assert export(out, "--formats", "torch", "--formats-out", str(out / place)) == 2
    assert "the bundle's own folder" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("more", [("--formats", "onnx-int8"), ("--bundle-formats", "tflite-int8,onnx-fp32")])
def test_a_number_of_calibration_clips_without_a_place_to_take_them_from_is_refused(
    tmp_path: Path, capsys, more: tuple[str, ...]
) -> None:
    assert run("export", "--untrained", "--out", str(tmp_path / "tiny"), "--calibration-clips", "100", *more) == 2
    assert "give --calibration-cohort or --calibration-file" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
