"""How close a device must come to the golden logits is what other CPUs showed; too far, and there is no bundle."""

from pathlib import Path

import numpy as np
import pytest

from example_networks import loud
from pocketk.bundle.build import BundleModels, ModelStatement, build_bundle
from pocketk.bundle.bundle_formats import read_bundle_formats
from pocketk.bundle.errors import HostBundleError
from pocketk.bundle.measured_tolerance import all_cpus, measured_tolerances
from pocketk.export.across_cpus import cpu_kinds
from pocketk.export.across_cpus.fake_cpu import FakeCpu
from pocketk.export.formats.export_source import ExportSource
from pocketk.export.parity_windows import parity_windows
from pocketk_agent.bundle.model_file import ModelFile
from pocketk_models.net1d import Net1D
from pocketk_models.net1d_config import Net1DConfig

TINY = Net1DConfig(base_filters=8, filter_list=(8,), m_blocks_list=(1,), groups_width=8)
CLIPS = np.random.default_rng(0).normal(size=(40, 1, 50)).astype(np.float32)
FLOAT, EXACT = ModelFile("a.onnx", "onnxruntime", 4e-5), ModelFile("b.tflite", "litert", 0.0)


def cpu(name: str, off_by: float = 0.0) -> FakeCpu:
    """Logits that differ from those of `cpu("")` in every clip by up to `off_by`."""

    def answer(clips):
        logits = clips[:, :, 0]
        return logits + off_by * np.linspace(0.0, 1.0, len(logits), dtype=np.float32)[:, None]

    return FakeCpu(name, answer)


def tolerances(model: ModelFile, *others: FakeCpu) -> float:
    (measured,), _ = measured_tolerances((model,), Path(), CLIPS, (cpu("this"), *others))
    assert (measured.file, measured.runtime) == (model.file, model.runtime)
    return measured.golden_atol_logit


def test_a_float_file_is_allowed_twice_what_the_worst_cpu_differs_by():
    assert tolerances(FLOAT, cpu("a", 1e-3), cpu("b", 4e-3)) == pytest.approx(8e-3, rel=0.05)


def test_a_float_file_that_is_equal_everywhere_keeps_the_least_tolerance():
    assert tolerances(FLOAT, cpu("a"), cpu("b")) == 4e-5


def test_an_exact_file_stays_exact():
    assert tolerances(EXACT, cpu("a"), cpu("b")) == 0.0


def test_an_exact_file_that_differs_is_refused():
    with pytest.raises(HostBundleError, match=r"b\.tflite: b \(.*must give the same logits everywhere"):
        tolerances(EXACT, cpu("a"), cpu("b", 1e-6))


def test_a_float_file_that_differs_by_more_than_2_percent_of_the_sd_is_refused():
    with pytest.raises(HostBundleError, match=r"a\.onnx: b .*at most 2 % may be"):
        tolerances(FLOAT, cpu("a"), cpu("b", 0.5))


def test_at_most_32_clips_are_run():
    _, (found,) = measured_tolerances((FLOAT,), Path(), CLIPS, (cpu("this"), cpu("a")))
    assert [one.n for one in found.agreements] == [32]


def test_a_missing_emulator_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cpu_kinds.shutil, "which", lambda _: None)
    monkeypatch.setattr(cpu_kinds.platform, "machine", lambda: "x86_64")
    with pytest.raises(HostBundleError, match="sudo apt install qemu-user-static"):
        all_cpus(tmp_path)


@pytest.fixture(scope="module")
def source() -> ExportSource:
    clips = parity_windows(4, 1, 5000, 0)
    return ExportSource(loud(Net1D.seeded(TINY, 1)), clips[:2], clips[2:])


def test_a_bundle_signs_for_what_was_found_and_its_card_says_it(tmp_path: Path, source: ExportSource):
    models = BundleModels(read_bundle_formats(("onnx-fp32",)), source, (cpu("this CPU"), cpu("a Pi", 1e-3)))
    built = build_bundle(source.net, ModelStatement("b"), tmp_path / "b", models=models)
    assert built.manifest.models[0].golden_atol_logit == pytest.approx(2e-3, rel=0.05)
    card = (built.directory / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "`model.onnx` on other CPUs, emulated: a Pi (fake 1) differs from this CPU by up to 0.001" in card


def test_a_bundle_with_other_cpus_wants_clips(tmp_path: Path, source: ExportSource):
    models = BundleModels(cpus=(cpu("this CPU"), cpu("a Pi")))
    with pytest.raises(HostBundleError, match="give a source"):
        build_bundle(source.net, ModelStatement("b"), tmp_path / "b", models=models)
