"""Signing a calibration, and reading it back as the device will."""

from pocketk.signing.signer import Signer
from pocketk.signing.signing_error import SigningError
from pocketk_agent.bundle.demonstration_key import DEMONSTRATION_KEY
from pocketk_agent.bundle.trust import Trust
from pocketk_agent.front_end_calibration.error import FrontEndCalibrationError
from pocketk_agent.front_end_calibration.signed_calibration import SignedCalibration, parse_calibration
from pocketk_calibration.frontend.fit import FrontEndFit


def sign_calibration(fit: FrontEndFit, signer: Signer) -> bytes:
    """The file of an accepted calibration.

    Args:
        fit: accepted.
        signer: open.

    Raises:
        SigningError: the calibration was refused, or a device that trusts the key would not take it.
    """
    if not fit.accepted:
        raise SigningError(f"A refused calibration is not signed: {fit.reasons[0]}")
    key = signer.public_key()
    draft = SignedCalibration(fit.record, key.key_id)
    content = draft.signed(signer.sign(draft.message())).to_bytes()
    shown = key.raw == DEMONSTRATION_KEY.raw
    try:
        parse_calibration(content).standing(Trust(keys=() if shown else (key,), demonstration=shown))
    except FrontEndCalibrationError as error:
        raise SigningError(f"No device would take this calibration: {error}") from error
    return content
