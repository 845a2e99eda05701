"""Mean and range over seeds: of the same recordings, of different weights, or refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from pocketk.compare_seeds_command import SEEDS_FILE, compare_seeds_command
from pocketk.evaluation.evaluation_error import EvaluationError
from pocketk.evaluation.seed_comparison import compare_seeds


def evaluation(weights: str, auroc: float | None, cohort: str = "judged", recordings: int = 100) -> dict[str, Any]:
    row = {
        "endpoint": "K > 5.5",
        "score": "first clip",
        "recordings": recordings,
        "AUROC, patient bootstrap": {"value": auroc},
    }
    gain = {"figure": "three clips less one", "recordings": recordings, "value": {"value": 0.005}}
    context = {"figure": "clip alone against strip", "recordings": recordings, "value": 0.098}
    return {
        "facts": {"cohort": cohort, "split": "internal_test", "gate": "left out", "SHA-256 of the model": weights},
        "sections": {"discrimination": {"tables": {"discrimination": [row], "clips": [gain, context]}}},
    }


def test_mean_and_range_are_over_the_seeds() -> None:
    first, gain, context = compare_seeds([evaluation("a", 0.86), evaluation("b", 0.88), evaluation("c", 0.87)]).figures
    assert first.name == "AUROC K > 5.5, first clip"
    assert first.mean == pytest.approx(0.87)
    assert first.range == (0.86, 0.88)
    assert gain.range == (0.005, 0.005)
    assert context.range == (0.098, 0.098)


def test_a_seed_without_a_figure_leaves_mean_and_range_out() -> None:
    figure = compare_seeds([evaluation("a", 0.86), evaluation("b", None)]).figures[0]
    assert figure.mean is None
    assert figure.range is None


@pytest.mark.parametrize(
    ("documents", "said"),
    [
        ([evaluation("a", 0.86)], "two or more"),
        ([evaluation("a", 0.86), evaluation("b", 0.87, cohort="other")], "differ in cohort"),
        ([evaluation("a", 0.86), evaluation("a", 0.86)], "same weights"),
        ([evaluation("a", 0.86), evaluation("b", 0.87, recordings=99)], "same recordings"),
        ([evaluation("a", 0.86), {"facts": evaluation("b", 0.87)["facts"]}], "lacks 'sections'"),
        ([evaluation("a", 0.86), {}], "no facts"),
    ],
)
def test_what_is_no_range_of_seeds_is_refused(documents: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(EvaluationError, match=said):
        compare_seeds(documents)


def test_the_command_writes_every_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = [tmp_path / name for name in "ab"]
    for folder, auroc in zip(folders, (0.86, 0.88), strict=True):
        folder.mkdir()
        (folder / "evaluation.json").write_text(json.dumps(evaluation(folder.name, auroc)))
    assert compare_seeds_command(folders, out=tmp_path / "out") == 0
    document = json.loads((tmp_path / "out" / SEEDS_FILE).read_text())
    assert document["statement"].startswith("Simulation-trained")
    assert document["figures"][0]["range"] == [0.86, 0.88]
    assert "2 seeds on judged" in capsys.readouterr().out


@pytest.mark.parametrize(("content", "said"), [(None, "cannot be read"), ("{", "not JSON"), ("[]", "no JSON object")])
def test_a_folder_without_an_evaluation_is_named(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "evaluation.json").write_text(content)
    with pytest.raises(EvaluationError, match=said):
        compare_seeds_command([tmp_path, tmp_path], out=tmp_path / "out")
