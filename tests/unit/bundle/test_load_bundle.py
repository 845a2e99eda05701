"""A bundle is used whole and as it was made, or not at all (S2)."""

import json
import re
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import pocketk_agent
from generated_ecg import ecg_mv
from pocketk_agent.bundle.bundle import load_bundle
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.golden import read_golden
from pocketk_agent.bundle.trust import DEVELOPMENT
from pocketk_agent.inference.fake_runner import FakeRunner
from pocketk_agent.inference.onnx_runner import OnnxRunner
from pocketk_agent.signal.errors import RateError, ShapeError, TooShortError, UnitsError
from signed_bundles import manifest_body, rewrite, unsigned_copy, write_manifest

NAME = "pocketk-untrained"
# What is wrong here would be wrong with any signature.
load_unsigned = partial(load_bundle, trust=DEVELOPMENT)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return unsigned_copy(tmp_path)


def test_three_lines_from_install_to_a_scored_strip():
    bundle = pocketk_agent.load_bundle(NAME)
    outcome = bundle.score(ecg_mv(30), 500)
    assert str(outcome) == "INCONCLUSIVE(untrained model)"
    assert outcome.clips_used == 3


def test_the_shipped_bundle_reproduces_its_golden_vectors_on_this_machine(measure):
    bundle = load_bundle(NAME)
    measure("GOLDEN", bundle.golden_error_logit / bundle.manifest.models[0].golden_atol_logit, n=4)


def test_golden_vectors_cover_rates_mains_gaps_and_refusal(copy: Path):
    cases = read_golden(copy / "golden.npz")
    assert {c.mains_hz for c in cases} == {50.0, 60.0}
    assert {c.front_end.adc_bits for c in cases} == {12, 24}
    assert any(c.outcome.startswith("POOR_RECORDING") for c in cases)


@pytest.mark.parametrize("seconds", [10, 19, 25])
def test_ten_seconds_or_more_are_scored_with_the_clips_they_have(seconds: float):
    assert load_bundle(NAME).score(ecg_mv(seconds), 500).clips_used == int(seconds // 10)


@pytest.mark.parametrize(
    ("signal", "fs_hz", "error"),
    [
        (ecg_mv(9.9), 500, TooShortError),
        (ecg_mv(10), 5, RateError),
        (np.zeros((3, 4)), 500, ShapeError),
        (ecg_mv(10) * 1000, 500, UnitsError),
    ],
    ids=["short", "rate", "shape", "microvolts"],
)
def test_an_impossible_signal_is_refused_with_its_own_error(signal, fs_hz, error):
    with pytest.raises(error):
        load_bundle(NAME).score(signal, fs_hz)


def test_a_dead_channel_is_a_poor_recording():
    assert str(load_bundle(NAME).score(np.zeros(15000), 500)) == "POOR_RECORDING(flat)"


def test_twelve_leads_are_scored_by_lead_one():
    leads = np.stack([ecg_mv(10), *(np.zeros(5000) for _ in range(11))])
    assert load_bundle(NAME).score(leads, 500).clips_used == 1


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(BundleError, match="Did you mean 'pocketk-untrained'"):
        load_bundle("pocketk-untraind")


def test_a_folder_without_a_manifest_is_no_bundle(tmp_path: Path):
    with pytest.raises(BundleError, match=r"no manifest\.json"):
        load_bundle(tmp_path)


@pytest.mark.parametrize("name", ["model.onnx", "golden.npz", "MODEL_CARD.md"])
def test_one_changed_byte_in_any_file_is_refused(name: str, copy: Path):
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    with pytest.raises(BundleError, match=f"{name} is not the file"):
        load_unsigned(copy)


def test_a_missing_file_is_refused(copy: Path):
    (copy / "golden.npz").unlink()
    with pytest.raises(BundleError, match="not a plain file"):
        load_unsigned(copy)


def test_a_file_that_nobody_listed_is_refused(copy: Path):
    (copy / "extra.bin").write_bytes(b"x")
    with pytest.raises(BundleError, match=r"extra\.bin"):
        load_unsigned(copy)


def test_a_link_instead_of_a_file_is_refused(copy: Path, tmp_path: Path):
    moved = tmp_path / "elsewhere.onnx"
    (copy / "model.onnx").rename(moved)
    (copy / "model.onnx").symlink_to(moved)
    with pytest.raises(BundleError, match="not a plain file"):
        load_unsigned(copy)


@pytest.mark.parametrize("field", ["minimum_agent", "minimum_firmware"])
def test_a_bundle_for_newer_software_is_refused(field: str, copy: Path):
    rewrite(copy, **{field: "99.0.0"})
    with pytest.raises(BundleError, match=r"needs (agent|firmware) 99\.0\.0"):
        load_unsigned(copy)


def test_an_unknown_preprocessing_is_refused(copy: Path):
    rewrite(copy, variant="pocketk-handheld-v9")
    with pytest.raises(BundleError, match="pocketk-handheld-v9"):
        load_unsigned(copy)


def test_another_preprocessing_than_the_golden_one_is_refused(copy: Path):
    rewrite(copy, variant="ecgfounder-v1")
    with pytest.raises(BundleError, match="model's input differs"):
        load_unsigned(copy)


def test_a_network_that_answers_differently_is_refused(copy: Path):
    with pytest.raises(BundleError, match="a logit differs by"):
        load_unsigned(copy, FakeRunner(lambda clips: np.zeros((len(clips), 1), np.float32)))


def test_a_network_of_another_shape_is_refused(copy: Path):
    with pytest.raises(BundleError, match=r"DEVICE_ERROR\(runner\)"):
        load_unsigned(copy, FakeRunner(lambda clips: np.zeros((len(clips), 2), np.float32)))


def test_a_bundle_without_golden_vectors_is_refused(copy: Path):
    (copy / "golden.npz").unlink()
    body = manifest_body(copy)
    del body["files"]["golden.npz"]
    write_manifest(copy, body | {"targets": {"pi": ["model.onnx"]}})
    with pytest.raises(BundleError, match="no golden"):
        load_unsigned(copy)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 torn"])
def test_golden_vectors_that_cannot_be_read_are_refused(content: bytes, copy: Path):
    (copy / "golden.npz").write_bytes(content)
    rewrite(copy)
    with pytest.raises(BundleError, match="cannot be read"):
        load_unsigned(copy)


def test_golden_vectors_that_would_fill_the_memory_are_refused_before_they_are_unpacked(copy: Path):
    with zipfile.ZipFile(copy / "golden.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(21):
            archive.writestr(f"counts_{number}.npy", bytes(10_000_000))
    rewrite(copy)
    with pytest.raises(BundleError, match="unpacked it would have more than 200,000,000 bytes"):
        load_unsigned(copy)


def regolden(directory: Path, **changes) -> None:
    """Change the arrays of every golden case."""
    with np.load(directory / "golden.npz") as file:
        arrays = dict(file)
    for name, change in changes.items():
        for key in [k for k in arrays if re.sub(r"(_\d+)+$", "", k) == name]:
            arrays[key] = change(arrays[key])
    np.savez(directory / "golden.npz", **arrays)
    rewrite(directory)


@pytest.mark.parametrize(
    "changes",
    [
        {"logits": lambda a: a * np.float32(np.nan)},
        {"logits": lambda a: a.astype("U8")},
        {"logits": lambda a: a[:0]},
        {"logits": lambda a: a[:0], "clips": lambda a: a[:0]},
        {"clips": lambda a: a.astype("U8")},
        {"counts": lambda a: a[None]},
        {"counts": lambda a: a.astype(np.float64)},
        {"lead_off": lambda a: a[:-1]},
        {"lead_off": lambda a: a.astype(np.int8)},
    ],
    ids=["NaN logits", "text logits", "no logits", "nothing scored", "text clips", "2-D", "float", "short", "not bool"],
)
def test_golden_vectors_that_prove_nothing_are_refused(changes: dict, copy: Path):
    regolden(copy, **changes)
    with pytest.raises(BundleError, match=r"proves nothing|cannot be read"):
        load_unsigned(copy)


@pytest.mark.parametrize(
    "front_end", [{"fs_hz": "500"}, {"lsb_mv": None}, {"rail_low_counts": "a"}, {"adc_bits": True}, {"surprise": 1}]
)
def test_a_golden_front_end_of_the_wrong_kind_is_refused(front_end: dict, copy: Path):
    def changed_index(index: np.ndarray) -> np.ndarray:
        content = json.loads(index.tobytes())
        for entry in content["cases"]:
            entry["front_end"] |= front_end
        return np.frombuffer(json.dumps(content).encode(), np.uint8)

    with np.load(copy / "golden.npz") as file:
        arrays = dict(file)
    np.savez(copy / "golden.npz", **{**arrays, "index": changed_index(arrays["index"])})
    rewrite(copy)
    with pytest.raises(BundleError, match=r"proves nothing|cannot be read"):
        load_unsigned(copy)


def test_a_dead_runner_cannot_be_golden(copy: Path):
    def as_device_error(index: np.ndarray) -> np.ndarray:
        content = json.loads(index.tobytes())
        for entry in content["cases"]:
            entry["outcomes"] = ["DEVICE_ERROR(runner)"]
        return np.frombuffer(json.dumps(content).encode(), np.uint8)

    with np.load(copy / "golden.npz") as file:
        arrays = dict(file)
    np.savez(copy / "golden.npz", **{**arrays, "index": as_device_error(arrays["index"])})
    rewrite(copy)
    with pytest.raises(BundleError, match="proves nothing"):
        load_unsigned(copy)


def test_a_model_file_that_is_none_is_refused(copy: Path):
    (copy / "model.onnx").write_bytes(b"not a model")
    rewrite(copy)
    with pytest.raises(BundleError, match="ONNX Runtime can load"):
        load_unsigned(copy)


def test_a_bundle_without_a_model_for_this_device_is_refused(copy: Path):
    rewrite(copy, targets={"pico": ["model.onnx"]})
    with pytest.raises(BundleError, match="target 'pi'"):
        load_unsigned(copy, OnnxRunner())
