"""Tests with an environment of their own never pass by being left out where somebody asked for them."""

import pytest

from asked_for import leave_out


def test_what_nobody_asked_for_is_skipped(monkeypatch):
    monkeypatch.setenv("POCKETK_MAKE_TARGET", "test")
    with pytest.raises(pytest.skip.Exception, match="no emulator"):
        leave_out("test-other-cpu", "no emulator")


def test_what_its_make_target_asked_for_fails(monkeypatch):
    monkeypatch.setenv("POCKETK_MAKE_TARGET", "test-other-cpu")
    with pytest.raises(pytest.fail.Exception, match="no emulator"):
        leave_out("test-other-cpu", "no emulator")
