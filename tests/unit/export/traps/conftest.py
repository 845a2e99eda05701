"""One small network with odd lengths at both pools, and its files as the exporter makes them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from example_networks import SHORT, loud
from pocketk.export.formats.export_format import read_wishes
from pocketk.export.formats.export_run import RunSettings, export_formats
from pocketk.export.formats.export_source import ExportSource
from pocketk.export.formats.format_result import FormatResult
from pocketk.export.parity_windows import parity_windows
from pocketk_models.net1d import Net1D

N_SAMPLES = 157  # the stem makes 79 of them, the pools 40 and 20
CONFIG = replace(SHORT, in_channels=1, n_outputs=1, m_blocks_list=(1, 1))

Made = Callable[[str], tuple[FormatResult, Path]]


@pytest.fixture(scope="package")
def source() -> ExportSource:
    """A network whose logits have mean 0 and SD 1, so that errors are in units of the SD."""
    clips = parity_windows(24, 1, N_SAMPLES, seed=0)
    net = loud(Net1D(CONFIG))
    with torch.no_grad():
        logits = net(torch.from_numpy(clips))
        net.dense.weight /= logits.std()
        net.dense.bias.copy_((net.dense.bias - logits.mean()) / logits.std())
    # Ranges from the judged clips themselves: how well the choice of clips covers others is not what is tested.
    return ExportSource(net, calibration=clips, evaluation=clips)


@pytest.fixture(scope="package")
def made(source: ExportSource, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Make a format as `pocketk export` does, once."""
    folder, rows = tmp_path_factory.mktemp("traps"), {}

    def make(wish: str) -> tuple[FormatResult, Path]:
        if wish not in rows:
            (rows[wish],) = export_formats(source, read_wishes((wish,)), folder, RunSettings(repeats=1))
        row = rows[wish]
        assert row.path is not None, row.reason
        return row, folder / row.path

    return make
