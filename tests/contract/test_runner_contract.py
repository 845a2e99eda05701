"""One contract for every runner: ONNX Runtime, LiteRT, tflite-runtime, the fake, and the replay."""

import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from pocketk_agent.bundle.bundle import shipped_bundles
from pocketk_agent.inference.fake_runner import FakeRunner
from pocketk_agent.inference.interpreter_runner import InterpreterRunner
from pocketk_agent.inference.litert_runner import LitertRunner
from pocketk_agent.inference.onnx_runner import OnnxRunner
from pocketk_agent.inference.replay_runner import ReplayRunner
from pocketk_agent.inference.runner import Runner, RunnerError, UnsuitedError
from pocketk_agent.inference.tflite_runtime_runner import TfliteRuntimeRunner

CLIPS = np.random.default_rng(0).normal(0.1, 0.7, size=(3, 1, 5000)).astype(np.float32)
# Files that give twice the mean of a clip; make_files.py beside them says how they came to be.
TFLITE = Path(__file__).parent / "tflite"
NUMPY_1 = np.lib.NumpyVersion(np.__version__) < "2.0.0"

needs_onnxruntime = pytest.mark.skipif(find_spec("onnxruntime") is None, reason="onnxruntime is not installed")
needs_litert = pytest.mark.skipif(find_spec("ai_edge_litert") is None, reason="ai-edge-litert is not installed")
needs_tflite_runtime = pytest.mark.skipif(
    find_spec("tflite_runtime") is None or not NUMPY_1, reason="no tflite-runtime beside NumPy 1"
)
INTERPRETERS = [
    pytest.param(LitertRunner, marks=needs_litert),
    pytest.param(TfliteRuntimeRunner, marks=needs_tflite_runtime),
]


def onnx(_: Path) -> tuple[Runner, Path]:
    return OnnxRunner(), shipped_bundles()["pocketk-untrained"] / "model.onnx"


def litert(_: Path) -> tuple[Runner, Path]:
    return LitertRunner(), TFLITE / "fp32.tflite"


def litert_int8(_: Path) -> tuple[Runner, Path]:
    return LitertRunner(threads=2), TFLITE / "int8.tflite"


def tflite_runtime(_: Path) -> tuple[Runner, Path]:
    return TfliteRuntimeRunner(), TFLITE / "fp16.tflite"


def fake(folder: Path) -> tuple[Runner, Path]:
    (folder / "model").touch()
    return FakeRunner(lambda clips: clips.mean(axis=2)), folder / "model"


def replay(folder: Path) -> tuple[Runner, Path]:
    np.save(folder / "logits.npy", np.ones((6, 1), np.float32))
    return ReplayRunner(), folder / "logits.npy"


REAL = [
    pytest.param(onnx, marks=needs_onnxruntime),
    pytest.param(litert, marks=needs_litert),
    pytest.param(litert_int8, marks=needs_litert),
    pytest.param(tflite_runtime, marks=needs_tflite_runtime),
]


@pytest.fixture(params=[*REAL, fake, replay])
def made(request, tmp_path: Path) -> tuple[Runner, Path]:
    make: Callable[[Path], tuple[Runner, Path]] = request.param
    return make(tmp_path)


@pytest.fixture(params=REAL)
def real(request, tmp_path: Path) -> tuple[Runner, Path]:
    make: Callable[[Path], tuple[Runner, Path]] = request.param
    return make(tmp_path)


def test_clips_in_one_logit_row_each_out(made: tuple[Runner, Path]):
    runner, model = made
    runner.load(model)
    logits = runner.infer(CLIPS)
    assert logits.shape == (3, 1)
    assert logits.dtype == np.float32


def test_a_runner_without_a_model_says_so(made: tuple[Runner, Path]):
    with pytest.raises(RunnerError, match="load first"):
        made[0].infer(CLIPS)


def test_a_model_that_is_not_there_is_refused(made: tuple[Runner, Path], tmp_path: Path):
    with pytest.raises(RunnerError, match="cannot be read"):
        made[0].load(tmp_path / "absent.onnx")


@pytest.mark.parametrize(
    "clips",
    [CLIPS[0], CLIPS[:0], CLIPS.astype(np.float64), np.repeat(CLIPS, 2, axis=1), CLIPS * np.float32(np.nan)],
    ids=["two-dimensional", "none", "float64", "two leads", "NaN"],
)
def test_other_clips_are_refused(clips: np.ndarray, made: tuple[Runner, Path]):
    made[0].load(made[1])
    with pytest.raises(RunnerError):
        made[0].infer(clips)


def test_the_network_gives_the_same_logits_alone_and_together(real: tuple[Runner, Path]):
    runner, model = real
    runner.load(model)
    alone = np.concatenate([runner.infer(clip[None]) for clip in CLIPS])
    np.testing.assert_allclose(runner.infer(CLIPS), alone, atol=1e-6)


def test_clips_of_another_length_are_refused_by_the_network(real: tuple[Runner, Path]):
    runner, model = real
    runner.load(model)
    with pytest.raises(RunnerError, match="failed: "):
        runner.infer(CLIPS[:, :, :4000])


@pytest.mark.parametrize("content", [b"", b"junk", b"\x1c\0\0\0TFL3" + bytes(40)], ids=["empty", "junk", "torn"])
def test_a_file_that_is_no_model_is_refused(content: bytes, real: tuple[Runner, Path], tmp_path: Path):
    (tmp_path / "model").write_bytes(content)
    with pytest.raises(RunnerError, match="model is not a model that"):
        real[0].load(tmp_path / "model")


def test_a_refused_model_leaves_the_runner_with_the_one_it_had(real: tuple[Runner, Path], tmp_path: Path):
    runner, model = real
    runner.load(model)
    before = runner.infer(CLIPS)
    (tmp_path / "model").write_bytes(b"junk")
    with pytest.raises(RunnerError):
        runner.load(tmp_path / "model")
    np.testing.assert_array_equal(runner.infer(CLIPS), before)


@pytest.mark.parametrize("runner", INTERPRETERS)
@pytest.mark.parametrize(("name", "tolerance"), [("fp32", 1e-5), ("fp16", 1e-5)])
def test_an_interpreter_computes_what_the_file_says(runner: type[InterpreterRunner], name: str, tolerance: float):
    opened = runner()
    opened.load(TFLITE / f"{name}.tflite")
    np.testing.assert_allclose(opened.infer(CLIPS), 2 * CLIPS.mean(axis=2), atol=tolerance)


@needs_litert
def test_int8_ends_are_scaled_to_one_step_of_either():
    opened = LitertRunner()
    opened.load(TFLITE / "int8.tflite")
    # A mean of 5,000 rounded samples, then two roundings to the output's step of 1/256.
    np.testing.assert_allclose(opened.infer(CLIPS), 2 * CLIPS.mean(axis=2), atol=1.5 / 256)


@needs_litert
def test_int8_ends_saturate_instead_of_wrapping_around():
    opened = LitertRunner()
    opened.load(TFLITE / "int8.tflite")
    assert opened.infer(np.full((1, 1, 5000), 1e6, np.float32))[0, 0] == (127 - 4) / 256


@needs_tflite_runtime
@pytest.mark.parametrize("name", ["int8", "int8-weights"])
def test_tflite_runtime_refuses_int8_and_says_why(name: str):
    with pytest.raises(UnsuitedError, match="int8 files six times slower than fp32"):
        TfliteRuntimeRunner().load(TFLITE / f"{name}.tflite")


@pytest.mark.skipif(NUMPY_1, reason="needs NumPy 2")
def test_tflite_runtime_beside_numpy_2_says_what_is_wrong():
    with pytest.raises(RunnerError, match="needs NumPy 1"):
        TfliteRuntimeRunner().load(TFLITE / "fp32.tflite")


@needs_litert
def test_another_interface_is_refused(monkeypatch):
    class Leads:
        def allocate_tensors(self):
            pass

        def get_input_details(self):
            ends = {"name": "in", "index": 0, "dtype": np.float32, "quantization": (0.0, 0)}
            return [ends | {"shape": np.array([1, 12, 5000])}]

        get_output_details = get_input_details

    monkeypatch.setattr(LitertRunner, "open", lambda *_: Leads())
    with pytest.raises(RunnerError, match=r"another interface than \(1, 1, N\)"):
        LitertRunner().load(TFLITE / "fp32.tflite")


@needs_litert
def test_litert_says_nothing_while_it_loads_and_others_are_still_heard():
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from pocketk_agent.inference.litert_runner import LitertRunner\n"
        "from pocketk_agent.inference.native_output import without_remarks\n"
        f"LitertRunner().load(Path({str(TFLITE / 'fp32.tflite')!r}))\n"
        "with without_remarks():\n"
        "    os.write(2, b'INFO: all is well\\nERROR: it is not\\n')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert (done.stdout, done.stderr) == ("", "ERROR: it is not\n")


def test_the_agent_and_its_runners_import_no_runtime():
    code = (
        "import sys, pocketk_agent\n"
        "from pocketk_agent.inference import litert_runner, onnx_runner, tflite_runtime_runner\n"
        "print([n for n in ('ai_edge_litert', 'onnxruntime', 'tflite_runtime') if n in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "[]\n"


def test_a_replay_plays_in_order_and_then_says_that_it_is_over(tmp_path: Path):
    runner, model = ReplayRunner(), tmp_path / "logits.npy"
    np.save(model, np.arange(4, dtype=np.float32)[:, None])
    runner.load(model)
    assert runner.infer(CLIPS).ravel().tolist() == [0.0, 1.0, 2.0]
    with pytest.raises(RunnerError, match="1 recorded logits are left"):
        runner.infer(CLIPS)


def test_logits_that_are_not_finite_are_never_passed_on(tmp_path: Path):
    (tmp_path / "model").touch()
    runner = FakeRunner(lambda clips: np.full((len(clips), 1), np.nan, np.float32))
    runner.load(tmp_path / "model")
    with pytest.raises(RunnerError, match="not finite"):
        runner.infer(CLIPS)
