"""Without the package that checks signatures nothing is trusted, and the message says what to install."""

import sys

import pytest

from pocketk_agent.bundle.demonstration_key import DEMONSTRATION_KEY
from pocketk_agent.bundle.errors import BundleError


def test_a_signature_that_cannot_be_checked_is_not_accepted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    with pytest.raises(BundleError, match=r"cryptography is missing or damaged.*pip install") as caught:
        DEMONSTRATION_KEY.accepts(bytes(64), b"manifest")
    assert caught.value.code == "bundle-trust"
