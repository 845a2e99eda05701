"""The two networks that are timed, and a bundle of each: as shipped, and of the published size."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from example_networks import loud
from inference.shipped_network import is_plain_graph, network_of
from inference.source_hash import made_from
from pocketk.bundle.build import BundleModels, ModelStatement, build_bundle
from pocketk.bundle.bundle_formats import read_bundle_formats
from pocketk.export.formats.export_source import ExportSource
from pocketk.signing.file_signer import demonstration_signer
from pocketk.signing.sign_bundle import sign_bundle
from pocketk_agent.bundle.bundle import shipped_bundles
from pocketk_agent.bundle.manifest import Manifest
from pocketk_agent.bundle.verify import check_contents
from pocketk_models.net1d import Net1D
from pocketk_models.students import POCKETK_S

PUBLISHED, POCKETK = "published size", "pocketk-s"
PORTABLE_FILE = "model.onnx"
_BUNDLE_FORMATS = ("tflite-int8", "onnx-fp32")
# Any day will do: the demonstration key vouches for nothing.
_SIGNED_AT = datetime(2026, 1, 1, tzinfo=UTC)
_MADE_FROM = "made_from.txt"


@dataclass(frozen=True)
class TimedNetwork:
    """A network and its bundle.

    Attributes:
        name: "published size" or "pocketk-s".
        weights: where they come from, one sentence.
        source: the network, with the clips that int8 ranges are chosen on and the ones files are compared on.
        bundle: its folder, signed.
    """

    name: str
    weights: str
    source: ExportSource
    bundle: Path

    @property
    def manifest(self) -> Manifest:
        """Of the bundle, checked but for its signature."""
        return check_contents(self.bundle)


def pocketk_s(clips: NDArray[np.float32]) -> TimedNetwork:
    """The shipped network, its weights read from its bundle's portable file.

    Args:
        clips: (n, 1, 5000) z-scored; half of them to choose int8 ranges on, the others to compare files on.

    Raises:
        ValueError: the portable file is not the plain graph of this network.
    """
    bundle = shipped_bundles()[POCKETK]
    version = check_contents(bundle).model_version
    weights = f"The shipped bundle pocketk-s {version}, trained on simulated patients, not clinically validated."
    return TimedNetwork(POCKETK, weights, _source(network_of(bundle / PORTABLE_FILE, POCKETK_S), clips), bundle)


def published_size(clips: NDArray[np.float32], cache: Path) -> TimedNetwork:
    """The published configuration with random weights, and a bundle of it whose first model is full-static int8.

    Args:
        clips: as for `pocketk_s`.
        cache: folder that keeps the bundle for as long as code, packages and weights stay what they are.

    Raises:
        HostBundleError: a file of the bundle cannot be made here.
    """
    net = loud(Net1D.ecgfounder())
    source, bundle = _source(net, clips), cache / "bundle"
    key, note = made_from(net.state_dict()), cache / _MADE_FROM
    if not note.is_file() or note.read_text(encoding="utf-8") != key:
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir(parents=True)
        models = BundleModels(read_bundle_formats(_BUNDLE_FORMATS), source, most_mae_of_sd=np.inf)
        build_bundle(net, ModelStatement("published-size"), bundle, models=models)
        _sign(bundle)
        note.write_text(key, encoding="utf-8")
    weights = "Random, drawn so that the signal does not die out over 20 blocks: they know nothing of potassium."
    return TimedNetwork(PUBLISHED, weights, source, bundle)


def plain_file(network: TimedNetwork) -> Path:
    """The network as ONNX of the plain Conv1d graph, in single precision; it is what every bundle carries.

    Raises:
        ValueError: the bundle carries another graph.
    """
    path = network.bundle / PORTABLE_FILE
    if not is_plain_graph(path):
        raise ValueError(f"{path} is not the plain Conv1d graph any more; export one with onnx-fp32:graph=plain")
    return path


def _source(net: Net1D, clips: NDArray[np.float32]) -> ExportSource:
    half = len(clips) // 2
    return ExportSource(net, calibration=clips[:half], evaluation=clips[half:])


def _sign(bundle: Path) -> None:
    signer = demonstration_signer()
    signer.open()
    try:
        sign_bundle(bundle, signer, _SIGNED_AT)
    finally:
        signer.close()
