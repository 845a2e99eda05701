"""Where a service stands."""

from enum import StrEnum


class ServiceState(StrEnum):
    """In the order in which a service passes them; FAULT leads back to SELFTEST, RESULT to IDLE."""

    BOOT = "BOOT"
    SELFTEST = "SELFTEST"
    IDLE = "IDLE"
    MEASURING = "MEASURING"
    RESULT = "RESULT"
    FAULT = "FAULT"
    STOPPED = "STOPPED"
