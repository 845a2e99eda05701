"""The manifest of a bundle: model, thresholds, calibration and preprocessing as one thing.

Read without a schema library, because the scoring path imports numpy and bottleneck only.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from pocketk_agent.bundle.calibration_record import (
    calibration_json,
    read_abstention,
    read_calibration,
    read_operating_points,
)
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.file_name import names_fault
from pocketk_agent.bundle.model_file import ModelFile, check_models_listed, read_models
from pocketk_agent.bundle.signature import SIGNATURE_NAME
from pocketk_agent.bundle.strict_reader import StrictReader, manifest_fault, strict_object
from pocketk_agent.probability.abstention import AbstentionBand
from pocketk_agent.probability.calibration import Calibration
from pocketk_agent.probability.operating_points import OperatingPoints

SCHEMA_VERSION = 3
MANIFEST_NAME = "manifest.json"
GOLDEN_NAME = "golden.npz"
# The file names of a bundle that are not listed in its manifest.
UNLISTED_NAMES = frozenset({MANIFEST_NAME, SIGNATURE_NAME})
# The output that the tiers are about: potassium > 5.5 mmol/L.
TIER_OUTPUT = "k_gt_5_5"
# The second endpoint, whose probability a tier carries too where it was calibrated.
SECOND_OUTPUT = "k_ge_6_0"
TRAINING = ("untrained", "trained")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Manifest:
    """What a bundle says of itself.

    Attributes:
        model_id: name of the model.
        model_version: its version.
        training: "trained", or "untrained" for random weights, which can never give a risk.
        training_data: one sentence on what it was trained on; shown wherever a result is.
        variant: id of the preprocessing.
        outputs: names of the logits, in order.
        thresholds: operating points, None where there are none yet.
        calibration: None where there is none yet; without both a trained network stays inconclusive too.
        calibration_k_ge_6_0: of the second endpoint, None where there is none.
        abstention: where the probability of potassium > 5.5 mmol/L is undecided, None where it never is.
        intended_use: one sentence.
        minimum_agent: lowest agent version that may run it.
        minimum_firmware: lowest firmware version whose samples it may score.
        targets: files that each kind of device needs.
        models: files of the network for several runtimes, the one to prefer first.
        files: SHA-256 of every file, hexadecimal.
    """

    model_id: str
    model_version: str
    training: str
    training_data: str
    variant: str
    outputs: tuple[str, ...]
    thresholds: OperatingPoints | None
    calibration: Calibration | None
    intended_use: str
    minimum_agent: str
    minimum_firmware: str
    targets: dict[str, tuple[str, ...]]
    models: tuple[ModelFile, ...]
    files: dict[str, str]
    calibration_k_ge_6_0: Calibration | None = None
    abstention: AbstentionBand | None = None

    @property
    def trained(self) -> bool:
        """False for a network with random weights."""
        return self.training == "trained"

    @property
    def calibrated(self) -> bool:
        """True where a score can become a tier."""
        return self.thresholds is not None and self.calibration is not None

    @property
    def sha256(self) -> str:
        """Of the canonical text, hexadecimal: it stands for every file, since it holds the hash of each."""
        return hashlib.sha256(self.to_json().encode("utf-8", "surrogatepass")).hexdigest()

    def model_of(self, file: str) -> ModelFile | None:
        """The model in a file, None where there is none."""
        return next((model for model in self.models if model.file == file), None)

    def to_json(self) -> str:
        """Canonical text: sorted keys, two spaces, numbers as Python writes them, a newline at the end."""
        body: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            "model_id": self.model_id,
            "model_version": self.model_version,
            "training": self.training,
            "training_data": self.training_data,
            "variant": self.variant,
            "outputs": list(self.outputs),
            "thresholds": None if self.thresholds is None else vars(self.thresholds),
            "calibration": calibration_json(self.calibration),
            "calibration_k_ge_6_0": calibration_json(self.calibration_k_ge_6_0),
            "abstention": None if self.abstention is None else vars(self.abstention),
            "intended_use": self.intended_use,
            "minimum_agent": self.minimum_agent,
            "minimum_firmware": self.minimum_firmware,
            "targets": {name: list(files) for name, files in self.targets.items()},
            "models": [vars(model) for model in self.models],
            "files": self.files,
        }
        return json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def parse_manifest(text: str | bytes) -> Manifest:
    """Read a manifest strictly.

    Raises:
        BundleError: code "bundle-manifest"; not JSON, another schema, missing or unknown fields, wrong types,
            thresholds or calibration of an untrained network, thresholds or abstention band out of order, or a file
            name that is not a plain name.
    """
    try:
        return _manifest_of(strict_object(text, "manifest"))
    except BundleError:
        raise
    except (ValueError, OverflowError, RecursionError) as error:
        raise manifest_fault(f"not readable: {error}") from error


def parse_canonical(raw: bytes) -> Manifest:
    """Read a manifest whose bytes are the ones that `Manifest.to_json` writes: one content has one form.

    Raises:
        BundleError: code "bundle-manifest"; another form, or as `parse_manifest`.
    """
    manifest = parse_manifest(raw)
    if manifest.to_json().encode("utf-8", "surrogatepass") != raw:
        raise manifest_fault("is not in its canonical form")
    return manifest


def _files_of(reader: StrictReader) -> dict[str, str]:
    files = {name: reader.take(name, str) for name in reader.names()}
    if fault := names_fault((*UNLISTED_NAMES, *files)):
        raise manifest_fault(f"lists {fault}")
    for name, digest in files.items():
        if not _SHA256.fullmatch(digest):
            raise manifest_fault(f"lists {name!r} with hash {digest!r}")
    return files


def _manifest_of(reader: StrictReader) -> Manifest:
    version = reader.take("schema_version", int)
    if version != SCHEMA_VERSION:
        raise manifest_fault(f"has schema version {version}; this agent reads version {SCHEMA_VERSION}")
    targets = reader.object("targets")
    manifest = Manifest(
        model_id=reader.take("model_id", str),
        model_version=reader.take("model_version", str),
        training=reader.take("training", str),
        training_data=reader.take("training_data", str),
        variant=reader.take("variant", str),
        outputs=reader.strings("outputs"),
        thresholds=read_operating_points(reader.optional("thresholds")),
        calibration=read_calibration(reader.optional("calibration")),
        calibration_k_ge_6_0=read_calibration(reader.optional("calibration_k_ge_6_0")),
        abstention=read_abstention(reader.optional("abstention")),
        intended_use=reader.take("intended_use", str),
        minimum_agent=reader.take("minimum_agent", str),
        minimum_firmware=reader.take("minimum_firmware", str),
        targets={name: targets.strings(name) for name in targets.names()},
        models=read_models(reader.objects("models")),
        files=_files_of(reader.object("files")),
    )
    reader.done()
    _check_consistency(manifest)
    return manifest


def _check_consistency(manifest: Manifest) -> None:
    if manifest.training not in TRAINING:
        raise manifest_fault(f"says training {manifest.training!r}; it must be one of {TRAINING}")
    _check_calibrations(manifest)
    if TIER_OUTPUT not in manifest.outputs:
        raise manifest_fault(f"has no output {TIER_OUTPUT!r}")
    if len(set(manifest.outputs)) != len(manifest.outputs):
        raise manifest_fault("names an output twice")
    targeted = {file for files in manifest.targets.values() for file in files}
    if unlisted := targeted - set(manifest.files):
        raise manifest_fault(f"names target files without a hash: {sorted(unlisted)}")
    check_models_listed(manifest.models, manifest.files, targeted)


def _check_calibrations(manifest: Manifest) -> None:
    further = (manifest.calibration_k_ge_6_0, manifest.abstention)
    if not manifest.trained and any(one is not None for one in (manifest.thresholds, manifest.calibration, *further)):
        raise manifest_fault("gives thresholds or a calibration to an untrained network")
    if manifest.calibration is None and any(one is not None for one in further):
        raise manifest_fault(f"gives an abstention band or a second calibration, but none to {TIER_OUTPUT!r}")
    if manifest.calibration_k_ge_6_0 is not None and SECOND_OUTPUT not in manifest.outputs:
        raise manifest_fault(f"gives a calibration to the output {SECOND_OUTPUT!r}, which it does not have")
    _check_band(manifest)


def _check_band(manifest: Manifest) -> None:
    """With a band that began above t_low, a rising probability would go from ELEVATED back to no statement.

    One that begins below t_low takes statements from LOW only, which is as cautious.
    """
    band, points = manifest.abstention, manifest.thresholds
    if band is not None and points is not None and band.low > points.t_low:
        raise manifest_fault(
            f"has an abstention band from {band.low:g}, above t_low {points.t_low:g}: ELEVATED would lie below no "
            "statement; the band has to begin at t_low or below"
        )
