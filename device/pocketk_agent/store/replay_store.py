"""An archive that is only looked at."""

from pathlib import Path

from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.store.file_store import FileStore
from pocketk_agent.store.store import StoreError


class ReplayStore(FileStore):
    """The measurements of another device or day; nothing can be added.

    Args:
        root: a folder that a `FileStore` has written.

    Raises:
        StoreError: there is no such folder.
    """

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise StoreError(f"{root} is not a folder of measurements.")
        super().__init__(root)

    def put(self, result: MeasurementResult) -> None:
        """Refused."""
        raise StoreError(f"This archive is read only; {result.measurement_id} was not stored.")
