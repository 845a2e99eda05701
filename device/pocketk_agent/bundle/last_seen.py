"""What a device remembers of earlier bundles, so that neither time nor versions go back."""

import json
import os
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.signature import SignatureRecord, read_time, time_text

_SCHEMA = 1
_MAX_BYTES = 100_000
# The time alone is written at most this often: flash memory wears.
_WORTH_WRITING = timedelta(hours=1)


@dataclass(frozen=True)
class SeenModel:
    """The newest version of a model that started on this device, and whose key had signed it."""

    version: str
    key_id: str


@dataclass(frozen=True)
class LastSeen:
    """Latest time and newest versions.

    Attributes:
        time: no time before it is believed, None before the first.
        models: by model id.
    """

    time: datetime | None = None
    models: dict[str, SeenModel] = field(default_factory=dict)

    def at(self, record: SignatureRecord, now: datetime) -> "LastSeen":
        """With the time that a genuine signature and the device's clock show.

        A clock that is ahead must not shut out every later bundle for good, so it is believed up to the end of the
        signature at hand only, and not at all where that has none.
        """
        times = [record.signed_at, *([self.time] if self.time else [])]
        if record.expires is not None:
            times.append(min(now, record.expires))
        return replace(self, time=max(times))

    def with_model(self, model_id: str, seen: SeenModel) -> "LastSeen":
        """With a model that has started and reproduced its golden vectors."""
        return replace(self, models={**self.models, model_id: seen})

    def to_json(self) -> str:
        """The file's text."""
        body = {
            "schema_version": _SCHEMA,
            "time": None if self.time is None else time_text(self.time),
            "models": {name: vars(seen) for name, seen in self.models.items()},
        }
        return json.dumps(body, indent=2, sort_keys=True) + "\n"


def _parse(text: str) -> LastSeen:
    body = json.loads(text)
    if set(body) != {"schema_version", "time", "models"} or body["schema_version"] != _SCHEMA:
        raise ValueError("unknown fields or schema")
    models = {name: SeenModel(**seen) for name, seen in body["models"].items()}
    if not all(isinstance(text, str) for seen in models.values() for text in vars(seen).values()):
        raise ValueError("a version or key id that is no text")
    return LastSeen(None if body["time"] is None else read_time(body["time"]), models)


class LastSeenFile:
    """A device's memory on disk; replaced whole, so that a power cut leaves the old or the new one.

    Args:
        path: need not exist; its folder must.
        writes: whether anything is kept; a machine that only looks at a device's memory must not age it.
    """

    def __init__(self, path: Path, *, writes: bool = True) -> None:
        self._path, self._writes = path, writes

    def read(self) -> LastSeen:
        """What was kept last; nothing seen where there is no file.

        Raises:
            BundleError: code "bundle-memory"; damaged or not readable.
        """
        try:
            if self._path.stat().st_size > _MAX_BYTES:
                raise ValueError("too large")
            return _parse(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return LastSeen()
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BundleError(
                "bundle-memory",
                f"{self._path}, which keeps older bundles out, cannot be read: {error}. Restore it from a backup, or "
                "delete it to begin anew.",
            ) from error

    def keep(self, seen: LastSeen, *, at_once: bool = False) -> None:
        """Write what differs from the file by an hour or a model, or `at_once` by anything; nothing if it only reads.

        Raises:
            BundleError: code "bundle-memory"; not writable.
        """
        if not self._writes:
            return
        kept = self.read()
        aged = seen.time is not None and (kept.time is None or seen.time - kept.time >= _WORTH_WRITING)
        if seen == kept or not (aged or at_once or seen.models != kept.models):
            return
        self._write(seen)

    def _write(self, seen: LastSeen) -> None:
        fresh = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            with fresh.open("w", encoding="utf-8") as file:
                file.write(seen.to_json())
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except OSError as error:
            raise BundleError(
                "bundle-memory",
                f"{self._path}, which keeps older bundles out, cannot be written: {error.strerror}. Make its folder "
                "writable for the agent.",
            ) from error
        finally:
            fresh.unlink(missing_ok=True)
