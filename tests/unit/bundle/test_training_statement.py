"""What a bundle says of its training is what its run counted."""

import pytest

from pocketk.bundle.errors import HostBundleError
from pocketk.bundle.judgement import Judgement
from pocketk.bundle.training_statement import TrainingWords, training_sentence

TRAIN = {"recordings": 103025, "patients": 97471, "positive": 30132, "clips": 130418}
NAMES = ("LUDB", "PTB-XL")


def judgement(sources: str = "real+morph, synthetic", train: object = TRAIN) -> Judgement:
    said = f"simulation-trained: preset s, 160,000 clips seen of 103,025 recordings ({sources}) of 97,471 patients"
    return Judgement("0" * 64, (), {"data": {"parts": {"train": train}}}, {"statement": said})


def test_the_counts_are_those_of_the_run() -> None:
    assert training_sentence(TrainingWords(public_recordings=NAMES), "own", judgement()) == (
        "Simulation-trained, not clinically validated: trained on 103,025 simulated recordings of 97,471 patients, "
        "some of them potassium laid over public recordings (LUDB, PTB-XL)."
    )


def test_a_remark_stands_before_the_counts() -> None:
    said = training_sentence(TrainingWords(remark="smoke version, no model to use"), "own", judgement("synthetic"))
    assert said == (
        "Simulation-trained, not clinically validated: smoke version, no model to use; trained on 103,025 simulated "
        "recordings of 97,471 patients."
    )


@pytest.mark.parametrize(
    ("sources", "says"),
    [
        ("synthetic", "patients."),
        ("real+morph", "all of them potassium laid over public recordings (LUDB, PTB-XL)."),
        ("real+morph, synthetic", "some of them potassium laid over public recordings (LUDB, PTB-XL)."),
    ],
)
def test_public_recordings_are_named_as_far_as_the_run_used_them(sources: str, says: str) -> None:
    assert training_sentence(TrainingWords(public_recordings=NAMES), "own", judgement(sources)).endswith(says)


def test_what_the_maker_says_comes_before_the_counts() -> None:
    assert training_sentence(TrainingWords("my own words."), "own", judgement()) == "My own words."


@pytest.mark.parametrize("run", [None, judgement("real"), judgement("real, real+morph")])
def test_without_a_run_on_simulated_patients_the_file_speaks_for_itself(run: Judgement | None) -> None:
    assert training_sentence(TrainingWords(), "trained on people", run) == "Trained on people."


@pytest.mark.parametrize(
    ("words", "run"),
    [
        (TrainingWords(public_recordings=NAMES), None),
        (TrainingWords(remark="smoke"), judgement("real")),
        (TrainingWords("said", public_recordings=NAMES), judgement()),
    ],
)
def test_words_without_counts_to_go_with_are_refused(words: TrainingWords, run: Judgement | None) -> None:
    with pytest.raises(HostBundleError, match="go with the counts"):
        training_sentence(words, "own", run)


@pytest.mark.parametrize("train", [None, {}, {"recordings": "many", "patients": 3}])
def test_a_run_that_counts_nothing_is_refused(train: object) -> None:
    with pytest.raises(HostBundleError, match="counts no recordings"):
        training_sentence(TrainingWords(), "own", judgement(train=train))
