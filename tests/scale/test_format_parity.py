"""Files of single and half precision beside their network: 200 clips here, 1,000 with `make parity-long`."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from example_networks import loud
from measurement_plugin import Measure
from pocketk.export.formats.export_format import read_wishes
from pocketk.export.formats.export_run import RunSettings, export_formats
from pocketk.export.formats.export_source import ExportSource
from pocketk.export.formats.format_result import FormatResult
from pocketk.export.parity_windows import parity_windows
from pocketk_models.net1d import Net1D
from pocketk_models.students import POCKETK_S

CLIPS = int(os.environ.get("POCKETK_PARITY_CLIPS", "200"))
CLIP_SAMPLES = 5000
FORMATS = ("onnx-fp32", "tflite-fp32", "tflite-fp16")
SINGLE, HALF = "FORMAT-PARITY-SINGLE", "FORMAT-PARITY-HALF"

pytestmark = [
    pytest.mark.skipif(find_spec("litert_torch") is None, reason="the extra `export` is missing"),
    pytest.mark.filterwarnings("ignore"),  # the converter to LiteRT warns of its own packages
    pytest.mark.timeout(3600),
]


def compared(net: Net1D, folder: Path) -> list[FormatResult]:
    # Nothing here is calibrated, so two clips do for that.
    source = ExportSource(net, parity_windows(2, 1, CLIP_SAMPLES, 1), parity_windows(CLIPS, 1, CLIP_SAMPLES, 0))
    return export_formats(source, read_wishes(FORMATS), folder, RunSettings(repeats=1))


def record(rows: list[FormatResult], size: str, measure: Measure) -> None:
    for row in rows:
        assert row.agreement is not None, row.reason
        assert row.agreement.logit_sd > 0.5, "quiet logits would agree by themselves"
        name = HALF if row.name == "tflite-fp16" else SINGLE
        measure(name, row.agreement.relative_error, n=row.agreement.n, detail=f"{row.name}, {size} size, loud weights")


def test_files_of_pocketk_s_size_compute_what_the_network_does(tmp_path: Path, measure: Measure):
    record(compared(loud(Net1D(POCKETK_S)), tmp_path), "pocketk-s", measure)


@pytest.mark.slow
def test_files_of_the_published_size_compute_what_the_network_does(tmp_path: Path, measure: Measure):
    record(compared(loud(Net1D.ecgfounder()), tmp_path), "published", measure)
