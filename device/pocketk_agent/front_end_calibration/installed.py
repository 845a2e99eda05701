"""The calibrations that are installed on a device: found, verified, applied."""

import os
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.trust import Trust, installed_trust
from pocketk_agent.front_end import FrontEnd
from pocketk_agent.front_end_calibration.application import calibrated_front_end
from pocketk_agent.front_end_calibration.error import FrontEndCalibrationError, invalid_calibration
from pocketk_agent.front_end_calibration.signed_calibration import (
    MAX_CALIBRATION_BYTES,
    SignedCalibration,
    parse_calibration,
)
from pocketk_agent.front_end_calibration.standing import CalibrationKind, CalibrationStanding
from pocketk_agent.front_end_calibration.test_square import can_be_calibrated

CALIBRATION_FOLDER = Path("/var/lib/pocketk/calibration")
CALIBRATION_VARIABLE = "POCKETK_CALIBRATION"
CALIBRATION_SUFFIX = ".calibration.json"
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")


def calibration_name(profile: str, serial: str) -> str:
    """The file's name for a front end: for finding it only, what counts stands inside."""
    return _NOT_IN_NAMES.sub("_", f"{profile}-{serial}")[:150] + CALIBRATION_SUFFIX


class InstalledCalibrations:
    """A folder of signed calibrations, one a front end.

    Args:
        folder: with the files; None for the one that the environment variable POCKETK_CALIBRATION names, else
            /var/lib/pocketk/calibration. It need not exist.
        trust: whose calibrations are believed; what is installed on this machine where not given, read when needed.
        trust_folder: where to look for that, as `installed_trust` does.
    """

    def __init__(
        self, folder: Path | None = None, trust: Trust | None = None, trust_folder: Path | None = None
    ) -> None:
        self._folder = folder or Path(os.environ.get(CALIBRATION_VARIABLE) or CALIBRATION_FOLDER)
        self._trust, self._trust_folder = trust, trust_folder

    def applied(self, front_end: FrontEnd, now: datetime) -> tuple[FrontEnd, CalibrationStanding | None]:
        """The front end corrected by its calibration, and how far that goes.

        Args:
            front_end: as its source states it.
            now: wall time in UTC, as the device believes it; one before what the device has seen is not believed.

        Returns:
            The front end as it is where no calibration is installed; the standing is None for one that has no signal of
            its own to be calibrated with, and then nothing need be said.

        Raises:
            FrontEndCalibrationError: code "calibration-invalid" for a forged, altered or unreadable one,
                "calibration-other-device" for one of another front end, "rate" for one that no longer fits, and the
                codes of `BundleError` where trusted keys or the device's memory cannot be used.
        """
        path = self._folder / calibration_name(front_end.profile, front_end.serial)
        raw = _content(path)
        if raw is None:
            known = can_be_calibrated(front_end.profile)
            return front_end, CalibrationStanding(CalibrationKind.NOT_CALIBRATED) if known else None
        try:
            return self._corrected(front_end, parse_calibration(raw), now)
        except BundleError as error:
            raise FrontEndCalibrationError(error.code, str(error)) from error

    def _corrected(
        self, front_end: FrontEnd, signed: SignedCalibration, now: datetime
    ) -> tuple[FrontEnd, CalibrationStanding]:
        trust = installed_trust(self._trust_folder) if self._trust is None else self._trust
        standing = signed.standing(trust)
        corrected = calibrated_front_end(front_end, signed.record)
        believed = _believed_now(trust, signed.record.made_at, now)
        return corrected, CalibrationStanding.of(signed.record, standing, believed)


def _believed_now(trust: Trust, made_at: datetime, now: datetime) -> datetime:
    """The latest that the device knows of: its clock, what it has seen, and the genuine signature at hand.

    A clock that stands still or went back (a Raspberry Pi has none of its own) makes no calibration young again.
    """
    known = [now, made_at]
    if trust.memory is not None:
        seen = trust.memory.read()
        known += [] if seen.time is None else [seen.time]
        if seen.time is None or seen.time < made_at:
            trust.memory.keep(replace(seen, time=made_at))
    return max(known)


def _content(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(MAX_CALIBRATION_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise invalid_calibration(f"{path} cannot be read: {error.strerror}") from error
