"""The table of formats: one row of data each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pocketk.export.formats import onnx_files, tflite_files, torch_weights
from pocketk.export.formats.export_source import ExportSource
from pocketk.export.formats.format_error import FormatError
from pocketk.export.formats.format_option import FormatOption, Value
from pocketk.export.formats.wish_text import split_wish, unknown
from pocketk.quantisation.point_ranges import DEFAULT_RULE
from pocketk_calibration.quantisation.ranges import RULES

Maker = Callable[[ExportSource, Path, Mapping[str, Value]], None]

ALL = "all"
# What runs everywhere, and what every bundle holds.
PORTABLE = "onnx-fp32"
# Of max(1, logit SD). fp32: the measured 1.2e-5 with room; fp16: the measured 0.0057 of export parity on the
# published size with room. A format without one is judged by the limits a caller sets.
FP32_TOLERANCE, FP16_TOLERANCE = 2e-5, 0.01


@dataclass(frozen=True)
class ExportFormat:
    """A format.

    Attributes:
        name: As asked for.
        runtime: What runs its files; a name of `runtimes.RUNTIMES`.
        suffix: Of its files.
        make: Writes one file from a source, with every legal option.
        options: What may be asked of it.
        tolerance: Largest difference of a logit from the network's allowed, of max(1, logit SD); None for none.
    """

    name: str
    runtime: str
    suffix: str
    make: Maker
    options: tuple[FormatOption, ...] = ()
    tolerance: float | None = None


_GRAPH = FormatOption("graph", "twin", "which form of the network goes into the file", choices=("twin", "plain"))
_REDUCE = FormatOption("reduce-range", True, "7-bit weights: the same logits on CPUs with and without VNNI")
_LAST = FormatOption("float-head", True, "the last layer in floating point, by sums that are exact on every processor")
_RANGES = FormatOption("ranges", DEFAULT_RULE, "rule for the ranges of tensors", choices=RULES)

FORMATS = (
    ExportFormat("torch", "torch", ".safetensors", torch_weights.make_weights, (), FP32_TOLERANCE),
    ExportFormat(PORTABLE, "onnxruntime", ".onnx", onnx_files.make_fp32, (_GRAPH,), FP32_TOLERANCE),
    ExportFormat("onnx-fp16", "onnxruntime", ".onnx", onnx_files.make_fp16, (), FP16_TOLERANCE),
    ExportFormat("onnx-int8", "onnxruntime", ".onnx", onnx_files.make_int8, (_REDUCE,)),
    ExportFormat("tflite-fp32", "litert", ".tflite", tflite_files.make_fp32, (_GRAPH,), FP32_TOLERANCE),
    ExportFormat("tflite-fp16", "litert", ".tflite", tflite_files.make_fp16, (), FP16_TOLERANCE),
    ExportFormat("tflite-dynamic8", "litert", ".tflite", tflite_files.make_dynamic8, ()),
    ExportFormat("tflite-int8", "litert", ".tflite", tflite_files.make_int8, (_LAST, _RANGES)),
)


@dataclass(frozen=True)
class FormatWish:
    """A format with its options, all of them set.

    Attributes:
        format: The format.
        options: Option name -> value.
        text: How it was asked for; names its row and, with `:`, `=` and `,` as hyphens, its file.
    """

    format: ExportFormat
    options: Mapping[str, Value]
    text: str

    @property
    def file_name(self) -> str:
        """Name of the file it is written to."""
        return self.text.translate(str.maketrans(":=, ", "----")) + self.format.suffix


def find_format(name: str) -> ExportFormat:
    """Return the format called `name`.

    Raises:
        FormatError: If there is none; the message suggests the nearest.
    """
    for one in FORMATS:
        if one.name == name:
            return one
    raise unknown("format", name, [one.name for one in FORMATS])


def read_wishes(texts: tuple[str, ...]) -> tuple[FormatWish, ...]:
    """Return what `name:option=value,...` texts ask for; "all" stands for every format as it is by default.

    Raises:
        FormatError: If a name, an option or a value is none of the legal ones, or one wish is given twice.
    """
    plain = tuple(one.name for one in FORMATS)
    wishes = tuple(_read(one) for text in texts for one in (plain if text == ALL else (text,)))
    names = [wish.file_name for wish in wishes]
    for name in names:
        if names.count(name) > 1:
            raise FormatError(f"{name} would be written twice; ask for each format once")
    return wishes


def _read(text: str) -> FormatWish:
    name, settings = split_wish(text)
    one = find_format(name)
    legal = {option.name: option for option in one.options}
    for key in settings:
        if key not in legal:
            raise unknown(f"option of {name}", key, legal)
    options = {key: option.read(settings[key]) if key in settings else option.default for key, option in legal.items()}
    return FormatWish(
        one, options, name if not settings else f"{name}:{','.join(f'{k}={settings[k]}' for k in settings)}"
    )
