"""A folder with one calibration in it, and how a device refuses it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from made_signals import FRONT_END, MADE_AT, public_key
from pocketk_agent.bundle.trust import Trust
from pocketk_agent.front_end import FrontEnd
from pocketk_agent.front_end_calibration.error import FrontEndCalibrationError
from pocketk_agent.front_end_calibration.installed import InstalledCalibrations, calibration_name

TRUST = Trust(keys=(public_key(),))
IN_DATE = MADE_AT + timedelta(days=100)
NAME = calibration_name(FRONT_END.profile, FRONT_END.serial)


def installed(folder: Path, content: bytes, trust: Trust = TRUST) -> InstalledCalibrations:
    (folder / NAME).write_bytes(content)
    return InstalledCalibrations(folder, trust)


def refused(folder: Path, content: bytes, trust: Trust = TRUST, front_end: FrontEnd = FRONT_END) -> str:
    with pytest.raises(FrontEndCalibrationError) as caught:
        installed(folder, content, trust).applied(front_end, IN_DATE)
    return f"{caught.value.code}: {caught.value}"


def body_of(content: bytes) -> dict:
    return json.loads(content)
