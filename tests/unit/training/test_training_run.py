"""A training from a plan to a folder: it learns, it repeats, it goes on after a kill, it says what it read."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from measurement_plugin import Measure
from pocketk.training.part import patient_hashes
from pocketk.training.preset import PRESETS
from pocketk.training.run_folder import plan_of_run
from pocketk.training.training_checkpoint import CHECKPOINT_FILE
from pocketk.training.training_error import TrainingError
from pocketk.training.training_run import train
from pocketk_models.net1d import Net1D
from tiny_store import QUICK, quick_plan

MODEL = "model.safetensors"
RESUME = "from pathlib import Path; import sys\nfrom pocketk.cli import main\nmain(['train', '--resume', sys.argv[1]])"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("finished")
    assert train(quick_plan(folder)).finished
    return folder / "run"


def test_a_network_learns_what_there_is_to_learn(finished: Path):
    run = json.loads((finished / "run.json").read_text())
    assert run["validation"]["auroc"] > 0.95


def test_a_run_leaves_weights_curves_hashes_and_what_it_says_of_the_validation_part(finished: Path):
    names = {path.name for path in finished.iterdir()}
    assert {MODEL, "best.safetensors", "last.safetensors", "curves.csv", "curves.png", "config.json"} <= names
    assert {"run.json", "train_patients.npy", "validation_patients.npy", "validation.parquet"} <= names
    assert CHECKPOINT_FILE not in names
    assert pl.read_csv(finished / "curves.csv")["clips"].to_list() == [80, 160, 240, 320]
    said = pl.read_parquet(finished / "validation.parquet")
    assert {"record_id", "k_gt_5_5", "k_ge_6_0", "k_mmol_l"} <= set(said.columns)


def test_the_weights_say_first_that_they_were_trained_on_simulated_patients(finished: Path):
    statement = json.loads((finished / "run.json").read_text())["statement"]
    assert statement.startswith("simulation-trained")
    assert Net1D.load_checkpoint(finished / MODEL).config.n_outputs == 3


def test_the_configuration_names_no_folder(finished: Path):
    assert str(finished.parent) not in (finished / "config.json").read_text()


def test_two_runs_give_the_same_bytes(finished: Path, tmp_path: Path):
    train(replace(quick_plan(finished.parent), out=tmp_path / "again"))
    assert (tmp_path / "again" / MODEL).read_bytes() == (finished / MODEL).read_bytes()


def test_another_seed_gives_other_weights(finished: Path, tmp_path: Path):
    train(replace(quick_plan(finished.parent), out=tmp_path / "other", seed=1))
    assert (tmp_path / "other" / MODEL).read_bytes() != (finished / MODEL).read_bytes()


def test_a_killed_training_goes_on_to_the_same_weights_as_an_undisturbed_one(tmp_path: Path, measure: Measure) -> None:
    preset = replace(QUICK, clips=640)
    whole = quick_plan(tmp_path, "whole", preset)
    train(whole)
    killed = replace(whole, out=tmp_path / "killed")
    _train_until_killed(killed.out, tmp_path)
    done = subprocess.run([sys.executable, "-c", RESUME, str(killed.out)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    one, other = (Net1D.load_checkpoint(plan.out / MODEL).state_dict() for plan in (whole, killed))
    differing = sum(not np.array_equal(one[name].numpy(), other[name].numpy()) for name in one)
    measure("TRAIN-RESUME", differing, n=len(one))


def _train_until_killed(out: Path, folder: Path) -> None:
    """Start the same training in a process of its own and kill it after its first checkpoint."""
    script = (
        "from pathlib import Path; from dataclasses import replace; import sys\n"
        "from tiny_store import QUICK, quick_plan\n"
        "from pocketk.training.training_run import train\n"
        f"train(quick_plan(Path(sys.argv[1]), {out.name!r}, replace(QUICK, clips=640)))\n"
    )
    tests = Path(__file__).parents[2]
    process = subprocess.Popen([sys.executable, "-c", script, str(folder)], env=os.environ | {"PYTHONPATH": str(tests)})
    deadline = time.monotonic() + 120.0
    while not (out / CHECKPOINT_FILE).is_file() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (out / CHECKPOINT_FILE).is_file(), "the training ended before its first checkpoint"
    assert not (out / "run.json").exists(), "the training had ended before it was killed"


def test_an_interrupted_training_stops_at_a_step_and_can_be_resumed(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from pocketk.training.trainer import Trainer

    plan = replace(quick_plan(finished.parent), out=tmp_path / "stopped")
    take = Trainer._take_step

    def interrupted(self):
        take(self)
        if self.state.step == 7:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Trainer, "_take_step", interrupted)
    stopped = train(plan)
    assert not stopped.finished
    assert stopped.clips == 7 * 16
    monkeypatch.setattr(Trainer, "_take_step", take)
    assert train(plan_of_run(plan.out), resume=True).finished
    assert (plan.out / MODEL).read_bytes() == (finished / MODEL).read_bytes()


def test_a_damaged_checkpoint_is_refused_by_name(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from pocketk.training import training_run

    plan = replace(quick_plan(finished.parent), out=tmp_path / "damaged")
    monkeypatch.setattr(training_run.Trainer, "_is_stop_wanted", lambda self: self.state.step == 5)
    train(plan)
    (plan.out / CHECKPOINT_FILE).write_bytes((plan.out / CHECKPOINT_FILE).read_bytes()[:1000])
    with pytest.raises(TrainingError, match=r"checkpoint\.pt is damaged"):
        train(plan_of_run(plan.out), resume=True)


def test_a_run_is_not_resumed_on_other_data(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from pocketk.training import training_run

    plan = replace(quick_plan(tmp_path), out=tmp_path / "run")
    monkeypatch.setattr(training_run.Trainer, "_is_stop_wanted", lambda self: self.state.step == 5)
    train(plan)
    index = pl.read_parquet(plan.store / "index.parquet")
    changed = index.with_columns(haemolysed=pl.col("patient_id") == "p0003")
    changed.write_parquet(plan.store / "index.parquet")
    with pytest.raises(TrainingError, match="cannot go on: data changed"):
        train(plan_of_run(plan.out), resume=True)


def test_a_finished_run_is_neither_resumed_nor_overwritten(finished: Path):
    with pytest.raises(TrainingError, match="finished"):
        plan_of_run(finished)
    with pytest.raises(TrainingError, match="finished"):
        train(quick_plan(finished.parent))


def test_a_probe_moves_the_head_and_nothing_else(tmp_path: Path):
    plan = quick_plan(tmp_path, preset=replace(PRESETS["linear-probe"], epochs=3))
    train(plan)
    assert plan.checkpoint is not None
    before = Net1D.load_checkpoint(plan.checkpoint).state_dict()
    after = Net1D.load_checkpoint(plan.out / MODEL).state_dict()
    moved = {name for name in before if not np.array_equal(before[name].numpy(), after[name].numpy())}
    assert moved == {"dense.weight", "dense.bias"}


def test_the_published_recipe_trains_one_output_and_keeps_the_best(tmp_path: Path):
    plan = quick_plan(tmp_path, preset=replace(PRESETS["paper"], epochs=2, batch=32))
    result = train(plan)
    run = json.loads((plan.out / "run.json").read_text())
    assert result.validation is not None
    assert run["kept"] == "best"
    assert result.validation.auroc == pytest.approx(run["best_auroc_while_training"])
    assert Net1D.load_checkpoint(plan.out / MODEL).config.n_outputs == 1


def test_a_recipe_for_checkpoints_asks_for_one(tmp_path: Path):
    plan = replace(quick_plan(tmp_path, preset=PRESETS["paper"]), checkpoint=None)
    with pytest.raises(TrainingError, match="--from"):
        train(plan)


def test_a_teacher_of_another_shape_is_refused(finished: Path, tmp_path: Path):
    np.save(tmp_path / "teacher.npy", np.zeros((4, 3), np.float32))
    plan = replace(quick_plan(finished.parent), out=tmp_path / "run", teacher=tmp_path / "teacher.npy")
    with pytest.raises(TrainingError, match="one row a clip"):
        train(plan)


def test_a_teacher_changes_what_is_learnt(finished: Path, tmp_path: Path):
    np.save(tmp_path / "teacher.npy", np.zeros((360, 3), np.float32))
    train(replace(quick_plan(finished.parent), out=tmp_path / "run", teacher=tmp_path / "teacher.npy"))
    assert (tmp_path / "run" / MODEL).read_bytes() != (finished / MODEL).read_bytes()


def test_a_loss_that_is_no_number_ends_the_training_with_advice(tmp_path: Path):
    plan = quick_plan(tmp_path, preset=replace(QUICK, augmentation=0.0))
    clips = np.load(plan.store / "clips.npy")
    clips[:] = np.inf
    np.save(plan.store / "clips.npy", clips)
    with pytest.raises(TrainingError, match="diverged"):
        train(plan)


def test_a_run_names_its_patients_by_hash_only_and_the_parts_share_none(finished: Path):
    learnt, validated = (np.load(finished / f"{part}_patients.npy") for part in ("train", "validation"))
    assert not np.intersect1d(learnt, validated).size
    everybody = patient_hashes(f"p{i:04d}" for i in range(120))
    assert np.array_equal(np.union1d(learnt, validated), everybody)


@pytest.mark.slow
def test_two_processes_learn_as_one_does(finished: Path, tmp_path: Path):
    plan = replace(quick_plan(finished.parent, preset=replace(QUICK, augmentation=0.0)), devices=2)
    script = (
        "import pickle, sys\nfrom pocketk.training.training_run import train\n"
        "if __name__ == '__main__':\n    train(pickle.load(open(sys.argv[1], 'rb')))\n"
    )
    _run_script(script, replace(plan, out=tmp_path / "two"), tmp_path)
    run = json.loads((tmp_path / "two" / "run.json").read_text())
    assert run["validation"]["auroc"] > 0.95


@pytest.mark.slow
def test_two_workers_of_ray_learn_as_one_process_does(finished: Path, tmp_path: Path):
    plan = replace(quick_plan(finished.parent, preset=replace(QUICK, augmentation=0.0)), devices=2)
    script = (
        "import pickle, sys\nfrom pocketk.training.ray_training import train_with_ray\n"
        "if __name__ == '__main__':\n    train_with_ray(pickle.load(open(sys.argv[1], 'rb')))\n"
    )
    _run_script(script, replace(plan, out=tmp_path / "ray"), tmp_path)
    run = json.loads((tmp_path / "ray" / "run.json").read_text())
    assert run["validation"]["auroc"] > 0.95


def _run_script(script: str, plan: object, folder: Path) -> None:
    """Run a script on a plan in a process of its own: workers import the main module anew."""
    import pickle

    (folder / "script.py").write_text(script)
    (folder / "plan.pickle").write_bytes(pickle.dumps(plan))
    command = [sys.executable, str(folder / "script.py"), str(folder / "plan.pickle")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr[-3000:]
