"""What `pocketk device calibrate` runs: the front end's own signals into a signed calibration."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pocketk.frontend_calibration.page import HEADINGS, calibration_page, verdict_rows
from pocketk.frontend_calibration.signing import sign_calibration
from pocketk.signing.file_signer import FileSigner, demonstration_signer
from pocketk.signing.key_file import public_path, read_public
from pocketk.signing.passphrase import read_passphrase
from pocketk.signing.signer import Signer
from pocketk.signing.signing_error import SigningError
from pocketk.signing.whole_file import write_whole
from pocketk_agent.front_end_calibration.calibration_front_end import calibration_front_end
from pocketk_agent.front_end_calibration.error import FrontEndCalibrationError
from pocketk_agent.front_end_calibration.installed import CALIBRATION_SUFFIX, calibration_name
from pocketk_agent.front_end_calibration.limits import DEFAULT_VALID, LONGEST_VALID
from pocketk_agent.front_end_calibration.record_signals import record_signals
from pocketk_agent.front_end_calibration.recording_file import read_signals
from pocketk_agent.front_end_calibration.signal_set import CalibrationSignalSet
from pocketk_agent.sources.front_end_choice import FrontEndChoice
from pocketk_calibration.frontend.fit import FrontEndFit, fit_front_end

EXIT_REFUSED = 1
_VIRTUAL_SERIAL = "VIRTUAL"


def calibrate_device_command(  # noqa: PLR0913 - one keyword for each option of the command
    recording: Path | None = None,
    *,
    out: Path,
    config: Path | None = None,
    virtual: str | None = None,
    key: Path | None = None,
    demonstration: bool = False,
    passphrase_file: Path | None = None,
    valid_days: int = DEFAULT_VALID.days,
) -> int:
    """Measure gain, offset, true rate, noise and lead-off of a front end, and sign the result for its serial number.

    The signals are the chip's own: its test square, its shorted inputs. A device records them with
    `pocketk-agent record-calibration --out FILE`; the private key stays here. The signed file goes to
    /var/lib/pocketk/calibration on that device. A front end out of its limits is refused, and nothing is signed.

        pocketk device calibrate pi-3.calibration-signals.npz --key /media/safe/release-2026.key --out calibration
        pocketk device calibrate --virtual ads1292r --demonstration --out out/calibration
        pocketk device calibrate --config pocketk.toml --key /media/safe/release-2026.key --out calibration

    Args:
        recording: File of signals that a device wrote.
        out: Folder for the signed calibration and its page; made where missing.
        config: Configuration of a front end that is connected to this computer, instead of a recording.
        virtual: Kind of a front end whose register-level model is calibrated, instead of a recording: ads1292r.
        key: Private key's file, as `pocketk key create` wrote it, with its public file beside it.
        demonstration: Sign with the demonstration key, which anybody has; devices accept it in demonstration mode only.
        passphrase_file: File whose first line is the passphrase; asked for at the terminal where not given.
        valid_days: Days until the calibration is due again.

    Returns:
        0 where it was signed, 1 where the front end is out of its limits.
    """
    if (key is None) != demonstration:
        raise SigningError("Give either --key FILE or --demonstration.")
    if not 1 <= valid_days < LONGEST_VALID.days:
        raise SigningError(f"--valid-days {valid_days}: give 1 to {LONGEST_VALID.days - 1}.")
    signer = demonstration_signer() if key is None else _file_signer(key, passphrase_file)
    try:
        signer.open()
        signals = _signals(recording, config, virtual)
        now = datetime.now(UTC)
        fit = fit_front_end(signals, now, now + timedelta(days=valid_days))
        _show(fit)
        return _keep(signals, fit, signer, out)
    finally:
        signer.close()


def _file_signer(key: Path, passphrase_file: Path | None) -> FileSigner:
    name = read_public(public_path(key)).name
    return FileSigner(key, name, read_passphrase(passphrase_file, f"passphrase for {key}"))


def _signals(recording: Path | None, config: Path | None, virtual: str | None) -> CalibrationSignalSet:
    if [recording, config, virtual].count(None) != 2:
        raise FrontEndCalibrationError(
            "calibration-recording", "Give one of: a file of signals, --config FILE, or --virtual ads1292r."
        )
    if recording is not None:
        return read_signals(recording)
    front_end = calibration_front_end(_choice(config, virtual))
    return record_signals(front_end.driver, front_end.ask or _ask)


def _choice(config: Path | None, virtual: str | None) -> FrontEndChoice:
    from pocketk_agent.config.config_error import ConfigError
    from pocketk_agent.config.config_file import load_config

    try:
        if config is not None:
            return load_config(config).front_end.choice
        return FrontEndChoice(str(virtual), serial=_VIRTUAL_SERIAL, virtual=True)
    except (ConfigError, ValueError) as error:
        raise FrontEndCalibrationError("calibration-recording", str(error)) from error


def _ask(words: str) -> None:
    try:
        Console().input(f"{escape(words)}\nThen press Enter: ")
    except EOFError as error:
        raise FrontEndCalibrationError(
            "calibration-recording", "Somebody has to see to the electrodes; run this at a terminal."
        ) from error


def _show(fit: FrontEndFit) -> None:
    record = fit.record
    table = Table(*HEADINGS, title=f"Front end {escape(record.serial)} ({escape(record.profile)})")
    for row in verdict_rows(fit):
        table.add_row(*map(escape, row), style="" if row[-1] == "kept" else "bold")
    console = Console()
    console.print(table)
    for reason in fit.reasons:
        console.print(f"refused    {escape(reason)}", highlight=False, soft_wrap=True)


def _keep(signals: CalibrationSignalSet, fit: FrontEndFit, signer: Signer, out: Path) -> int:
    """Write the page, and the signed file where the front end was accepted."""
    name = calibration_name(fit.record.profile, fit.record.serial)
    page = out / f"{name.removesuffix(CALIBRATION_SUFFIX)}.html"
    public = signer.public_key()
    content = sign_calibration(fit, signer) if fit.accepted else None
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_whole(page, calibration_page(signals, fit, public.name if content else "").encode())
        if content is not None:
            write_whole(out / name, content)
    except OSError as error:
        raise SigningError(f"{out} cannot be written: {error.strerror}.") from error
    console = Console()
    console.print(f"page       {page}", highlight=False, soft_wrap=True)
    if content is None:
        return EXIT_REFUSED
    due = f"due {fit.record.due_at:%Y-%m-%d}"
    console.print(f"signed     {out / name}  by {escape(public.name)}, {due}", highlight=False, soft_wrap=True)
    console.print("install    copy it to /var/lib/pocketk/calibration on that device", highlight=False, soft_wrap=True)
    return 0
