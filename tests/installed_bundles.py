"""Signed bundles of several versions for a device's slots, and a loader that proves them without a runtime."""

from collections.abc import Callable
from pathlib import Path

from pocketk_agent.bundle.bundle import Bundle
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.trust import Trust
from pocketk_agent.bundle.verify import verify
from pocketk_agent.clock import Clock
from pocketk_agent.inference.fake_runner import FakeRunner
from pocketk_agent.slots.bundle_slots import BundleSlots
from signed_bundles import put_signature, rewrite, unsigned_copy

TRUST = Trust(demonstration=True)


class Prover:
    """Verifies as `load_bundle` does and fails where it is told to; a runtime proves itself in other tests."""

    def __init__(self) -> None:
        self.broken: set[str] = set()

    def __call__(self, folder: Path, trust: Trust, clock: Clock) -> Bundle:
        verified = verify(folder, trust, clock.now())
        if verified.manifest.model_version in self.broken:
            raise BundleError("golden-mismatch", "The golden vectors do not reproduce.")
        verified.remember(trust)
        return Bundle(folder.name, verified.manifest, FakeRunner(lambda clips: clips[:, 0, :1]), 0.0, verified.standing)


def bundles_below(make_folder: Callable[[str], Path]) -> dict[str, Path]:
    """Signed copies of the shipped bundle with random weights, by version; 1.2.0 has no signature."""
    found = {}
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        directory = unsigned_copy(make_folder(version))
        rewrite(directory, model_version=version)
        if version != "1.2.0":
            put_signature(directory)
        found[version] = directory
    return found


def opened_version(slots: BundleSlots) -> str:
    return slots.open().manifest.model_version
