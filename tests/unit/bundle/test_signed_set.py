"""S2: no result unless model, thresholds, calibration, preprocessing and golden vectors are the signed set."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from measurement_plugin import Measure
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.trust import DEVELOPMENT, KEYS_NAME, Trust, keys_json
from pocketk_agent.bundle.verify import verify
from pocketk_agent.commands.measure import BundleWish, usable_bundle
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.outcome import OutcomeKind
from session_rig import blocks, measured, station
from signed_bundles import TRAINED_NAME, fake_key, put_signature, unsigned_copy

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A calibrated bundle, signed with the demonstration key."""
    folder = unsigned_copy(tmp_path, TRAINED_NAME)
    put_signature(folder)
    return folder


def started(directory: Path, trust: Path | None = None) -> MeasurementResult:
    """What a device does that is switched on and measures: load the bundle, then run the session with it."""
    return measured(station(blocks(36), bundle=usable_bundle(BundleWish(str(directory), trust))))


def change_byte(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def place_of(part: str, directory: Path) -> tuple[Path, int]:
    """A file and a byte in it that belongs to one part of the signed set."""
    files = {
        "model": "model-fp16.tflite",
        "other model": "model.onnx",
        "golden vectors": "golden.npz",
        "model card": "MODEL_CARD.md",
    }
    if part in files:
        path = directory / files[part]
        return path, path.stat().st_size // 2
    manifest = directory / "manifest.json"
    fields = {
        "thresholds": b'"t_high": 0.',
        "calibration": b'"fitted_prevalence": 0.',
        "preprocessing": b'"variant": "pocketk-handheld-v',
        "tolerance": b'"golden_atol_logit": ',
    }
    found = manifest.read_bytes().index(fields[part])
    return manifest, found + len(fields[part])


PARTS = [
    "model",
    "other model",
    "thresholds",
    "calibration",
    "preprocessing",
    "golden vectors",
    "tolerance",
    "model card",
]


@pytest.mark.parametrize("part", PARTS)
def test_one_changed_byte_gives_a_device_error_at_the_next_start(part: str, copy: Path, measure: Measure):
    change_byte(*place_of(part, copy))
    result = started(copy)
    shown = result.outcome.kind is not OutcomeKind.DEVICE_ERROR or result.model is not None
    measure("S2", int(shown), detail=f"{part}: {result.outcome}")
    assert result.outcome.reasons[0] in ("bundle-hash", "bundle-signature")


def test_the_same_bundle_unchanged_starts_and_every_record_says_demonstration_mode(copy: Path):
    result = started(copy)
    assert result.model is not None, str(result.outcome)
    assert result.model.signed == "demonstration"
    assert "Demonstration mode: signed with the public demonstration key." in result.model.statement


def test_every_byte_of_manifest_and_signature_counts(copy: Path, measure: Measure):
    trust, accepted, tried = Trust(demonstration=True), [], 0
    for name in ("manifest.json", "SIGNATURE"):
        path = copy / name
        content = path.read_bytes()
        for at in range(len(content)):
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            tried += 1
            try:
                verify(copy, trust, NOW)
            except BundleError:
                continue
            accepted.append((name, at))
        path.write_bytes(content)
    verify(copy, trust, NOW)
    measure("S2", len(accepted), n=tried, detail=str(accepted[:5]))


def test_without_its_signature_it_gives_a_device_error(copy: Path):
    (copy / "SIGNATURE").unlink()
    assert str(started(copy).outcome) == "DEVICE_ERROR(bundle-unsigned)"


def test_a_device_with_keys_of_its_own_does_not_start_with_the_demonstration_key(copy: Path, tmp_path: Path):
    trust = tmp_path / "trust"
    trust.mkdir()
    (trust / KEYS_NAME).write_text(keys_json((fake_key("clinic"),)))
    assert str(started(copy, trust).outcome) == "DEVICE_ERROR(bundle-signer)"


def test_a_damaged_list_of_keys_is_a_device_error_and_not_demonstration_mode(copy: Path, tmp_path: Path):
    trust = tmp_path / "trust"
    trust.mkdir()
    assert str(started(copy, trust).outcome) == "DEVICE_ERROR(bundle-trust)"
    (trust / KEYS_NAME).write_text("{}")
    assert str(started(copy, trust).outcome) == "DEVICE_ERROR(bundle-trust)"


def test_what_was_not_signed_says_so(tmp_path: Path):
    folder = unsigned_copy(tmp_path)
    assert verify(folder, DEVELOPMENT, NOW).standing.sentence == "Unsigned development bundle."
