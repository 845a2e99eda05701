"""The manifest of a bundle: model, thresholds, calibration and preprocessing as one thing.

Read with the standard library alone, because the scoring path imports numpy and scipy.ndimage only.
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any

from pocketk_agent.bundle.errors import BundleError

SCHEMA_VERSION = 1
# The one file name of a bundle that is not listed in its own manifest.
MANIFEST_NAME = "manifest.json"
# The output that the tiers are about: potassium > 5.5 mmol/L.
TIER_OUTPUT = "k_gt_5_5"
TRAINING = ("untrained", "trained")
# The loosest agreement that still proves something: fp16 weights came within 0.006 (export.md, section 2).
MAX_GOLDEN_ATOL_LOGIT = 0.1
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class OperatingPoints:
    """Thresholds on the calibrated probability of potassium > 5.5 mmol/L.

    Attributes:
        t_low: below it the outcome is LOW.
        t_high: from it on the outcome is HIGH.
    """

    t_low: float
    t_high: float


@dataclass(frozen=True)
class PlattCalibration:
    """Probability = sigmoid(slope * logit(mean score) + intercept).

    Attributes:
        slope: dimensionless.
        intercept: dimensionless.
        prevalence: share of potassium > 5.5 mmol/L that the probability assumes.
    """

    slope: float
    intercept: float
    prevalence: float


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
        intended_use: one sentence.
        minimum_agent: lowest agent version that may run it.
        minimum_firmware: lowest firmware version whose samples it may score.
        targets: files that each kind of device needs.
        golden_atol_logit: largest difference of a golden logit on another CPU; 0 means bit for bit.
        files: SHA-256 of every file, hexadecimal.
    """

    model_id: str
    model_version: str
    training: str
    training_data: str
    variant: str
    outputs: tuple[str, ...]
    thresholds: OperatingPoints | None
    calibration: PlattCalibration | None
    intended_use: str
    minimum_agent: str
    minimum_firmware: str
    targets: dict[str, tuple[str, ...]]
    golden_atol_logit: float
    files: dict[str, str]

    @property
    def trained(self) -> bool:
        """False for a network with random weights."""
        return self.training == "trained"

    @property
    def calibrated(self) -> bool:
        """True where a score can become a tier."""
        return self.thresholds is not None and self.calibration is not None

    def to_json(self) -> str:
        """Canonical text: sorted keys, two spaces, a newline at the end."""
        body: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            "model_id": self.model_id,
            "model_version": self.model_version,
            "training": self.training,
            "training_data": self.training_data,
            "variant": self.variant,
            "outputs": list(self.outputs),
            "thresholds": None if self.thresholds is None else vars(self.thresholds),
            "calibration": None if self.calibration is None else {"kind": "platt", **vars(self.calibration)},
            "intended_use": self.intended_use,
            "minimum_agent": self.minimum_agent,
            "minimum_firmware": self.minimum_firmware,
            "targets": {name: list(files) for name, files in self.targets.items()},
            "golden_atol_logit": self.golden_atol_logit,
            "files": self.files,
        }
        return json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def parse_manifest(text: str | bytes) -> Manifest:
    """Read a manifest strictly.

    Raises:
        BundleError: code "bundle-manifest"; not JSON, another schema, missing or unknown fields, wrong types,
            thresholds or calibration of an untrained network, or a file name that is not a plain name.
    """
    try:
        body = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_duplicates)
        return _manifest_of(_Reader(body, "manifest"))
    except BundleError:
        raise
    except (ValueError, OverflowError, RecursionError) as error:
        raise _fault(f"not readable: {error}") from error


def _fault(what: str) -> BundleError:
    return BundleError(
        "bundle-manifest",
        f"Manifest {what}. The bundle is damaged or made for another agent; export it anew.",
    )


def _no_constant(name: str) -> float:
    raise _fault(f"holds {name}, which is not a number")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise _fault(f"has the field {twice[0]!r} twice")
    return dict(pairs)


class _Reader:
    """A JSON object that wants every one of its fields asked for, once and by type."""

    def __init__(self, body: Any, where: str) -> None:
        if not isinstance(body, dict):
            raise _fault(f"field {where} is not an object")
        self._body, self._where = dict(body), where

    def take(self, name: str, kind: type) -> Any:
        if name not in self._body:
            raise _fault(f"lacks {self._where}.{name}")
        value = self._body.pop(name)
        wrong_bool = isinstance(value, bool) and kind is not bool
        if wrong_bool or not isinstance(value, kind):
            raise _fault(f"field {self._where}.{name} is {value!r}, not of type {kind.__name__}")
        return value

    def number(self, name: str) -> float:
        if isinstance(self._body.get(name), int) and not isinstance(self._body[name], bool):
            self._body[name] = float(self._body[name])
        value: float = self.take(name, float)
        if not math.isfinite(value):
            raise _fault(f"field {self._where}.{name} is not finite")
        return value

    def strings(self, name: str) -> tuple[str, ...]:
        values = self.take(name, list)
        if not values or not all(isinstance(v, str) and v for v in values):
            raise _fault(f"field {self._where}.{name} is not a list of names")
        return tuple(values)

    def optional(self, name: str) -> "_Reader | None":
        if self._body.get(name, ...) is None:
            del self._body[name]
            return None
        return _Reader(self.take(name, dict), f"{self._where}.{name}")

    def names(self) -> list[str]:
        return list(self._body)

    def done(self) -> None:
        if self._body:
            raise _fault(f"has unknown fields {sorted(self._body)} in {self._where}")


def _thresholds_of(reader: _Reader) -> OperatingPoints:
    points = OperatingPoints(t_low=reader.number("t_low"), t_high=reader.number("t_high"))
    reader.done()
    if not 0.0 <= points.t_low <= points.t_high <= 1.0:
        raise _fault(f"has thresholds {points.t_low} and {points.t_high} out of order")
    return points


def _calibration_of(reader: _Reader) -> PlattCalibration:
    if reader.take("kind", str) != "platt":
        raise _fault("has a calibration of a kind that this agent does not know")
    calibration = PlattCalibration(reader.number("slope"), reader.number("intercept"), reader.number("prevalence"))
    reader.done()
    if calibration.slope <= 0.0 or not 0.0 < calibration.prevalence < 1.0:
        raise _fault("has a calibration that would turn the score round, or a prevalence outside 0 to 1")
    return calibration


def _files_of(reader: _Reader) -> dict[str, str]:
    files = {name: reader.take(name, str) for name in reader.names()}
    for name, digest in files.items():
        if not _FILE_NAME.fullmatch(name) or name == MANIFEST_NAME or not _SHA256.fullmatch(digest):
            raise _fault(f"lists {name!r} with hash {digest!r}")
    return files


def _manifest_of(reader: _Reader) -> Manifest:
    version = reader.take("schema_version", int)
    if version != SCHEMA_VERSION:
        raise _fault(f"has schema version {version}; this agent reads version {SCHEMA_VERSION}")
    thresholds, calibration = reader.optional("thresholds"), reader.optional("calibration")
    targets = _Reader(reader.take("targets", dict), "manifest.targets")
    manifest = Manifest(
        model_id=reader.take("model_id", str),
        model_version=reader.take("model_version", str),
        training=reader.take("training", str),
        training_data=reader.take("training_data", str),
        variant=reader.take("variant", str),
        outputs=reader.strings("outputs"),
        thresholds=None if thresholds is None else _thresholds_of(thresholds),
        calibration=None if calibration is None else _calibration_of(calibration),
        intended_use=reader.take("intended_use", str),
        minimum_agent=reader.take("minimum_agent", str),
        minimum_firmware=reader.take("minimum_firmware", str),
        targets={name: targets.strings(name) for name in targets.names()},
        golden_atol_logit=reader.number("golden_atol_logit"),
        files=_files_of(_Reader(reader.take("files", dict), "manifest.files")),
    )
    reader.done()
    _check_consistency(manifest)
    return manifest


def _check_consistency(manifest: Manifest) -> None:
    if manifest.training not in TRAINING:
        raise _fault(f"says training {manifest.training!r}; it must be one of {TRAINING}")
    if not manifest.trained and (manifest.thresholds is not None or manifest.calibration is not None):
        raise _fault("gives thresholds or a calibration to an untrained network")
    if TIER_OUTPUT not in manifest.outputs:
        raise _fault(f"has no output {TIER_OUTPUT!r}")
    if len(set(manifest.outputs)) != len(manifest.outputs):
        raise _fault("names an output twice")
    if not 0.0 <= manifest.golden_atol_logit <= MAX_GOLDEN_ATOL_LOGIT:
        raise _fault(
            f"tolerates golden logits off by {manifest.golden_atol_logit:g}; at most {MAX_GOLDEN_ATOL_LOGIT:g} may be"
        )
    unlisted = {f for files in manifest.targets.values() for f in files} - set(manifest.files)
    if unlisted:
        raise _fault(f"names target files without a hash: {sorted(unlisted)}")
