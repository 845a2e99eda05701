"""What two bundles differ in."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pocketk_agent.bundle.verify import check_contents, read_signature

ABSENT = "-"


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same.

    Attributes:
        what: dotted name in the manifest, or in the signature.
        before: its value in the first bundle, "-" where it has none.
        after: its value in the second.
    """

    what: str
    before: str
    after: str


def bundle_differences(first: Path, second: Path) -> list[Difference]:
    """What differs between two bundles' manifests, files by their hashes, and signatures, sorted by name.

    Raises:
        BundleError: one of them is not whole.
    """
    before, after = _facts(first), _facts(second)
    return [
        Difference(name, before.get(name, ABSENT), after.get(name, ABSENT))
        for name in sorted(before.keys() | after.keys())
        if before.get(name, ABSENT) != after.get(name, ABSENT)
    ]


def _facts(directory: Path) -> dict[str, str]:
    facts = dict(_leaves("", json.loads(check_contents(directory).to_json())))
    record = read_signature(directory)
    if record is not None:
        facts |= dict(_leaves("signature", json.loads(record.to_bytes())))
    return facts


def _leaves(where: str, value: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield where, json.dumps(value, ensure_ascii=False)
        return
    for name, inner in value.items():
        yield from _leaves(f"{where}.{name}" if where else name, inner)
