"""Which model of a bundle a device runs, because it measured them all.

The record is not signed and need not be: it can only choose among models that are, and each proves itself on its golden
vectors at every start.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pocketk_agent.bundle.errors import BundleError

CHOICES_NAME = "model_choices"
_SCHEMA = 1
_MAX_BYTES = 1_000_000
_MOST_THREADS = 256
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class ModelChoice:
    """A model and how to run it.

    Attributes:
        file: of the model in its bundle.
        package: that runs it, as pip knows it.
        threads: inside one operator.
    """

    file: str
    package: str
    threads: int


class ModelChoices:
    """A folder with one record a bundle, each replaced whole.

    Args:
        folder: need not exist; made when the first record is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def place(self, manifest_sha256: str) -> Path:
        """Where the record of a bundle lies, or would lie."""
        if not _SHA256.fullmatch(manifest_sha256):
            raise ValueError(f"{manifest_sha256!r} is not a SHA-256 in hexadecimal")
        return self._folder / f"{manifest_sha256}.json"

    def read(self, manifest_sha256: str) -> ModelChoice | None:
        """What was chosen for a bundle, None where nothing was.

        Raises:
            BundleError: code "bundle-choice"; damaged or not readable.
        """
        path = self.place(manifest_sha256)
        try:
            with path.open("rb") as file:
                raw = file.read(_MAX_BYTES + 1)
            return _parse(raw, manifest_sha256)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise BundleError(
                "bundle-choice",
                f"{path}, which says which model this device runs, cannot be read: {error}. Delete it, or choose anew "
                "with pocketk-agent benchmark.",
            ) from error

    def keep(self, manifest_sha256: str, choice: ModelChoice, evidence: Mapping[str, Any]) -> Path:
        """Write what was chosen and why; a power cut leaves the old record or the new one.

        Raises:
            BundleError: code "bundle-choice"; not writable.
        """
        path = self.place(manifest_sha256)
        body = {
            "schema_version": _SCHEMA,
            "manifest_sha256": manifest_sha256,
            "choice": asdict(choice),
            "evidence": evidence,
        }
        text = json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with fresh.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except OSError as error:
            raise BundleError(
                "bundle-choice", f"{path} cannot be written: {error.strerror}. Make its folder writable for the agent."
            ) from error
        finally:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
        return path


def _parse(raw: bytes, manifest_sha256: str) -> ModelChoice:
    if len(raw) > _MAX_BYTES:
        raise ValueError("too large")
    body = json.loads(raw)
    wanted = {"schema_version", "manifest_sha256", "choice", "evidence"}
    if not isinstance(body, dict) or set(body) != wanted or body["schema_version"] != _SCHEMA:
        raise ValueError("unknown fields or schema")
    if body["manifest_sha256"] != manifest_sha256:
        raise ValueError("it is about another bundle")
    choice = ModelChoice(**body["choice"])
    sound = isinstance(choice.file, str) and isinstance(choice.package, str) and type(choice.threads) is int
    if not sound or not 1 <= choice.threads <= _MOST_THREADS:
        raise ValueError("a choice that is none")
    return choice
