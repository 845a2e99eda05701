"""Of several models a device runs the one it chose, else the first that it can; never another in silence."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from generated_ecg import ecg_mv
from pocketk_agent.bundle import open_model
from pocketk_agent.bundle.bundle import Bundle, load_bundle
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.golden import read_golden
from pocketk_agent.bundle.manifest import parse_manifest
from pocketk_agent.bundle.model_choice import ModelChoice, ModelChoices
from pocketk_agent.bundle.model_file import ModelFile
from pocketk_agent.bundle.trust import DEVELOPMENT
from pocketk_agent.inference.engine import Engine, engines_for
from pocketk_agent.inference.fake_runner import FakeRunner
from pocketk_agent.inference.runner import Runner, UnsuitedError
from several_models import FP16, INT8, several_models
from signed_bundles import rewrite

pytestmark = pytest.mark.skipif(find_spec("ai_edge_litert") is None, reason="ai-edge-litert is not installed")

ONNX = ModelFile("model.onnx", "onnxruntime", 4e-5)
LITERT = "ai-edge-litert"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return several_models(tmp_path_factory.mktemp("several"), (INT8, FP16, ONNX))


@pytest.fixture
def bundle(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / made.name))


@pytest.fixture
def choices(tmp_path: Path) -> ModelChoices:
    return ModelChoices(tmp_path / "choices")


def sha256(bundle: Path) -> str:
    return parse_manifest((bundle / "manifest.json").read_bytes()).sha256


def load(bundle: Path, choices: ModelChoices | None = None, runner: Runner | None = None) -> Bundle:
    return load_bundle(bundle, runner, trust=replace(DEVELOPMENT, choices=choices))


def without(package: str, monkeypatch: pytest.MonkeyPatch, instead: Callable[[int], Runner] | None = None) -> None:
    """Take a package from this device, or have another runner in its place."""

    def engines(runtime: str) -> tuple[Engine, ...]:
        kept = []
        for engine in engines_for(runtime):
            gone = engine.package == package
            kept.append(replace(engine, module="nowhere") if gone and instead is None else engine)
            if gone and instead is not None:
                kept[-1] = replace(engine, make=instead)
        return tuple(kept)

    monkeypatch.setattr(open_model, "engines_for", engines)


def test_the_first_model_that_runs_here_is_taken_and_named(bundle: Path):
    loaded = load(bundle)
    assert (loaded.model_file, loaded.engine, loaded.note) == ("int8.tflite", LITERT, "")
    assert loaded.golden_error_logit == 0.0
    assert loaded.score(ecg_mv(30), 500).clips_used == 3


def test_every_model_has_its_own_golden_logits_on_the_same_clips(bundle: Path):
    int8, fp16 = (read_golden(bundle / "golden.npz", model.file) for model in (INT8, FP16))
    assert any((one.logits != other.logits).any() for one, other in zip(int8, fp16, strict=True))
    assert all((one.clips == other.clips).all() for one, other in zip(int8, fp16, strict=True))


def test_golden_vectors_without_the_model_are_refused(bundle: Path):
    with pytest.raises(BundleError, match="cannot be read"):
        read_golden(bundle / "golden.npz", "other.tflite")


def test_without_the_first_runtime_the_next_model_is_taken(bundle: Path, monkeypatch):
    without(LITERT, monkeypatch)
    loaded = load(bundle)
    assert (loaded.model_file, loaded.engine) == ("model.onnx", "onnxruntime")


def test_a_model_that_does_not_suit_its_runtime_here_is_passed_over(bundle: Path, monkeypatch):
    class NoInt8(FakeRunner):
        def load(self, model: Path) -> None:
            raise UnsuitedError(f"{model.name} would be slow.")

    without(LITERT, monkeypatch, lambda _: NoInt8(lambda clips: clips.mean(axis=2)))
    assert load(bundle).model_file == "model.onnx"


def test_without_any_runtime_the_reason_names_what_to_install(bundle: Path, monkeypatch):
    monkeypatch.setattr(open_model, "engines_for", lambda runtime: (Engine("acme", "nowhere", runtime, engine_maker),))
    with pytest.raises(BundleError, match=r"int8\.tflite needs acme, which is not installed; .*model\.onnx") as caught:
        load(bundle)
    assert caught.value.code == "bundle-runtime"


def engine_maker(_: int) -> Runner:
    raise AssertionError("made a runner of a package that is not installed")


def test_a_model_that_fails_its_golden_vectors_is_an_error_and_no_other_is_taken(bundle: Path, monkeypatch):
    without(LITERT, monkeypatch, lambda _: FakeRunner(lambda clips: clips.mean(axis=2)))
    with pytest.raises(BundleError, match=r"of int8\.tflite: a logit differs") as caught:
        load(bundle)
    assert caught.value.code == "golden-mismatch"


def test_one_step_of_int8_is_too_much(bundle: Path):
    rewrite(bundle, models=[vars(replace(FP16, golden_atol_logit=0.0)), vars(INT8), vars(ONNX)])
    exact = load(bundle).runner
    with pytest.raises(BundleError, match="a logit differs"):
        load(bundle, runner=FakeRunner(lambda clips: exact.infer(clips) * 1.00001))


def test_the_recorded_choice_comes_before_the_order(bundle: Path, choices: ModelChoices):
    choices.keep(sha256(bundle), ModelChoice("fp16.tflite", LITERT, 2), {})
    loaded = load(bundle, choices)
    assert (loaded.model_file, loaded.engine, loaded.note) == ("fp16.tflite", LITERT, "")


def test_the_choice_of_another_bundle_does_not_count(bundle: Path, choices: ModelChoices):
    choices.keep("0" * 64, ModelChoice("fp16.tflite", LITERT, 1), {})
    assert load(bundle, choices).model_file == "int8.tflite"


def test_a_chosen_model_whose_runtime_is_gone_gives_way_and_that_is_said(bundle, choices, monkeypatch):
    choices.keep(sha256(bundle), ModelChoice("fp16.tflite", LITERT, 1), {})
    without(LITERT, monkeypatch)
    loaded = load(bundle, choices)
    assert loaded.model_file == "model.onnx"
    assert loaded.note == (
        "fp16.tflite with ai-edge-litert was chosen on this device, but fp16.tflite needs ai-edge-litert, which is not "
        "installed: model.onnx with onnxruntime runs instead. Choose anew with pocketk-agent benchmark."
    )


def test_a_chosen_model_that_fails_its_golden_vectors_is_an_error(bundle, choices, monkeypatch):
    choices.keep(sha256(bundle), ModelChoice("model.onnx", "onnxruntime", 1), {})
    without("onnxruntime", monkeypatch, lambda _: FakeRunner(lambda clips: clips.mean(axis=2)))
    with pytest.raises(BundleError) as caught:
        load(bundle, choices)
    assert caught.value.code == "golden-mismatch"


def test_a_choice_that_the_bundle_does_not_have_is_an_error(bundle: Path, choices: ModelChoices):
    choices.keep(sha256(bundle), ModelChoice("fp16.tflite", "onnxruntime", 1), {})
    with pytest.raises(BundleError, match=r"fp16\.tflite with onnxruntime, which is nothing") as caught:
        load(bundle, choices)
    assert caught.value.code == "bundle-choice"


@pytest.mark.parametrize(
    "change",
    [
        {"schema_version": 2},
        {"surprise": 1},
        {"manifest_sha256": "1" * 64},
        {"choice": None},
        {"choice": {"file": "fp16.tflite", "package": LITERT}},
        {"choice": {"file": 7, "package": LITERT, "threads": 1}},
        {"choice": {"file": "fp16.tflite", "package": LITERT, "threads": 0}},
        {"choice": {"file": "fp16.tflite", "package": LITERT, "threads": True}},
    ],
)
def test_a_damaged_choice_is_an_error_and_no_default(change: dict, bundle: Path, choices: ModelChoices):
    place = choices.keep(sha256(bundle), ModelChoice("fp16.tflite", LITERT, 1), {})
    place.write_text(json.dumps(json.loads(place.read_text()) | change))
    with pytest.raises(BundleError, match="Delete it, or choose anew") as caught:
        load(bundle, choices)
    assert caught.value.code == "bundle-choice"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b" " * 1_000_001])
def test_a_choice_that_cannot_be_read_is_an_error(content: bytes, choices: ModelChoices):
    choices.keep("0" * 64, ModelChoice("fp16.tflite", LITERT, 1), {}).write_bytes(content)
    with pytest.raises(BundleError):
        choices.read("0" * 64)


def test_a_choice_is_replaced_whole_and_leaves_nothing_else(choices: ModelChoices):
    choices.keep("0" * 64, ModelChoice("a.tflite", LITERT, 1), {"n": 1})
    place = choices.keep("0" * 64, ModelChoice("b.tflite", LITERT, 2), {"n": 2})
    assert choices.read("0" * 64) == ModelChoice("b.tflite", LITERT, 2)
    assert [path.name for path in place.parent.iterdir()] == [f"{'0' * 64}.json"]


def test_interrupted_while_writing_the_old_choice_stays(choices: ModelChoices, monkeypatch):
    place = choices.keep("0" * 64, ModelChoice("a.tflite", LITERT, 1), {})

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        choices.keep("0" * 64, ModelChoice("b.tflite", LITERT, 1), {})
    assert choices.read("0" * 64) == ModelChoice("a.tflite", LITERT, 1)
    assert [path.name for path in place.parent.iterdir()] == [place.name]
