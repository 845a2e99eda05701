"""TFLite Micro does not read weights outside the flatbuffer, so they are put inside."""

import contextlib
import io
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from inline_buffers import has_outside_buffers, inline_buffers
from known_trap import KnownTrap

pytestmark = pytest.mark.filterwarnings("ignore")
needs_micro = pytest.mark.skipif(
    find_spec("tflite_micro") is None or find_spec("litert_quantizer") is None,
    reason="tflite-micro and litert-quantizer are not both installed: install the extra `dev`",
)

OUTSIDE = KnownTrap(
    "The quantiser writes large weights behind the flatbuffer",
    ("litert-quantizer==0.11.0",),
    "inline_buffers then changes nothing; keep it while files of older quantisers are about.",
)
SCRATCH_MEMORY = KnownTrap(
    "TFLite Micro takes weights outside the flatbuffer for scratch memory and gives wrong logits without an error",
    ("tflite-micro==0.dev20261023182759",),
    "Files need no inlining for it any more; older firmware still does.",
)
LENGTH = 4
WIDTH = 512  # one int8 weight of 262 kB; seen at 267 kB of file, not at 362 kB of many small weights


class OneLargeConvolution(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.wide, self.last = torch.nn.Conv2d(WIDTH, WIDTH, 1), torch.nn.Linear(WIDTH, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(torch.relu(self.wide(x.unsqueeze(2))).mean(dim=(2, 3)))


@pytest.fixture(scope="module")
def clips() -> NDArray[np.float32]:
    return np.random.default_rng(0).normal(size=(16, 1, WIDTH, LENGTH)).astype(np.float32)


@pytest.fixture(scope="module")
def quantised(clips: NDArray[np.float32], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A full static int8 model with one large weight, as the quantiser writes it."""
    torch.manual_seed(0)
    net = OneLargeConvolution().eval()
    path = tmp_path_factory.mktemp("micro") / "model.tflite"
    quantizer, calibrator, recipe, updates = (
        import_module(f"litert_quantizer.{name}") for name in ("quantizer", "calibrator", "recipe", "utils.qsv_utils")
    )
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        import_module("litert_torch").convert(net, (torch.zeros(1, WIDTH, LENGTH),)).export(str(path))
        worker = quantizer.Quantizer(path.read_bytes())
        worker.load_quantization_recipe(recipe.static_wi8_ai8())
        meter = calibrator.Calibrator(path.read_bytes(), qsv_update_func=updates.min_max_update)
        meter.calibrate({"serving_default": [{"args_0": clip} for clip in clips]}, worker._recipe_manager)
        worker.quantize(meter.get_model_qsvs()).export_model(str(path), overwrite=True)
    return path.read_bytes()


def steps(model: bytes, clips: NDArray[np.float32]) -> NDArray[np.int8]:
    """Clips as the model's int8 input takes them."""
    details = import_module("ai_edge_litert.interpreter").Interpreter(model_content=model).get_input_details()
    scale, zero = details[0]["quantization"]
    return np.clip(np.rint(clips / scale) + zero, -128, 127).astype(np.int8)


def in_litert(model: bytes, clips: NDArray[np.float32]) -> NDArray[np.int64]:
    module = import_module("ai_edge_litert.interpreter")
    resolver = module.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES  # XNNPACK rounds otherwise
    interpreter = module.Interpreter(model_content=model, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    answers = []
    for clip in steps(model, clips):
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], clip)
        interpreter.invoke()
        answers.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).ravel())
    return np.concatenate(answers).astype(np.int64)


# Weights it does not find are given room in the arena, uninitialised: an arena that is too small for them is refused,
# one that is large enough gives numbers.
def in_micro(model: bytes, clips: NDArray[np.float32], arena_bytes: int = 2_000_000) -> NDArray[np.int64]:
    runtime = import_module("tflite_micro.python.tflite_micro.runtime")
    interpreter = runtime.Interpreter.from_bytes(model, arena_size=arena_bytes)
    answers = []
    for clip in steps(model, clips):
        interpreter.set_input(clip, 0)
        interpreter.invoke()
        answers.append(interpreter.get_output(0).ravel().copy())
    return np.concatenate(answers).astype(np.int64)


@needs_micro
def test_trap_3_the_quantiser_writes_a_large_weight_behind_the_flatbuffer(quantised: bytes) -> None:
    OUTSIDE.expect(has_outside_buffers(quantised), "every buffer inside")


@needs_micro
def test_trap_3_tflite_micro_gives_other_logits_then(quantised: bytes, clips: NDArray[np.float32]) -> None:
    found, right = in_micro(quantised, clips), in_litert(quantised, clips)
    # Bit for bit the same otherwise, see below.
    SCRATCH_MEMORY.expect(found.tolist() != right.tolist(), f"steps {found.tolist()} of {right.tolist()}")


@needs_micro
def test_trap_3_inlined_buffers_give_litert_s_logits_bit_for_bit(quantised: bytes, clips: NDArray[np.float32]) -> None:
    inlined = inline_buffers(quantised)
    assert not has_outside_buffers(inlined)
    assert in_micro(inlined, clips).tolist() == in_litert(quantised, clips).tolist()


@needs_micro
def test_what_lies_inside_stays_as_it_is(quantised: bytes) -> None:
    inlined = inline_buffers(quantised)
    assert inline_buffers(inlined) == inlined


@needs_micro
def test_a_file_that_was_cut_off_is_refused(quantised: bytes, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cut off"):
        inline_buffers(quantised[: len(quantised) - WIDTH * WIDTH // 2])
