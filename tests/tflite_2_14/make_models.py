"""Writes the untrained network as .tflite files for the tests beside it, in an environment that has the converter.

python tests/tflite_2_14/make_models.py FOLDER
"""

import sys
from importlib import import_module
from pathlib import Path

from pocketk.export.formats.export_format import read_wishes
from pocketk.export.formats.export_run import RunSettings, export_formats
from pocketk.export.formats.export_source import ExportSource
from pocketk.export.parity_windows import parity_windows
from pocketk.export_command import DEFAULT_SEED, TINY
from pocketk_models.net1d import Net1D

WISHES = ("tflite-fp32", "tflite-fp16", "tflite-int8")
TOO_NEW = "fully-connected-12.tflite"


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
    wishes = read_wishes(WISHES)
    if all((folder / name).is_file() for name in (*(wish.file_name for wish in wishes), TOO_NEW)):
        return 0
    clips = parity_windows(16, 1, 5000, seed=0)
    source = ExportSource(Net1D.seeded(TINY, DEFAULT_SEED), clips[:8], clips[8:])
    rows = export_formats(source, wishes, folder, RunSettings(repeats=1))
    failed = [f"{row.name}: {row.reason}" for row in rows if row.path is None]
    if failed:
        sys.stderr.write("\n".join(failed) + "\n")
        return 1
    (folder / TOO_NEW).write_bytes(with_fully_connected_12((folder / "tflite-fp32.tflite").read_bytes()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
