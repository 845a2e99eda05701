"""Manifests for tests."""

from dataclasses import replace

from pocketk_agent.bundle.manifest import Manifest
from pocketk_agent.bundle.model_file import ModelFile
from pocketk_agent.probability import Calibration, OperatingPoints, Platt

UNTRAINED = Manifest(
    model_id="example",
    model_version="1.0.0",
    training="untrained",
    training_data="Random weights.",
    variant="pocketk-handheld-v1",
    outputs=("k_gt_5_5",),
    thresholds=None,
    calibration=None,
    intended_use="Tests.",
    minimum_agent="0.1.0",
    minimum_firmware="0.1.0",
    targets={"pi": ("model.onnx", "golden.npz")},
    models=(ModelFile("model.onnx", "onnxruntime", 1e-4),),
    files={"model.onnx": "0" * 64, "golden.npz": "1" * 64},
)
TRAINED = replace(
    UNTRAINED,
    training="trained",
    training_data="Nothing real.",
    thresholds=OperatingPoints(0.1, 0.5),
    calibration=Calibration(Platt(1.0, 0.0), fitted_prevalence=0.03, prevalence=0.03),
)
