"""The files that tflite-runtime is tried on are made by the exporter as it is now, whatever lies there."""

import runpy
import sys
from pathlib import Path

import pytest

MAKER = Path(__file__).parents[2] / "tflite_2_14" / "make_models.py"


def test_files_of_an_earlier_run_do_not_hide_an_exporter_that_fails(tmp_path: Path, monkeypatch):
    for name in ("tflite-fp32.tflite", "tflite-fp16.tflite", "tflite-int8.tflite", "fully-connected-12.tflite"):
        (tmp_path / name).write_bytes(b"from an earlier run")

    def broken(*_: object) -> None:
        raise RuntimeError("the exporter is broken")

    monkeypatch.setattr("pocketk.export.formats.export_run.export_formats", broken)
    monkeypatch.setattr(sys, "argv", [str(MAKER), str(tmp_path)])
    with pytest.raises(RuntimeError, match="the exporter is broken"):
        runpy.run_path(str(MAKER), run_name="__main__")
