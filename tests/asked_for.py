"""Tests that need an environment of their own: left out where nobody asked for them, an error where somebody did."""

import os
from typing import NoReturn

import pytest


def leave_out(target: str, reason: str) -> NoReturn:
    """Skip, or fail under the make target that is there for these tests: an exit status of 0 would say they passed.

    Args:
        target: Of the Makefile, which sets POCKETK_MAKE_TARGET to its name.
        reason: What is missing and where it comes from.
    """
    if os.environ.get("POCKETK_MAKE_TARGET") == target:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
