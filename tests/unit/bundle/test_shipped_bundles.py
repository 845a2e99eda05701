"""What is shipped: small enough for git, and a trained bundle with all that was found out about it."""

import pytest

from pocketk_agent.bundle.bundle import load_bundle, shipped_bundles
from pocketk_agent.bundle.standing import StandingKind
from pocketk_agent.bundle.trust import Trust

JUDGED_FILES = {
    "evaluation.html",
    "evaluation.json",
    "evaluation_samples.json",
    "training_config.json",
    "training_run.json",
    "model_card.json",
}


@pytest.mark.parametrize("name", list(shipped_bundles()))
def test_a_shipped_bundle_weighs_what_git_may_hold(name: str, measure) -> None:
    total = sum(path.stat().st_size for path in shipped_bundles()[name].rglob("*"))
    measure("BUNDLE-SIZE", total / 1e6, detail=name)


@pytest.mark.parametrize("name", list(shipped_bundles()))
def test_a_shipped_bundle_is_signed_with_the_demonstration_key(name: str) -> None:
    loaded = load_bundle(name, trust=Trust(demonstration=True))
    assert loaded.standing.kind is StandingKind.DEMONSTRATION, "sign anew: make sign-bundles"


@pytest.mark.parametrize("name", [name for name in shipped_bundles() if name != "pocketk-untrained"])
def test_a_shipped_trained_bundle_loads_and_says_how_it_was_trained(name: str) -> None:
    loaded = load_bundle(name)
    folder = shipped_bundles()[name]
    assert loaded.manifest.trained
    assert loaded.manifest.calibrated
    assert "Simulation-trained, not clinically validated" in (folder / "MODEL_CARD.md").read_text().splitlines()[0]
    assert set(loaded.manifest.files) >= JUDGED_FILES
    files = tuple(model.file for model in loaded.manifest.models)
    assert loaded.manifest.targets == {"pi": (*files, "golden.npz", "MODEL_CARD.md")}
