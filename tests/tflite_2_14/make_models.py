"""Writes the untrained network as .tflite files and as a bundle that prefers one of them, for the tests beside it.

In an environment that has the converter; always anew, for the exporter is on trial too:
python tests/tflite_2_14/make_models.py FOLDER
"""

import sys
from importlib import import_module
from pathlib import Path

from pocketk.bundle.build import BundleModels, ModelStatement, build_bundle
from pocketk.bundle.bundle_formats import read_bundle_formats
from pocketk.export.formats.export_format import read_wishes
from pocketk.export.formats.export_run import RunSettings, export_formats
from pocketk.export.formats.export_source import ExportSource
from pocketk.export.parity_windows import parity_windows
from pocketk.export_command import DEFAULT_SEED, TINY
from pocketk_models.net1d import Net1D

WISHES = ("tflite-fp32", "tflite-fp16", "tflite-int8")
TOO_NEW = "fully-connected-12.tflite"
BUNDLE, BUNDLE_FORMATS = "pocketk-half", ("tflite-fp16", "onnx-fp32")


def with_fully_connected_12(model: bytes) -> bytes:
    """The same model, its last layer said to be of version 12, as newer converters write it."""
    schema = import_module("ai_edge_litert.schema_py_generated")
    tables = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    for code in tables.operatorCodes:
        if schema.BuiltinOperator.FULLY_CONNECTED in (code.builtinCode, code.deprecatedBuiltinCode):
            code.version = 12
    builder = import_module("flatbuffers").Builder(len(model))
    builder.Finish(tables.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def main() -> int:
    folder = Path(sys.argv[1])
    net, clips = Net1D.seeded(TINY, DEFAULT_SEED).eval(), parity_windows(16, 1, 5000, seed=0)
    source = ExportSource(net, clips[:8], clips[8:])
    rows = export_formats(source, read_wishes(WISHES), folder, RunSettings(repeats=1))
    failed = [f"{row.name}: {row.reason}" for row in rows if row.path is None]
    if failed:
        sys.stderr.write("\n".join(failed) + "\n")
        return 1
    (folder / TOO_NEW).write_bytes(with_fully_connected_12((folder / "tflite-fp32.tflite").read_bytes()))
    models = BundleModels(read_bundle_formats(BUNDLE_FORMATS), source)
    build_bundle(net, ModelStatement(BUNDLE), folder / BUNDLE, models=models)
    return 0


if __name__ == "__main__":
    sys.exit(main())
