"""Defects of other people's packages that change logits or break files, as tests that notice when one is healed."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import pytest


@dataclass(frozen=True)
class KnownTrap:
    """A defect that the exporter or the agent has to go round.

    Attributes:
        what: What goes wrong, in one sentence's end.
        seen_in: Packages and the versions it was seen in, such as ("onnxruntime==1.31.1",).
        healed: What to do once it is gone.
    """

    what: str
    seen_in: tuple[str, ...]
    healed: str

    def expect(self, present: bool, found: str) -> None:
        """Fail where the defect is gone.

        Args:
            present: Whether it was seen just now.
            found: What was seen, for the message.
        """
        if present:
            return
        pytest.fail(
            f"{self.what}: no longer so, found {found}. Seen in {', '.join(self.seen_in)}; installed "
            f"{', '.join(map(_installed, self.seen_in))}. {self.healed}",
            pytrace=False,
        )


def _installed(requirement: str) -> str:
    name = requirement.partition("==")[0]
    try:
        return f"{name}=={version(name)}"
    except PackageNotFoundError:
        return f"no {name}"
