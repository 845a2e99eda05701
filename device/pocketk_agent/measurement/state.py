"""The stations of a measurement."""

from enum import StrEnum


class FlowState(StrEnum):
    """In the order in which a measurement passes them."""

    IDLE = "IDLE"
    WAIT_CONTACT = "WAIT_CONTACT"
    STABILISING = "STABILISING"
    RECORDING = "RECORDING"
    ANALYSING = "ANALYSING"
    DONE = "DONE"
