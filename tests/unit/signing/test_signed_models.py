"""A key stands for every model of a bundle: none is signed that this machine cannot prove."""

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pocketk.signing.fake_signer import FakeSigner
from pocketk.signing.sign_bundle import sign_bundle
from pocketk.signing.signing_error import SigningError
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.signature import SIGNATURE_NAME
from several_models import TFLITE, several_models
from signed_bundles import opened, rewrite

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return several_models(tmp_path)


def sign(bundle: Path) -> bool:
    with opened(FakeSigner("clinic")) as signer:
        return sign_bundle(bundle, signer, NOW)


def test_a_bundle_whose_models_all_reproduce_is_signed(bundle: Path):
    assert sign(bundle)
    assert (bundle / SIGNATURE_NAME).is_file()


def test_a_second_model_that_answers_differently_is_not_signed(bundle: Path):
    shutil.copyfile(TFLITE / "int8.tflite", bundle / "fp16.tflite")
    rewrite(bundle)
    with pytest.raises(BundleError, match="a logit differs"):
        sign(bundle)
    assert not (bundle / SIGNATURE_NAME).exists()


def test_models_whose_package_is_missing_are_not_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    bundle = several_models(tmp_path / "mixed")
    monkeypatch.setitem(sys.modules, "ai_edge_litert", None)
    with pytest.raises((SigningError, BundleError), match="ai-edge-litert"):
        sign(bundle)
    assert not (bundle / SIGNATURE_NAME).exists()
