"""The network's own weights, for runs in torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pocketk.export.formats.export_source import ExportSource
from pocketk.export.formats.format_option import Value
from pocketk_models.weights_file import WeightsFile


def make_weights(source: ExportSource, path: Path, options: Mapping[str, Value]) -> None:
    """Write the network as a .safetensors of this project."""
    del options
    path.write_bytes(WeightsFile(source.net.state_dict(), source.net.config, None).to_bytes())
