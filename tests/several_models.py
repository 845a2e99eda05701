"""A bundle of several models, made in milliseconds: twice the mean of a clip in LiteRT, unsigned."""

import shutil
from pathlib import Path

from pocketk.bundle.golden_file import write_golden
from pocketk_agent.bundle.manifest import parse_manifest
from pocketk_agent.bundle.model_file import ModelFile
from pocketk_agent.bundle.verify import sha256_of
from pocketk_agent.inference.engine import engines_for
from signed_bundles import manifest_body, unsigned_copy, write_manifest

TFLITE = Path(__file__).parent / "contract" / "tflite"
INT8, FP16 = ModelFile("int8.tflite", "litert", 0.0), ModelFile("fp16.tflite", "litert", 1e-5)


def several_models(folder: Path, models: tuple[ModelFile, ...] = (INT8, FP16)) -> Path:
    """A copy of the untrained bundle with other models and golden vectors of each; an .onnx stays the shipped one."""
    directory = unsigned_copy(folder)
    for model in models:
        if model.file != "model.onnx":
            shutil.copyfile(TFLITE / model.file, directory / model.file)
    body = manifest_body(directory)
    kept = {model.file for model in models} | {"golden.npz", "MODEL_CARD.md"}
    for name in set(body["files"]) - kept:
        (directory / name).unlink()
    body |= {
        "models": [vars(model) for model in models],
        "targets": {"pi": [*(model.file for model in models), "golden.npz", "MODEL_CARD.md"]},
        "files": {name: sha256_of(directory / name) for name in kept},
    }
    write_manifest(directory, body)
    manifest = parse_manifest((directory / "manifest.json").read_text(encoding="utf-8"))
    runners = {}
    for model in models:
        runners[model.file] = engines_for(model.runtime)[0].make(1)
        runners[model.file].load(directory / model.file)
    write_golden(directory / "golden.npz", manifest, runners)
    body["files"]["golden.npz"] = sha256_of(directory / "golden.npz")
    write_manifest(directory, body)
    return directory
