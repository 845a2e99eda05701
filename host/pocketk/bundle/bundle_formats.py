"""Which formats of the network a bundle holds, and how close another processor has to come to each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from shutil import move
from tempfile import TemporaryDirectory

from pocketk.bundle.errors import HostBundleError
from pocketk.export.formats.export_format import PORTABLE, FormatWish, read_wishes
from pocketk.export.formats.export_run import RunSettings, export_formats
from pocketk.export.formats.export_source import ExportSource
from pocketk.export.formats.format_result import FormatResult
from pocketk_agent.bundle.model_file import ModelFile

# fp32 in one runtime differs between CPUs by the order of its additions. Where the exporter is given no other CPUs to
# measure it on this stands: twice the parity that the export itself must show at a logit SD of 1. fp16 weights are
# unpacked and added up in fp32.
FP32_ATOL_LOGIT = 4e-5
# Whole numbers add up alike in any order, and so do the sums of the float last layer, which are exact: equal over
# AVX-512, AVX2 and aarch64 on 32 clips (ai-edge-litert 2.3.0).
INT8_ATOL_LOGIT = 0.0
_ATOL_LOGIT = {
    PORTABLE: FP32_ATOL_LOGIT,
    "tflite-fp32": FP32_ATOL_LOGIT,
    "tflite-fp16": FP32_ATOL_LOGIT,
    "tflite-int8": INT8_ATOL_LOGIT,
}


@dataclass(frozen=True)
class BundleFormat:
    """A format that goes into a bundle.

    Attributes:
        wish: what to make.
        model: what the manifest says of it.
    """

    wish: FormatWish
    model: ModelFile


def read_bundle_formats(texts: tuple[str, ...]) -> tuple[BundleFormat, ...]:
    """What texts like "tflite-int8,onnx-fp32" name, or "name:option=value" alone in a text; in order of preference.

    Raises:
        FormatError: a name, an option or a value that there is not, or one twice.
        HostBundleError: a format for which no tolerance across processors is known, two of one file name, or onnx-fp32
            is not among them.
    """
    names = [name.strip() for text in texts for name in ((text,) if ":" in text else text.split(","))]
    formats = tuple(BundleFormat(wish, _model(wish)) for wish in read_wishes(tuple(names)))
    if unused := [each.wish.text for each in formats if each.wish.format.name == PORTABLE != each.wish.text]:
        raise HostBundleError(f"{unused[0]}: a bundle's {PORTABLE} is always the plain graph; give it without options.")
    if PORTABLE not in [each.wish.format.name for each in formats]:
        raise HostBundleError(
            f"A bundle needs {PORTABLE}: it runs everywhere, and the others are judged by it. Put it last, perhaps: "
            f"{','.join([*names, PORTABLE])}"
        )
    files = [each.model.file for each in formats]
    if len(set(files)) < len(files):
        raise HostBundleError(f"Two formats of the bundle would be one file: {', '.join(files)}.")
    return formats


def _model(wish: FormatWish) -> ModelFile:
    one = wish.format
    if one.name not in _ATOL_LOGIT:
        raise HostBundleError(
            f"{wish.text} cannot go into a bundle: how far its logits differ between processors is not known. Those "
            f"that can are {', '.join(_ATOL_LOGIT)}."
        )
    precision = "" if one.name == PORTABLE else f"-{one.name.partition('-')[2]}"
    return ModelFile(f"model{precision}{one.suffix}", one.runtime, _ATOL_LOGIT[one.name])


def write_further(
    source: ExportSource, formats: tuple[BundleFormat, ...], folder: Path, most_mae_of_sd: float
) -> tuple[FormatResult, ...]:
    """Make the files of all formats but onnx-fp32 in a bundle's folder.

    Returns:
        How close each came to the network, in the same order.

    Raises:
        HostBundleError: one cannot be made here, or is further off than its format allows.
    """
    further = [each for each in formats if each.wish.format.name != PORTABLE]
    with TemporaryDirectory(prefix=".models-", dir=folder.parent) as scratch:
        wishes = tuple(each.wish for each in further)
        results = export_formats(source, wishes, Path(scratch), RunSettings(repeats=1))
        for each, result in zip(further, results, strict=True):
            if not result.usable or result.agreement is None:
                raise HostBundleError(f"{result.name} cannot go into the bundle: {result.reason or result.state}.")
            if not result.agreement.mae_of_sd <= most_mae_of_sd:
                raise HostBundleError(
                    f"{result.name} cannot go into the bundle: its logits are off by {result.agreement.mae_of_sd:.2%} "
                    f"of their SD in the mean, allowed {most_mae_of_sd:.2%}; calibration and thresholds would not "
                    "hold. Choose its ranges on a cohort (--calibration-cohort), or leave it out."
                )
            move(Path(scratch) / each.wish.file_name, folder / each.model.file)
            (folder / each.model.file).chmod(0o644)  # the quantiser makes programs of its files
    return tuple(results)
