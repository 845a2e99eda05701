"""The pytest side of the requirements register: the fixtures ``measure`` and ``pocketk_data``."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import pytest

from pocketk.requirements import Catalogue, Ledger, RunIdentity, identify_run, read_catalogue


class Measure(Protocol):
    """What the fixture ``measure`` is: call it with what a test saw."""

    def __call__(self, id: str, value: float, n: int = 1, device: str = "host", *, detail: str = "") -> None:
        """Record ``value`` from ``n`` observations for requirement ``id``; assert that it is within limits.

        ``detail`` is added to the message of a failure and not recorded.

        Raises:
            AssertionError: the value is outside the limits; it is recorded all the same.
            RequirementsError: no such requirement, ``value`` not a number, or ``n`` below 1.
        """
        ...


@pytest.fixture(scope="session")
def requirements_catalogue(pytestconfig: pytest.Config) -> Catalogue:
    """Every requirement of ``tests/requirements.toml``."""
    return read_catalogue(pytestconfig.rootpath / "tests" / "requirements.toml")


@pytest.fixture(scope="session")
def run_identity(pytestconfig: pytest.Config) -> RunIdentity:
    """Who measures: code, machine, versions and run, the same for every measurement of this process."""
    return identify_run(pytestconfig.rootpath)


@pytest.fixture
def measure(requirements_catalogue: Catalogue, run_identity: RunIdentity, request: pytest.FixtureRequest) -> Measure:
    """A function that records what this test saw for a requirement and asserts that it is within limits."""
    ledger = Ledger(request.config.rootpath / "out" / "requirements")

    def record(id: str, value: float, n: int = 1, device: str = "host", *, detail: str = "") -> None:
        __tracebackhide__ = True  # a failure points at the line of the test
        requirement = requirements_catalogue.find(id)
        made = run_identity.measurement(requirement, value, n=n, device=device, test=request.node.nodeid)
        ledger.append(made, run_identity.worker)
        if not made.passed:
            raise AssertionError("\n".join(filter(None, [made.sentence(), requirement.text, detail])))

    return record


@pytest.fixture(scope="session")
def pocketk_data(pytestconfig: pytest.Config) -> Path:
    """The folder of the recordings: ``POCKETK_DATA``, by default ``../shared/data`` beside the repository.

    Tests that ask for it carry the marker ``data``. Where the folder is absent they are skipped; with
    ``CI=true`` they fail, so that a build cannot pass by not looking.
    """
    folder = data_folder(pytestconfig.rootpath, os.environ)
    if folder.is_dir():
        return folder
    reason = f"no recordings at {folder}: set POCKETK_DATA to the folder that holds them"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason} (with CI=true their absence is a failure)", pytrace=False)
    pytest.skip(reason)


def data_folder(root: Path, environ: Mapping[str, str]) -> Path:
    """Return where the recordings are expected for the checkout at ``root``."""
    named = environ.get("POCKETK_DATA")
    return Path(named) if named else root.parent / "shared" / "data"


@pytest.hookimpl(tryfirst=True)  # before pytest's own selection with -m
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that asks for the recordings as ``data``."""
    for item in items:
        if "pocketk_data" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.data)
