"""What a bundle says of itself and what this machine thinks of it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.manifest import Manifest
from pocketk_agent.bundle.signature import SignatureRecord
from pocketk_agent.bundle.trust import Trust
from pocketk_agent.bundle.verify import check_contents, read_signature, verify


@dataclass(frozen=True)
class Inspection:
    """A bundle that is whole, accepted or not.

    Attributes:
        manifest: what it says of itself.
        record: its signature, None without one.
        sizes_bytes: by file.
        sentence: who signed it, or why this machine does not accept it.
        accepted: whether this machine would start with it.
    """

    manifest: Manifest
    record: SignatureRecord | None
    sizes_bytes: dict[str, int]
    sentence: str
    accepted: bool


def inspect_bundle(directory: Path, trust: Trust, now: datetime) -> Inspection:
    """Look at a bundle; one of a stranger is shown too, with the reason why it is not accepted.

    Raises:
        BundleError: it is not whole.
    """
    manifest, record = check_contents(directory), read_signature(directory)
    sizes = {name: (directory / name).stat().st_size for name in manifest.files}
    try:
        sentence, accepted = verify(directory, trust, now).standing.sentence, True
    except BundleError as error:
        sentence, accepted = f"Not accepted here ({error.code}): {error}", False
    return Inspection(manifest, record, sizes, sentence, accepted)
