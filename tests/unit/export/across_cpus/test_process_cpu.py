"""A CPU behind a process: what it is started with, and what is said where it does not answer."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from pocketk.export.across_cpus import cpu_kinds
from pocketk.export.across_cpus.aarch64_root import WHEELS, Aarch64Root
from pocketk.export.across_cpus.cpu_agreement import compare_across_cpus
from pocketk.export.across_cpus.cpu_error import CpuError
from pocketk.export.across_cpus.cpu_kinds import aarch64_cpu, avx2_cpu, find_emulator, native_cpu
from pocketk.export.across_cpus.process_cpu import ProcessCpu
from pocketk.export.parity_windows import parity_windows
from pocketk_agent.bundle.bundle import shipped_bundles
from pocketk_agent.inference.onnx_runner import OnnxRunner

MODEL = shipped_bundles()["pocketk-untrained"] / "model.onnx"


def test_this_cpu_gives_what_the_agent_gives():
    clips = parity_windows(2, 1, 5000, seed=0)
    runner = OnnxRunner()
    runner.load(MODEL)
    scores = native_cpu().score(MODEL, clips)
    np.testing.assert_allclose(scores.logits, runner.infer(clips), atol=1e-6)
    assert scores.runtime.startswith("onnxruntime ")


def test_a_program_that_fails_is_quoted():
    with pytest.raises(CpuError, match=r"this CPU ended with 3: .*no such"):
        native_cpu().run("-c", "import sys; sys.stderr.write('no such instruction'); sys.exit(3)")


def test_a_crash_without_a_word_is_called_one():
    with pytest.raises(CpuError, match=r"ended with -6: nothing was said"):
        native_cpu().run("-c", "import os; os.kill(os.getpid(), 6)")


def test_a_command_that_is_not_there_is_named():
    with pytest.raises(CpuError, match="/nowhere/qemu cannot be started"):
        ProcessCpu("other", ("/nowhere/qemu",)).run()


def test_a_model_that_does_not_load_is_the_cpu_s_fault_in_words(tmp_path: Path):
    (tmp_path / "model.onnx").write_bytes(b"none")
    with pytest.raises(CpuError, match="not a model"):
        native_cpu().score(tmp_path / "model.onnx", np.zeros((2, 1, 50), np.float32))


def test_the_python_of_another_system_sees_none_of_this_one_s_variables(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LD_LIBRARY_PATH_OF_THIS", "x")
    shown = "import json, os; print(json.dumps(dict(os.environ)))"
    inside = ProcessCpu("other", (sys.executable,), (Path("a"),), {"PYTHONHASHSEED": "0"}, inherits=False)
    seen = json.loads(inside.run("-S", "-c", shown))
    assert "LD_LIBRARY_PATH_OF_THIS" not in seen
    assert seen["PYTHONHASHSEED"] == "0"
    assert seen["OMP_NUM_THREADS"] == "1"
    assert seen["PYTHONPATH"].startswith("a:")


def test_a_missing_emulator_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(CpuError, match="sudo apt install qemu-user-static"):
        find_emulator("qemu-aarch64-static")


def test_avx2_only_cannot_be_shown_on_another_architecture(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cpu_kinds.platform, "machine", lambda: "aarch64")
    with pytest.raises(CpuError, match="this is aarch64"):
        avx2_cpu()


def test_an_aarch64_python_that_was_not_prepared_says_what_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(cpu_kinds.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(CpuError, match="make test-other-cpu"):
        aarch64_cpu(tmp_path)


def prepared(folder: Path, wheels: list[str]) -> Aarch64Root:
    root = Aarch64Root(folder)
    root.python.parent.mkdir(parents=True)
    root.python.touch()
    (folder / "aarch64.json").write_text(json.dumps({"debian": {}, "wheels": wheels}))
    return root


def test_a_root_with_other_pins_is_not_ready(tmp_path: Path):
    assert prepared(tmp_path / "now", list(WHEELS)).ready
    assert not prepared(tmp_path / "before", ["numpy==1.0"]).ready


def test_a_prepared_root_is_reached_through_its_emulator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(cpu_kinds.shutil, "which", lambda name: f"/usr/bin/{name}")
    root = prepared(tmp_path, list(WHEELS))
    cpu = aarch64_cpu(tmp_path)
    assert cpu.command == ("/usr/bin/qemu-aarch64-static", str(root.python))
    assert cpu.environment["QEMU_LD_PREFIX"] == str(tmp_path / "system")
    assert not cpu.inherits


def test_a_machine_without_apt_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(CpuError, match="on Debian only"):
        Aarch64Root(tmp_path).prepare()


def test_a_sample_under_emulation_agrees_with_this_cpu():
    try:
        cpus = [native_cpu(), avx2_cpu()]
    except CpuError as error:
        pytest.skip(str(error))
    (found,) = compare_across_cpus(MODEL, parity_windows(2, 1, 5000, seed=0), cpus)
    assert found.fraction_of_sd < 1e-3, found.sentence
