"""What `pocketk export` runs: weights into a bundle."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from pocketk.bundle.build import UNTRAINED_DATA, BuiltBundle, BundleModels, ModelStatement, build_bundle
from pocketk.bundle.bundle_formats import read_bundle_formats
from pocketk.bundle.errors import HostBundleError
from pocketk.bundle.judgement import JudgementPlaces, read_judgement
from pocketk.bundle.measured_tolerance import all_cpus
from pocketk.bundle.training_statement import TrainingWords, training_sentence
from pocketk.export.formats.format_export import FormatWishes, export_source, write_formats
from pocketk.probability.bundle_calibration import BundleCalibration, read_bundle_calibration
from pocketk_agent.bundle.manifest import MANIFEST_NAME, SECOND_OUTPUT, TIER_OUTPUT
from pocketk_agent.bundle.verify import version_tuple
from pocketk_agent.signal.variant import find_variant
from pocketk_agent.version import VERSION
from pocketk_models.checkpoint import read_checkpoint
from pocketk_models.net1d import Net1D
from pocketk_models.net1d_config import Net1DConfig

# The smallest network of the family: enough to exercise every part of a device, and 0.3 MB.
TINY = Net1DConfig(base_filters=8, filter_list=(8, 16, 16, 32, 32, 64, 64), m_blocks_list=(1,) * 7, groups_width=8)
# The seed of the published training recipe.
DEFAULT_SEED = 3407


def export_command(  # noqa: PLR0913 - one keyword for each option of the command
    weights: Path | None = None,
    *,
    out: Path,
    untrained: bool = False,
    words: Annotated[TrainingWords, Parameter(name="*")] = TrainingWords(),  # noqa: B008 - frozen
    model_version: str = VERSION,
    variant: str = "pocketk-handheld-v1",
    outputs: tuple[str, ...] = (TIER_OUTPUT,),
    seed: int = DEFAULT_SEED,
    calibration: Path | None = None,
    judged: Annotated[JudgementPlaces, Parameter(name="*")] = JudgementPlaces(),  # noqa: B008 - frozen
    wishes: Annotated[FormatWishes, Parameter(name="*")] = FormatWishes(),  # noqa: B008 - frozen
) -> int:
    """Export a network as a bundle, with golden vectors, model card and manifest.

    Each file is compared with the network logit by logit before it is accepted, and the finished bundle is loaded as
    a device would load it before it replaces anything. Devices refuse it until `pocketk bundle sign` has
    signed it, and without a calibration they answer INCONCLUSIVE whatever the network says.

    A published checkpoint, after `pocketk import-weights`:

        pocketk export pocket_k_model.safetensors --out bundles/pocketk-published

    A tiny network with random weights, as shipped for the demonstration:

        pocketk export --untrained --out models/bundles/pocketk-untrained

    A trained and evaluated network, with everything that was found out about it in the bundle and its model card:

        pocketk export run/model.safetensors --out bundles/pocketk-s --calibration calibration.json
            --evaluation evaluation --run run

    A bundle with files for several runtimes; a device takes the first that it can run, or the one that
    `pocketk-agent benchmark` found fastest on it:

        pocketk export run/model.safetensors --out bundles/pocketk-s --bundle-formats tflite-int8,tflite-fp16,onnx-fp32
            --calibration-cohort cohort --other-cpus out/other-cpu

    With --formats, further files are made beside the bundle and compared in one table: how large, how fast on this
    machine, how far from the network. A format that cannot be made here is a row that says why; --gate turns limits
    into the exit code.

        pocketk export run/model.safetensors --out bundles/pocketk-s --formats all --gate onnx-fp32:error=2e-5
            --gate onnx-int8:mae=0.02,kb=500

    Args:
        weights: A .safetensors (or published .pth) file of a one-lead Net1D; none with --untrained.
        out: The bundle's folder; its name becomes the model's. An existing bundle there is replaced.
        untrained: Make a tiny network with random weights instead of reading one.
        words: What to say of the training.
        model_version: Dotted numbers.
        variant: Preprocessing that the network was trained with.
        outputs: Names of the logits, in order.
        seed: Of the random weights of --untrained.
        calibration: What `pocketk calibrate` wrote; without it a trained network stays INCONCLUSIVE.
        judged: What was found out about the weights.
        wishes: Formats in the bundle and further ones.

    Returns:
        0, or 1 where a gate was not passed.

    Raises:
        HostBundleError: If the wishes contradict one another.
        FormatError: If a format, an option or a limit is none of the legal ones.
    """
    wishes.check()
    formats = read_bundle_formats(wishes.bundle_formats)
    if (weights is None) != untrained:
        raise HostBundleError("Give either a weights file or --untrained.")
    out = out.resolve()
    version_tuple(model_version)
    _check_out(out)
    formats_folder = _formats_folder(out, wishes.formats_out)
    if weights is None and (calibration is not None or judged != JudgementPlaces()):
        raise HostBundleError("Random weights cannot be calibrated or evaluated; give those options with weights.")
    fitted = None if calibration is None else _calibration_for(outputs, calibration)
    judgement = None
    if weights is None:
        net = Net1D.seeded(TINY, seed)
        statement = ModelStatement(out.name, model_version, "untrained", UNTRAINED_DATA, variant, outputs)
    else:
        net = Net1D.load_checkpoint(weights)
        judgement = read_judgement(judged, weights)
        said = training_sentence(words, read_checkpoint(weights).training, judgement)
        statement = ModelStatement(out.name, model_version, "trained", said, variant, outputs, fitted)
    console = Console(stderr=True)
    prepared_by = find_variant(variant)
    try:
        with console.status(f"exporting {out.name}: {', '.join(wishes.bundle_formats)}, golden vectors"):
            source = export_source(_checked(net, statement), wishes, prepared_by) if wishes.needs_clips else None
            cpus = () if wishes.other_cpus is None else all_cpus(wishes.other_cpus)
            models = BundleModels(formats, source, cpus)
            built = build_bundle(_checked(net, statement), statement, out, judgement, models)
    except OSError as error:
        raise HostBundleError(f"{out} cannot be written: {error.strerror or error}.") from error
    _report(built)
    if not wishes.formats:
        return 0
    said = f"{out.name}, {f'random weights of seed {seed}' if weights is None else f'weights {weights.name}'}"
    try:
        return write_formats(net, wishes, formats_folder, weights=said, variant=prepared_by)
    except OSError as error:
        raise HostBundleError(f"{formats_folder} cannot be written: {error.strerror or error}.") from error


def _check_out(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise HostBundleError(f"{out} is a file; --out names the bundle's folder.")
    if out.exists() and not (out / MANIFEST_NAME).is_file() and any(out.iterdir()):
        raise HostBundleError(f"{out} exists and is not a bundle; choose another --out.")


def _formats_folder(out: Path, wished: Path | None) -> Path:
    folder = (wished or out.with_name(f"{out.name}-formats")).resolve()
    if folder.is_relative_to(out):
        raise HostBundleError(
            f"--formats-out {folder} lies in the bundle's own folder, where devices refuse what is not listed; give "
            "another place."
        )
    return folder


def _calibration_for(outputs: tuple[str, ...], path: Path) -> BundleCalibration:
    fitted = read_bundle_calibration(path)
    if fitted.calibration_k_ge_6_0 is not None and SECOND_OUTPUT not in outputs:
        raise HostBundleError(f"{path} calibrates {SECOND_OUTPUT}, which is none of the outputs {', '.join(outputs)}.")
    return fitted


def _checked(net: Net1D, statement: ModelStatement) -> Net1D:
    if net.config.in_channels != 1:
        raise HostBundleError(f"The network wants {net.config.in_channels} leads; the handheld has one.")
    if net.config.n_outputs != len(statement.outputs):
        raise HostBundleError(
            f"The network has {net.config.n_outputs} outputs, {len(statement.outputs)} are named; give --outputs."
        )
    return net.eval()


def _report(built: BuiltBundle) -> None:
    console, parity = Console(), built.parity
    console.print(f"bundle   {built.directory}", highlight=False)
    console.print(
        f"parity   {parity.max_abs_error:.2e} of {parity.tolerance:.1e} allowed, {parity.n_windows} windows, "
        f"logit SD {parity.logit_sd:.3g}",
        highlight=False,
    )
    for name, outcome in built.golden_outcomes.items():
        console.print(f"golden   {name}: {outcome}", highlight=False)
    for name, digest in built.manifest.files.items():
        size_kb = (built.directory / name).stat().st_size / 1e3
        console.print(f"file     {name}  {size_kb:,.0f} kB  sha256 {digest[:16]}…", highlight=False)
    console.print(f"next     pocketk bundle sign {built.directory} --key FILE", highlight=False, soft_wrap=True)
    if built.warning:
        console.print(f"warning  {built.warning}", highlight=False)
