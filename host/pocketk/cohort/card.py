"""The card of a cohort, `cohort.json`: how it came to be, so that it can be made again and recognised."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from pocketk.cohort.cohort_error import CohortError
from pocketk_models.atomic_file import write_atomically

CARD_FILE = "cohort.json"


@dataclass(frozen=True)
class CohortCard:
    """How a cohort was made.

    Attributes:
        kind: builder, such as "mimic", "csv" or "simulated".
        seed: of the splits and of everything drawn.
        config: every option that changes the cohort, plain values.
        versions: package -> version.
        data_sha256: input file -> SHA-256 of its bytes.
        counts: what -> how many; recordings, patients, exclusions, ties.
        manifest_sha256: of `manifest.parquet`.
        recordings: folder of recordings left in place; None where the cohort's folder holds the signals.
        flow: inclusions and exclusions, `asdict` of a `flow.Flow`; None where there was nothing to exclude.
    """

    kind: str
    seed: int
    config: Mapping[str, object]
    versions: Mapping[str, str]
    data_sha256: Mapping[str, str]
    counts: Mapping[str, int]
    manifest_sha256: str
    recordings: str | None = None
    flow: Mapping[str, Any] | None = None


def write_card(folder: Path, card: CohortCard) -> None:
    """Write `folder`/cohort.json, whole or not at all; the same card gives the same bytes."""
    text = json.dumps(asdict(card), indent=2, sort_keys=True, allow_nan=False, default=str) + "\n"
    write_atomically({folder / CARD_FILE: text.encode()})


def read_card(folder: Path) -> CohortCard:
    """Read a cohort's card.

    Raises:
        CohortError: absent, or not a card.
    """
    path = folder / CARD_FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return CohortCard(**document)
    except FileNotFoundError as error:
        raise CohortError(f"No {CARD_FILE} in {folder}; expected a cohort's folder.") from error
    except (OSError, ValueError, TypeError) as error:
        names = ", ".join(each.name for each in fields(CohortCard))
        raise CohortError(f"{path} is no cohort card ({error}); expected the fields {names}.") from error
