"""`pocketk-agent benchmark` as somebody uses it who sets up a device."""

import importlib.metadata
import json
from importlib.metadata import PackageNotFoundError
from importlib.util import find_spec
from pathlib import Path

import pytest

from pocketk_agent.benchmark import run as benchmark_run
from pocketk_agent.benchmark.cold_start import ColdStart
from pocketk_agent.bundle.bundle import load_bundle
from pocketk_agent.bundle.trust import installed_trust
from pocketk_agent.cli import main
from several_models import several_models
from signed_bundles import put_signature

needs_litert = pytest.mark.skipif(find_spec("ai_edge_litert") is None, reason="ai-edge-litert is not installed")


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as exit_info:
        main(["benchmark", *map(str, arguments)])
    return int(exit_info.value.code or 0)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = several_models(tmp_path_factory.mktemp("several"))
    put_signature(directory)
    return directory


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POCKETK_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark_run, "cold_start", lambda *_: ColdStart(0.31, 71.0))


def records(state: Path) -> list[dict]:
    return [json.loads(path.read_text()) for path in sorted(state.rglob("*")) if path.is_file()]


def test_help_teaches(capsys):
    assert run("--help") == 0
    said = capsys.readouterr().out
    assert "pocketk-agent benchmark pocketk-s" in said
    assert "Exit status: 0" in said


@needs_litert
@pytest.mark.usefixtures("no_process")
def test_measure_choose_record_and_run_what_was_chosen(bundle: Path, state: Path, capsys):
    assert run(bundle, "--repeats", 5, "--deadline", 60) == 0
    said = capsys.readouterr().out
    (record,) = records(state)
    chosen = record["choice"]
    assert f"chosen     {chosen['file']} with ai-edge-litert, 1 thread(s)" in said
    assert "real time  kept: 30 s of signal are scored in" in said
    assert {line.split()[0] for line in said.splitlines() if ".tflite  ai-edge" in line} == {
        "int8.tflite",
        "fp16.tflite",
    }
    loaded = load_bundle(bundle, trust=installed_trust())
    assert (loaded.model_file, loaded.note) == (chosen["file"], "")
    assert record["manifest_sha256"] == loaded.manifest.sha256
    timed = [one for one in record["evidence"]["models"] if one["timing"]]
    assert [one["timing"]["n"] for one in timed] == [5, 5]
    assert record["evidence"]["keeps_real_time"] is True


@needs_litert
@pytest.mark.usefixtures("no_process", "state")
def test_a_package_that_pip_does_not_know_is_shown_as_what_it_is(bundle: Path, monkeypatch, capsys):
    """Debian's python3-* and a folder on PYTHONPATH have no metadata."""

    def unknown(_: str) -> str:
        raise PackageNotFoundError

    monkeypatch.setattr(importlib.metadata, "version", unknown)
    assert run(bundle, "--repeats", 5, "--deadline", 60) == 0
    said = capsys.readouterr().out
    states = [line.rsplit("  ", 1)[1] for line in said.splitlines() if ".tflite  ai-edge-litert  " in line]
    assert sorted(states) == ["agrees", "fastest"]
    assert "cannot run: tflite-runtime is not installed" in said


@needs_litert
@pytest.mark.usefixtures("no_process")
def test_a_deadline_that_is_missed_is_said_and_the_fastest_chosen_all_the_same(bundle: Path, state: Path, capsys):
    assert run(bundle, "--repeats", 5, "--deadline", 1e-6) == 1
    assert "real time  NOT KEPT" in capsys.readouterr().out
    assert len(records(state)) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nowhere",), "No bundle 'nowhere'"),
        (("pocketk-untrained", "--deadline", "0"), "--deadline 0: give seconds above 0"),
        (("pocketk-untrained", "--deadline", "nan"), "--deadline nan"),
        (("pocketk-untrained", "--threads", "0"), "--threads 0: give 1 to 256"),
        (("pocketk-untrained", "--repeats", "4"), "--repeats 4: give 5 or more"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_one_line(arguments: tuple[str, ...], says: str, state: Path, capsys):
    assert run(*arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("pocketk-agent: ")
    assert says in said
    assert not state.exists()


@needs_litert
@pytest.mark.usefixtures("no_process")
def test_a_bundle_without_a_signature_is_measured_for_development_only(tmp_path: Path, state: Path, capsys):
    unsigned = several_models(tmp_path)
    assert run(unsigned, "--repeats", 5) == 2
    assert "--development" in capsys.readouterr().err
    assert run(unsigned, "--repeats", 5, "--deadline", 60, "--development") == 0
    assert len(records(state)) == 1


@needs_litert
@pytest.mark.usefixtures("no_process")
def test_a_folder_that_cannot_be_written_is_said(bundle: Path, state: Path, capsys):
    state.write_text("a file where the folder would be")
    assert run(bundle, "--repeats", 5) == 2
    assert "Make its folder writable" in capsys.readouterr().err


@needs_litert
@pytest.mark.usefixtures("no_process")
def test_ctrl_c_leaves_nothing_half_written(bundle: Path, state: Path, monkeypatch, capsys):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(benchmark_run, "time_strips", interrupted)
    assert run(bundle, "--repeats", 5) == 130
    assert "stopped" in capsys.readouterr().err
    assert not state.exists()


@needs_litert
def test_a_start_is_measured_in_a_process_of_its_own(bundle: Path, state: Path, capsys):
    assert run(bundle, "--repeats", 5, "--deadline", 60) == 0
    (record,) = records(state)
    cold = [one["cold"] for one in record["evidence"]["models"] if one["timing"]]
    assert all(one["first_score_s"] > 0.05 for one in cold)
    assert all(20.0 < one["peak_rss_mb"] < 200.0 for one in cold), (
        "numpy, scipy.ndimage and LiteRT, nothing of this test"
    )
