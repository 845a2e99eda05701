"""The seam behind which results are kept."""

from abc import ABC, abstractmethod

from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.store.record import MeasurementRecord


class StoreError(Exception):
    """A result could not be kept or found; the message says what to do."""


class Store(ABC):
    """Where measurements go. Once `put` returns, the measurement is kept; nothing is ever changed."""

    @abstractmethod
    def put(self, result: MeasurementResult) -> None:
        """Keep a result with its raw counts, whole or not at all.

        Raises:
            StoreError: it could not be kept (full disk, no permission, id already there).
        """

    @abstractmethod
    def ids(self) -> list[str]:
        """Ids of the kept measurements, oldest first."""

    @abstractmethod
    def get(self, measurement_id: str) -> MeasurementRecord:
        """The record of one measurement.

        Raises:
            StoreError: there is none of that id, or it is damaged.
        """
