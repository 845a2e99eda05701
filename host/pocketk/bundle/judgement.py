"""What was found out about a network beside its weights: its training, its evaluation, how it was made."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pocketk.bundle.errors import HostBundleError
from pocketk.bundle.evaluation_samples import SAMPLES, samples_of

EVALUATION_PAGE, EVALUATION_DOCUMENT = "evaluation.html", "evaluation.json"
# Names in the run's folder, of the comparison, and of what `pocketk release` writes.
_CONFIG, _RUN = "config.json", "run.json"
_COMPARISON_PAGE, _COMPARISON = "reference-comparison.html", "reference-comparison.json"
# Names in the bundle.
SEEDS = "seed-comparison.json"
TRAINING_CONFIG, TRAINING_RUN, RELEASE = "training_config.json", "training_run.json", "release.json"
_MODEL_FACT, _PREDICTIONS_FACT = "SHA-256 of the model", "predictions"
_OTHER_MODEL = "made with another file"

Document = Mapping[str, Any]


@dataclass(frozen=True)
class JudgementPlaces:
    """Where it lies.

    Attributes:
        evaluation: Folder of pocketk evaluate --run for these weights; give it again for further cohorts. It goes into
            the bundle with the model card.
        run: Folder of the training run that the weights come from; wanted with --evaluation.
        comparison: Folder of pocketk compare-references; may be given again.
        release: The release.json of pocketk release.
        seeds: Folder of pocketk compare-seeds, these weights among the compared.
    """

    evaluation: tuple[Path, ...] = ()
    run: Path | None = None
    comparison: tuple[Path, ...] = ()
    release: Path | None = None
    seeds: Path | None = None


@dataclass(frozen=True)
class Judgement:
    """What was found out about one file of weights.

    Attributes:
        weights_sha256: of the file.
        evaluations: documents of `pocketk evaluate`, the main one first.
        config: of the run.
        run: what came of the run.
        comparisons: documents of `pocketk compare-references`.
        seeds: document of `pocketk compare-seeds`, None where there is none.
        files: name in the bundle -> content.
    """

    weights_sha256: str
    evaluations: tuple[Document, ...]
    config: Document
    run: Document
    comparisons: tuple[Document, ...] = ()
    seeds: Document | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)


def read_judgement(places: JudgementPlaces, weights: Path) -> Judgement | None:
    """Read what goes with weights into their bundle; None where nothing was named.

    Raises:
        HostBundleError: something is missing or damaged, or an evaluation or the run is of other weights.
    """
    if places == JudgementPlaces():
        return None
    if not places.evaluation or places.run is None:
        raise HostBundleError("A model card needs both: --evaluation with the report, and --run with the training run.")
    files: dict[str, bytes] = {}
    evaluations = _documents(places.evaluation, EVALUATION_PAGE, EVALUATION_DOCUMENT, files)
    comparisons = _documents(places.comparison, _COMPARISON_PAGE, _COMPARISON, files)
    config = _kept(places.run / _CONFIG, TRAINING_CONFIG, files)
    run = _kept(places.run / _RUN, TRAINING_RUN, files)
    if places.release is not None:
        _kept(places.release, RELEASE, files)
    seeds = None if places.seeds is None else _kept(places.seeds / SEEDS, SEEDS, files)
    sha256 = hashlib.sha256(_bytes(weights)).hexdigest()
    for folder, document in zip(places.evaluation, evaluations, strict=True):
        _check_evaluated(folder, document, weights, sha256)
    for folder, document in zip(places.comparison, comparisons, strict=True):
        _check_compared(folder, document, sha256)
    if seeds is not None and sha256 not in seeds.get("models", ()):
        raise HostBundleError(f"{places.seeds} compares other weights than {weights}; name it among them.")
    samples = samples_of(places.evaluation[0], evaluations[0], sha256)
    if samples is not None:
        files[SAMPLES] = samples
    if sha256 not in dict(run.get("sha256") or {}).values():
        raise HostBundleError(
            f"{places.run} is not the run of {weights}: its {_RUN} names no file with SHA-256 {sha256}. Name the run "
            "that the weights come from."
        )
    return Judgement(sha256, evaluations, config, run, comparisons, seeds, files)


def check_thresholds(judgement: Judgement, thresholds: Mapping[str, float]) -> None:
    """Refuse an evaluation that judged other thresholds than the bundle will have.

    Args:
        judgement: as read.
        thresholds: name -> threshold of the bundle, empty where it has none.

    Raises:
        HostBundleError: naming the threshold; an evaluation without thresholds is let pass, and its card says so.
    """
    for document in judgement.evaluations:
        judged = {
            str(row["threshold"]): row["value"] for row in table_of(document, "operating_points", "operating-counts")
        }
        if judged and judged != dict(thresholds):
            raise HostBundleError(
                f"The evaluation judged {_in_words(judged)}; the bundle has {_in_words(thresholds)}. Evaluate again "
                "with --operating-points and export with --calibration, both of the same file."
            )


def table_of(document: Document, section: str, name: str) -> tuple[Document, ...]:
    """Rows of a table of an evaluation; none where it was not computed.

    Raises:
        HostBundleError: the section is absent, or the table is no list of rows.
    """
    try:
        rows = tuple(document["sections"][section]["tables"].get(name, ()))
    except (KeyError, TypeError, AttributeError) as error:
        raise HostBundleError(f"{EVALUATION_DOCUMENT} has no section {section!r}; evaluate again.") from error
    if not all(isinstance(row, dict) for row in rows):
        raise HostBundleError(f"{EVALUATION_DOCUMENT}, table {name!r}: a row is no object; evaluate again.")
    return rows


def _documents(folders: tuple[Path, ...], page: str, document: str, files: dict[str, bytes]) -> tuple[Document, ...]:
    read: list[Document] = []
    for number, folder in enumerate(folders, start=1):
        names = [name if number == 1 else name.replace(".", f"-{number}.") for name in (page, document)]
        files[names[0]] = _bytes(folder / page)
        read.append(_kept(folder / document, names[1], files))
    return tuple(read)


def _kept(path: Path, name: str, files: dict[str, bytes]) -> Document:
    files[name] = _bytes(path)
    try:
        document = json.loads(files[name])
    except ValueError as error:
        raise HostBundleError(f"{path} is not JSON ({error}); make it again.") from error
    if not isinstance(document, dict):
        raise HostBundleError(f"{path} holds no JSON object; make it again.")
    return document


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise HostBundleError(f"{path} cannot be read: {error.strerror or error}.") from error


def _check_evaluated(folder: Path, document: Document, weights: Path, sha256: str) -> None:
    facts = document.get("facts")
    if not isinstance(facts, dict):
        raise HostBundleError(f"{folder} holds no evaluation of this version; evaluate again.")
    if facts.get(_MODEL_FACT) != sha256:
        raise HostBundleError(
            f"{folder} evaluates another model ({facts.get('model')}, SHA-256 {facts.get(_MODEL_FACT)}) than the "
            f"weights exported ({weights.name}, SHA-256 {sha256}). Evaluate these with pocketk evaluate --run."
        )
    if str(facts.get(_PREDICTIONS_FACT, "")).startswith(_OTHER_MODEL):
        raise HostBundleError(f"{folder}: its predictions were {facts[_PREDICTIONS_FACT]}. Score the cohort again.")


def _check_compared(folder: Path, document: Document, sha256: str) -> None:
    """Refuse a comparison of another model; one that does not know its model is let pass."""
    compared = (document.get("files") or {}).get("model_sha256")
    if compared not in (None, sha256):
        raise HostBundleError(
            f"{folder} compares another model (SHA-256 {compared}) than the weights exported (SHA-256 {sha256}). "
            "Compare the predictions that pocketk evaluate --run made with these weights."
        )


def _in_words(thresholds: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.6g}" for name, value in thresholds.items()) or "no thresholds"
