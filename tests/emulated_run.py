"""A pytest plugin for the agent's tests on an emulated CPU: fewer drawn examples, and nothing written to the register.

Whoever wants the exhaustive runs has them on the workstation; here it is asked whether another CPU gives other answers.
"""

import pytest
from hypothesis import settings

_EXAMPLES = 5


class ForgetfulLedger:
    """Stands for the register's ledger: limits are still asserted, but figures of an emulator are no evidence."""

    def __init__(self, folder: object) -> None:
        pass

    def append(self, measurement: object, worker: str) -> None:
        """Keep nothing."""


def pytest_sessionstart() -> None:
    """After the suite's own settings, before any test is read."""
    import measurement_plugin  # pytest wants to load it first

    settings.register_profile("emulated", settings(), deadline=None, max_examples=_EXAMPLES)
    settings.load_profile("emulated")
    measurement_plugin.Ledger = ForgetfulLedger  # type: ignore[misc]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item], config: pytest.Config) -> None:
    """Bound every test's examples, those that ask for more themselves included."""
    for item in items:
        drawn = getattr(getattr(item, "function", None), "_hypothesis_internal_use_settings", None)
        if drawn is not None and drawn.max_examples > _EXAMPLES:
            item.function._hypothesis_internal_use_settings = settings(drawn, max_examples=_EXAMPLES)  # type: ignore[attr-defined]
