"""The serial number of a front end that has none of its own: that of the computer it is soldered to."""

import hashlib
from pathlib import Path

_PI_SERIAL = Path("/proc/device-tree/serial-number")
_MACHINE_ID = Path("/etc/machine-id")
_HASH_DIGITS = 16


def computer_serial(pi_serial: Path = _PI_SERIAL, machine_id: Path = _MACHINE_ID) -> str:
    """The Raspberry Pi's serial number; elsewhere the beginning of a hash of the machine id; "UNKNOWN" without either.

    The machine id itself should not leave the machine (man 5 machine-id), hence the hash.

    Args:
        pi_serial: file with the board's serial number, ended by a NUL.
        machine_id: file with the machine id.
    """
    number = _text(pi_serial)
    if number:
        return f"PI-{number.upper()}"
    identity = _text(machine_id)
    if not identity:
        return "UNKNOWN"
    return f"HOST-{hashlib.sha256(b'pocketk ' + identity.encode()).hexdigest()[:_HASH_DIGITS].upper()}"


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("ascii", "replace").strip("\0 \n")
    except OSError:
        return ""
