"""The steps of a release: each is a command that exists, nobody is trained on and tested, and nothing is run twice."""

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
    assert "public recordings" not in plan.training_data


@pytest.mark.parametrize("scale", [FULL, SMOKE])
def test_the_statement_begins_with_where_the_patients_came_from(tmp_path, scale):
    said = ReleasePlan(scale, tmp_path, tmp_path / "b").training_data
    assert said.startswith("Simulation-trained, not clinically validated")
    assert ("no model to use" in said) == (scale is SMOKE)


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
