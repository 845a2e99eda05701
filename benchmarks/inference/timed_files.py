"""The files that are timed: those that a bundle carries, and those that are made for the comparison."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inference.networks import TimedNetwork, plain_file
from inference.source_hash import made_from
from pocketk.bundle.bundle_formats import read_bundle_formats
from pocketk.export.formats.export_format import PORTABLE, FormatWish, read_wishes
from pocketk.export.formats.export_run import RunSettings, export_formats
from pocketk_agent.bundle.verify import sha256_of
from pocketk_agent.inference.engine import engines_for
from pocketk_agent.inference.runner import Runner

INT8, PLAIN = "tflite-int8", "onnx-fp32:graph=plain"
# What a page shows, the fastest first; and what a quick look needs.
ALL_FORMATS = (INT8, "tflite-fp16", "tflite-fp32", "onnx-fp32", PLAIN)
FEW_FORMATS = (INT8, PLAIN)
_MADE_FROM = "made_from.txt"


@dataclass(frozen=True)
class TimedFile:
    """One file of one network.

    Attributes:
        network: whose.
        format: as `pocketk export` calls it.
        runtime: that runs it.
        path: where it lies.
        shipped: whether it is the bundle's own file.
    """

    network: str
    format: str
    runtime: str
    path: Path
    shipped: bool

    @property
    def size_bytes(self) -> int:
        """Its size."""
        return self.path.stat().st_size

    @property
    def sha256(self) -> str:
        """Its hash."""
        return sha256_of(self.path)

    def opened(self) -> Runner:
        """The device's runner with this file, on one thread.

        Raises:
            RunnerError: the runtime cannot load it.
        """
        runner = engines_for(self.runtime)[0].make(1)
        runner.load(self.path)
        return runner


def timed_files(network: TimedNetwork, formats: Sequence[str], cache: Path) -> list[TimedFile]:
    """Every format as a file: the bundle's own where it carries one, else made here and kept in `cache`.

    Args:
        network: to export.
        formats: as `pocketk export --formats` takes them.
        cache: folder that keeps what was made for as long as code, packages and weights stay what they are.

    Raises:
        ValueError: a file cannot be made here, or differs from its network by more than its format allows.
    """
    carried = {model.file for model in network.manifest.models}
    files = []
    for wish in read_wishes(tuple(formats)):
        own = _name_in_bundle(wish)
        shipped = own in carried
        path = plain_file(network) if own == "model.onnx" else network.bundle / own if shipped else None
        path = path or _made(network, wish, cache)
        files.append(TimedFile(network.name, wish.text, wish.format.runtime, path, shipped))
    return files


def _name_in_bundle(wish: FormatWish) -> str:
    """What a bundle would call such a file; the portable one of a bundle is the plain graph, not the twin."""
    if wish.format.name == PORTABLE:
        return "model.onnx" if wish.text == PLAIN else ""
    (found,) = (each for each in read_bundle_formats((wish.text, PORTABLE)) if each.wish.format.name != PORTABLE)
    return found.model.file


def _made(network: TimedNetwork, wish: FormatWish, cache: Path) -> Path:
    note, key = cache / _MADE_FROM, made_from(network.source.net.state_dict())
    if not note.is_file() or note.read_text(encoding="utf-8") != key:
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir(parents=True)
        note.write_text(key, encoding="utf-8")
    path = cache / wish.file_name
    if not path.is_file():
        (row,) = export_formats(network.source, (wish,), cache, RunSettings(repeats=1))
        if not row.usable:
            path.unlink(missing_ok=True)
            raise ValueError(f"{wish.text} of {network.name} cannot be timed: {row.reason or row.state}")
    return path
