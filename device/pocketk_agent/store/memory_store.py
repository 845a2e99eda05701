"""A store that forgets when the process ends: the fake."""

from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.store.record import MeasurementRecord, parse_record, record_text
from pocketk_agent.store.store import Store, StoreError


class MemoryStore(Store):
    """Keeps results in memory.

    Args:
        capacity: how many it takes before it behaves like a full disk.
    """

    def __init__(self, capacity: int = 1000) -> None:
        self._capacity = capacity
        self.results: dict[str, MeasurementResult] = {}

    def put(self, result: MeasurementResult) -> None:
        """See `Store`."""
        if result.measurement_id in self.results:
            raise StoreError(f"Measurement {result.measurement_id} is stored already; nothing was changed.")
        if len(self.results) >= self._capacity:
            raise StoreError("No space left; free some and measure again.")
        self.results[result.measurement_id] = result

    def ids(self) -> list[str]:
        """See `Store`."""
        return sorted(self.results)

    def get(self, measurement_id: str) -> MeasurementRecord:
        """See `Store`."""
        if measurement_id not in self.results:
            raise StoreError(f"There is no measurement {measurement_id}.")
        return parse_record(record_text(self.results[measurement_id]))
