"""From a network to a bundle that a device accepts: its files, golden vectors, model card, manifest."""

import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from pocketk.bundle.bundle_formats import BundleFormat, read_bundle_formats, write_further
from pocketk.bundle.card_document import card_json
from pocketk.bundle.card_facts import CardFacts
from pocketk.bundle.errors import HostBundleError
from pocketk.bundle.golden_file import write_golden
from pocketk.bundle.golden_margin import check_clear_of_thresholds
from pocketk.bundle.judged_card import judged_card
from pocketk.bundle.judgement import Judgement, check_thresholds
from pocketk.bundle.measured_tolerance import FileAgreement, measured_tolerances
from pocketk.bundle.model_card import model_card
from pocketk.export.across_cpus.cpu_agreement import MOST_OF_SD
from pocketk.export.across_cpus.scoring_cpu import ScoringCpu
from pocketk.export.formats.export_format import PORTABLE
from pocketk.export.formats.export_source import ExportSource
from pocketk.export.formats.format_result import FormatResult
from pocketk.export.onnx_fp32 import export_onnx
from pocketk.export.parity import ParityReport
from pocketk.probability.bundle_calibration import BundleCalibration
from pocketk_agent.bundle.bundle import load_bundle
from pocketk_agent.bundle.golden import GOLDEN_NAME, check_golden
from pocketk_agent.bundle.manifest import MANIFEST_NAME, TIER_OUTPUT, Manifest, parse_manifest
from pocketk_agent.bundle.model_file import ModelFile
from pocketk_agent.bundle.open_model import TARGET
from pocketk_agent.bundle.trust import DEVELOPMENT
from pocketk_agent.bundle.verify import sha256_of
from pocketk_agent.inference.engine import engines_for
from pocketk_agent.inference.runner import Runner
from pocketk_agent.signal.variant import find_variant
from pocketk_agent.version import VERSION
from pocketk_models.net1d import Net1D

CARD_NAME, CARD_DOCUMENT = "MODEL_CARD.md", "model_card.json"
# What a bundle that is kept in git may weigh, all of its files together.
MOST_BYTES = 5_000_000

INTENDED_USE = (
    "Research demonstration of screening for serum potassium > 5.5 mmol/L from a 30 s single-lead ECG; "
    "not for clinical use."
)
UNTRAINED_DATA = "Untrained network with random weights: it has seen no data and says nothing about potassium."


@dataclass(frozen=True)
class ModelStatement:
    """What the maker of a bundle says of the model.

    Attributes:
        model_id: name, also the bundle's.
        model_version: dotted numbers.
        training: "trained" or "untrained".
        training_data: one sentence.
        variant: preprocessing id.
        outputs: names of the logits.
        calibration: what turns its score into a tier, None where there is nothing yet.
    """

    model_id: str
    model_version: str = VERSION
    training: str = "untrained"
    training_data: str = UNTRAINED_DATA
    variant: str = "pocketk-handheld-v1"
    outputs: tuple[str, ...] = (TIER_OUTPUT,)
    calibration: BundleCalibration | None = None


@dataclass(frozen=True)
class BuiltBundle:
    """A finished bundle.

    Attributes:
        directory: where it lies.
        manifest: what it says of itself.
        parity: ONNX against torch.
        golden_outcomes: what the golden vectors come to, by name.
    """

    directory: Path
    manifest: Manifest
    parity: ParityReport
    golden_outcomes: dict[str, str]

    @property
    def size_bytes(self) -> int:
        """All of its files together."""
        return sum(path.stat().st_size for path in self.directory.iterdir())

    @property
    def warning(self) -> str:
        """One sentence where it is too large to be kept in git, else empty."""
        if self.size_bytes <= MOST_BYTES:
            return ""
        return f"{self.size_bytes / 1e6:.1f} MB: a bundle in git may weigh {MOST_BYTES / 1e6:g} MB; leave figures out."


@dataclass(frozen=True)
class BundleModels:
    """Which files of the network go into a bundle.

    Attributes:
        formats: in order of preference.
        source: clips to make and judge those besides onnx-fp32 with, and to run on other CPUs; needed where there are
            any.
        cpus: what each file is run on to find how close a device has to come to its golden logits, this CPU first;
            none for the tolerance that each format has by default.
        most_mae_of_sd: largest mean logit error of any file, of the logit's SD, for probabilities were calibrated and
            thresholds judged on the network itself; infinite where nothing is decided, as in a timing.
    """

    formats: tuple[BundleFormat, ...] = read_bundle_formats((PORTABLE,))
    source: ExportSource | None = None
    cpus: tuple[ScoringCpu, ...] = ()
    most_mae_of_sd: float = MOST_OF_SD


def _draft(statement: ModelStatement, models: tuple[ModelFile, ...]) -> Manifest:
    fitted = statement.calibration
    return Manifest(
        model_id=statement.model_id,
        model_version=statement.model_version,
        training=statement.training,
        training_data=statement.training_data,
        variant=find_variant(statement.variant).id,
        outputs=statement.outputs,
        thresholds=None if fitted is None else fitted.thresholds,
        calibration=None if fitted is None else fitted.calibration,
        calibration_k_ge_6_0=None if fitted is None else fitted.calibration_k_ge_6_0,
        abstention=None if fitted is None else fitted.abstention,
        intended_use=INTENDED_USE,
        minimum_agent=VERSION,
        minimum_firmware="0.1.0",
        targets={TARGET: (*(model.file for model in models), GOLDEN_NAME, CARD_NAME)},
        models=models,
        files={},
    )


def build_bundle(
    net: Net1D,
    statement: ModelStatement,
    out: Path,
    judgement: Judgement | None = None,
    models: BundleModels = BundleModels(),
) -> BuiltBundle:
    """Export a network into a new bundle directory, then load it as a device would.

    Args:
        net: in evaluation mode, with as many outputs as the statement names.
        statement: what to say of it.
        out: the bundle's directory; an existing bundle there is replaced only when the new one is whole.
        judgement: training and evaluation of these weights; its files go into the bundle, for people and not for
            devices, and the model card is made of it. None for a model that was not evaluated.
        models: its files.

    Raises:
        ParityError: the ONNX file does not compute what the network does.
        HostBundleError: another file cannot be made or does not, a golden vector lies on a threshold, or the
            evaluation judged other thresholds.
        BundleError: the finished bundle does not load; nothing is replaced then.
    """
    draft = _draft(statement, tuple(each.model for each in models.formats))
    if judgement is not None:
        check_thresholds(judgement, {} if draft.thresholds is None else vars(draft.thresholds))
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".bundle-", dir=out.parent) as scratch:
        fresh = Path(scratch) / out.name
        fresh.mkdir()
        parity, further = _write_models(net, draft, fresh, models)
        draft, across = _with_tolerances(draft, fresh, models)
        opened = _opened(fresh, draft)
        cases = write_golden(fresh / GOLDEN_NAME, draft, opened)
        check_clear_of_thresholds(cases, draft)
        fitted_on = "" if statement.calibration is None else statement.calibration.sentence
        if judgement is None:
            (fresh / CARD_NAME).write_text(model_card(draft, parity, further, fitted_on, across), encoding="utf-8")
        else:
            parameters = sum(each.numel() for each in net.parameters())
            _write_judged(fresh, CardFacts(draft, parity, parameters, fitted_on, judgement, {}, further, across))
        # Through the reader once, so that a whole number is written as the number that it is read as.
        manifest = parse_manifest(replace(draft, files=_hashes(fresh)).to_json())
        (fresh / MANIFEST_NAME).write_text(manifest.to_json(), encoding="utf-8")
        for model in manifest.models:
            check_golden(fresh, manifest, model, opened[model.file])
        load_bundle(fresh, trust=DEVELOPMENT)
        _replace(fresh, out)
    return BuiltBundle(out, manifest, parity, {c.name: c.outcome for c in cases[manifest.models[0].file]})


def _write_models(
    net: Net1D, draft: Manifest, folder: Path, models: BundleModels
) -> tuple[ParityReport, tuple[FormatResult, ...]]:
    portable = next(each.model.file for each in models.formats if each.wish.format.name == PORTABLE)
    parity = export_onnx(net, folder / portable, n_samples=find_variant(draft.variant).clip_samples)
    if len(models.formats) == 1:
        return parity, ()
    if models.source is None:
        raise HostBundleError("Formats besides onnx-fp32 need clips to be made and judged with; give a source.")
    return parity, write_further(models.source, models.formats, folder, models.most_mae_of_sd)


def _with_tolerances(draft: Manifest, folder: Path, models: BundleModels) -> tuple[Manifest, tuple[FileAgreement, ...]]:
    if not models.cpus:
        return draft, ()
    if models.source is None:
        raise HostBundleError("Other CPUs need clips to run the files on; give a source.")
    files, across = measured_tolerances(draft.models, folder, models.source.evaluation, models.cpus)
    return replace(draft, models=files), across


def _opened(folder: Path, draft: Manifest) -> dict[str, Runner]:
    """Every model of the bundle in the runtime that devices prefer for it."""
    runners = {model.file: engines_for(model.runtime)[0].make(1) for model in draft.models}
    for file, runner in runners.items():
        runner.load(folder / file)
    return runners


def _write_judged(fresh: Path, facts: CardFacts) -> None:
    """Put what was found out beside the model, then both cards, which name the hashes of everything else."""
    for name, content in facts.judgement.files.items():
        (fresh / name).write_bytes(content)
    facts = replace(facts, sha256=_hashes(fresh))
    (fresh / CARD_NAME).write_text(judged_card(facts), encoding="utf-8")
    (fresh / CARD_DOCUMENT).write_text(card_json(facts), encoding="utf-8")


def _hashes(folder: Path) -> dict[str, str]:
    return {path.name: sha256_of(path) for path in sorted(folder.iterdir())}


def _replace(fresh: Path, out: Path) -> None:
    """Put the new directory where the old one was; interrupted anywhere, one of the two is there or comes back."""
    old = out.with_name(f".{out.name}.replaced")
    if old.exists() and not out.exists():
        old.rename(out)
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        out.rename(old)
    try:
        fresh.rename(out)
    except BaseException:
        if old.exists():
            old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)
