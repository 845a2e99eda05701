"""Record a front end's own test signals into a file that the workstation fits and signs."""

from pathlib import Path

from pocketk_agent.commands.config import usable_config
from pocketk_agent.commands.speech import say
from pocketk_agent.commands.unusable import UnusableError
from pocketk_agent.front_end_calibration.calibration_front_end import calibration_front_end
from pocketk_agent.front_end_calibration.error import FrontEndCalibrationError
from pocketk_agent.front_end_calibration.record_signals import record_signals
from pocketk_agent.front_end_calibration.recording_file import signals_bytes


def run_record_calibration(config: Path | None, out: Path) -> int:
    """Record and write; returns the exit status.

    Args:
        config: the configuration, None for the device's own.
        out: file to write; one that is there already is kept.

    Raises:
        UnusableError: no configuration, a front end without such signals, one that was lost, nobody to ask, or a file
            that cannot be written.
    """
    if out.exists():
        raise UnusableError(f"{out} is there already; name another file.")
    choice = usable_config(config).front_end.choice
    try:
        front_end = calibration_front_end(choice)
        signals = record_signals(front_end.driver, front_end.ask or ask_at_terminal)
    except FrontEndCalibrationError as error:
        raise UnusableError(str(error)) from error
    try:
        out.write_bytes(signals_bytes(signals))
    except OSError as error:
        raise UnusableError(f"{out} cannot be written: {error.strerror}.") from error
    say(f"recorded   front end {signals.front_end.serial}, profile {signals.front_end.profile}")
    say(f"written    {out}; now, on the workstation: pocketk device calibrate {out.name} --key FILE --out FOLDER")
    return 0


def ask_at_terminal(words: str) -> None:
    """Say what is to be done and wait for Enter.

    Raises:
        UnusableError: nobody is there to do it.
    """
    say(words)
    try:
        input("Then press Enter: ")
    except EOFError as error:
        raise UnusableError("Somebody has to see to the electrodes; run this at a terminal.") from error
