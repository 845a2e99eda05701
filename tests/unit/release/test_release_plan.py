"""The steps of a release: each is a command that exists, nobody is trained on and tested, and nothing is run twice."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from pocketk.cli import app
from pocketk.release.release_error import ReleaseError
from pocketk.release.release_plan import BACKGROUNDS, ReleasePlan
from pocketk.release.release_run import RELEASE_FILE, make_release
from pocketk.release.release_scale import FULL, SMOKE
from pocketk.release.release_step import ReleaseStep


def plan_in(folder: Path, *, data: bool = True) -> ReleasePlan:
    return ReleasePlan(FULL, folder / "work", folder / "pocketk-s", folder / "data" if data else None)


def value_of(step: ReleaseStep, option: str) -> str | None:
    arguments = step.arguments
    return arguments[arguments.index(option) + 1] if option in arguments else None


def simulations(plan: ReleasePlan) -> list[ReleaseStep]:
    return [step for step in plan.steps() if step.arguments[0] == "simulate"]


@pytest.mark.parametrize("data", [True, False])
def test_every_step_is_a_command_that_pocketk_understands(tmp_path, data):
    for step in plan_in(tmp_path, data=data).steps():
        command, bound, ignored = app.parse_args(list(step.arguments), exit_on_error=False, print_error=False)[:3]
        assert callable(command)
        assert bound is not None
        assert not ignored


def test_what_is_tested_on_is_for_testing_alone(tmp_path):
    tests = [step for step in simulations(plan_in(tmp_path, data=False)) if step.makes.name.startswith("test")]
    assert [value_of(step, "--internal-share") for step in tests] == ["1"]


def test_what_is_trained_or_calibrated_on_holds_no_test_patient(tmp_path):
    others = [step for step in simulations(plan_in(tmp_path)) if not step.makes.name.startswith("test")]
    assert len(others) == 3
    assert {value_of(step, "--internal-share") for step in others} == {"0"}


def test_no_two_cohorts_share_a_seed(tmp_path):
    seeds = [value_of(step, "--seed") for step in simulations(plan_in(tmp_path))]
    assert len(set(seeds)) == len(seeds) == 5


def test_calibration_and_test_are_at_natural_prevalence(tmp_path):
    natural = {step.makes.name: value_of(step, "--positives") for step in simulations(plan_in(tmp_path))}
    assert natural["calibration"] is None
    assert natural["test"] is None


def test_no_gpl_recording_is_built_on(tmp_path):
    named = " ".join(argument for step in plan_in(tmp_path).steps() for argument in step.arguments)
    assert all(folder in named for _, folder, _ in BACKGROUNDS)
    assert not any(gpl in named for gpl in ("motion-artefact", "sim-potassium-kit", "roahd"))


def test_without_recordings_no_step_asks_for_them(tmp_path):
    plan = plan_in(tmp_path, data=False)
    assert not any("background" in argument for step in plan.steps() for argument in step.arguments)
    assert value_of(plan.steps()[-1], "--public-recordings") is None


@pytest.mark.parametrize("scale", [FULL, SMOKE])
def test_a_small_version_says_that_it_is_no_model_to_use(tmp_path, scale):
    export = ReleasePlan(scale, tmp_path, tmp_path / "b").steps()[-1]
    assert ("no model to use" in (value_of(export, "--remark") or "")) == (scale is SMOKE)


def test_the_bundle_takes_its_counts_from_the_run_and_names_the_recordings(tmp_path):
    export = plan_in(tmp_path).steps()[-1]
    named = [after for option, after in pairwise(export.arguments) if option == "--public-recordings"]
    assert named == [name for _, _, name in BACKGROUNDS]
    assert value_of(export, "--run") == str(tmp_path / "work" / "run")
    assert value_of(export, "--training-data") is None


def pretend(plan: ReleasePlan, calls: list[tuple[str, ...]], fail_at: str = ""):
    """A runner that makes what each step promises, but fails at one command."""
    by_arguments = {step.arguments: step for step in plan.steps()} | {
        step.resume: step for step in plan.steps() if step.resume
    }

    def run(arguments) -> int:
        calls.append(tuple(arguments))
        if arguments[0] == fail_at:
            return 7
        step = by_arguments[tuple(arguments)]
        place = step.makes if step.mark is None else step.makes / step.mark
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
        return 0

    return run


def test_every_step_is_taken_once_and_written_down(tmp_path):
    plan, calls, said = plan_in(tmp_path), [], []
    taken = make_release(plan, said.append, pretend(plan, calls))
    assert len(calls) == len(taken) == len(plan.steps())
    assert (plan.work / RELEASE_FILE).is_file()
    assert not any(step.was_there for step in taken)


def test_a_second_run_does_nothing_again(tmp_path):
    plan, calls = plan_in(tmp_path), []
    make_release(plan, lambda _: None, pretend(plan, []))
    taken = make_release(plan, lambda _: None, pretend(plan, calls))
    assert calls == []
    assert all(step.was_there for step in taken)


def test_what_is_written_names_no_folder_of_this_machine(tmp_path):
    plan = plan_in(tmp_path)
    make_release(plan, lambda _: None, pretend(plan, []))
    written = (plan.work / RELEASE_FILE).read_text()
    assert str(tmp_path) not in written
    assert "OUT/train-10s" in written


def seconds_written(plan: ReleasePlan) -> dict[str, float]:
    document = json.loads((plan.work / RELEASE_FILE).read_text())
    return {step["about"]: step["seconds"] for step in document["steps"]}


def test_a_second_run_remembers_what_each_step_took(tmp_path):
    plan = plan_in(tmp_path)
    make_release(plan, lambda _: None, pretend(plan, []))
    document = json.loads((plan.work / RELEASE_FILE).read_text())
    for at, step in enumerate(document["steps"]):
        step["seconds"] = at + 0.5
    (plan.work / RELEASE_FILE).write_text(json.dumps(document))
    make_release(plan, lambda _: None, pretend(plan, []))
    assert list(seconds_written(plan).values()) == [at + 0.5 for at in range(len(plan.steps()))]


@pytest.mark.parametrize("damaged", ["", "[]", '{"steps": [{}]}', '{"steps": null}'])
def test_a_damaged_record_of_an_earlier_run_is_no_obstacle(tmp_path, damaged: str):
    plan = plan_in(tmp_path)
    make_release(plan, lambda _: None, pretend(plan, []))
    (plan.work / RELEASE_FILE).write_text(damaged)
    make_release(plan, lambda _: None, pretend(plan, []))
    assert set(seconds_written(plan).values()) == {0.0}


def test_the_bundle_finds_every_step_before_it_written_down(tmp_path):
    plan, found = plan_in(tmp_path), []

    def run(arguments) -> int:
        if arguments[0] == "export":
            found.extend(json.loads((plan.work / RELEASE_FILE).read_text())["steps"])
        return pretend(plan, [])(arguments)

    make_release(plan, lambda _: None, run)
    assert value_of(plan.steps()[-1], "--release") == str(plan.work / RELEASE_FILE)
    assert [step["about"] for step in found] == [step.about for step in plan.steps()[:-1]]
    assert all(len(step["sha256"]) == 64 for step in found)


def test_a_failed_step_is_named_and_the_next_run_goes_on_there(tmp_path):
    plan, calls = plan_in(tmp_path), []
    with pytest.raises(ReleaseError, match=r"what a Lead I looks like.* ended with status 7"):
        make_release(plan, lambda _: None, pretend(plan, [], fail_at="pretrain"))
    make_release(plan, lambda _: None, pretend(plan, calls))
    assert [call[0] for call in calls] == [
        "pretrain",
        "train",
        "evaluate",
        "calibrate",
        "evaluate",
        "evaluate",
        "export",
    ]


def test_an_interrupted_training_is_resumed(tmp_path):
    plan, calls = plan_in(tmp_path), []
    with pytest.raises(ReleaseError):
        make_release(plan, lambda _: None, pretend(plan, [], fail_at="train"))
    (plan.work / "run").mkdir()
    (plan.work / "run" / "config.json").touch()
    make_release(plan, lambda _: None, pretend(plan, calls))
    assert calls[0] == ("train", "--resume", str(plan.work / "run"))


def test_a_step_that_leaves_nothing_is_a_failure(tmp_path):
    with pytest.raises(ReleaseError, match="is not there"):
        make_release(plan_in(tmp_path), lambda _: None, lambda _: 0)
