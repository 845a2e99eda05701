"""Which shipped bundle a command takes where none was named."""

from dataclasses import dataclass

from pocketk_agent.bundle.bundle import shipped_bundles

TRAINED_BUNDLE, UNTRAINED_BUNDLE = "pocketk-s", "pocketk-untrained"


@dataclass(frozen=True)
class DefaultBundle:
    """A shipped bundle.

    Attributes:
        name: of it.
        note: one sentence where it is not the one to expect, else empty.
    """

    name: str
    note: str = ""


def default_bundle() -> DefaultBundle:
    """The trained bundle where it is shipped, else the one with random weights."""
    if TRAINED_BUNDLE in shipped_bundles():
        return DefaultBundle(TRAINED_BUNDLE)
    return DefaultBundle(
        UNTRAINED_BUNDLE,
        f"The trained bundle {TRAINED_BUNDLE} is not shipped here: {UNTRAINED_BUNDLE} has random weights.",
    )
