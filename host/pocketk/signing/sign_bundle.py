"""Putting a signature into a bundle."""

from datetime import datetime
from pathlib import Path

from pocketk.signing.signer import Signer
from pocketk.signing.signing_error import SigningError
from pocketk.signing.whole_file import write_whole
from pocketk_agent.bundle.bundle import load_bundle
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.golden import check_golden
from pocketk_agent.bundle.manifest import Manifest
from pocketk_agent.bundle.model_choice import ModelChoice
from pocketk_agent.bundle.open_model import models_here, open_preferred
from pocketk_agent.bundle.public_key import PublicKey
from pocketk_agent.bundle.signature import SIGNATURE_NAME, SignatureRecord, parse_signature
from pocketk_agent.bundle.trust import Trust
from pocketk_agent.bundle.verify import check_contents, manifest_bytes
from pocketk_agent.inference.engine import engines_for


def sign_bundle(directory: Path, signer: Signer, signed_at: datetime, expires: datetime | None = None) -> bool:
    """Prove each model of a bundle that is whole, sign it, then load it as a device does that trusts the key.

    Args:
        directory: of the bundle; an older signature is replaced.
        signer: open.
        signed_at: UTC; cut to whole seconds.
        expires: the end of the signature, None for none.

    Returns:
        False where the bundle has this very key's signature to this very end already; nothing is changed then, so that
        signing twice gives the same bytes.

    Raises:
        BundleError: the bundle is not whole, or does not reproduce its golden vectors.
        SigningError: the key cannot be used, the end lies before the beginning, a model cannot be run here, or the
            folder cannot be written.
    """
    content_of = check_contents(directory)
    manifest, key = manifest_bytes(directory), signer.public_key()
    path = directory / SIGNATURE_NAME
    if _is_signed(path, key, manifest, expires):
        return False
    draft = SignatureRecord(key.key_id, signed_at.replace(microsecond=0), expires)
    if expires is not None and expires <= draft.signed_at:
        raise SigningError(f"The signature would end on {expires:%Y-%m-%d}, before it begins; give a later day.")
    _prove_every_model(directory, content_of)
    content = draft.signed(signer.sign(draft.message(manifest))).to_bytes()
    before = path.read_bytes() if path.is_file() else None
    try:
        write_whole(path, content, beside=directory.resolve().parent)
        load_bundle(directory, trust=Trust(keys=(key,)))
    except OSError as error:
        raise SigningError(f"{path} cannot be written: {error.strerror}.") from error
    except BaseException:
        _restore(path, before)
        raise
    return True


def _prove_every_model(directory: Path, manifest: Manifest) -> None:
    """Devices run whichever they can, so the key stands for all."""
    for model in models_here(manifest):
        package = engines_for(model.runtime)[0].package
        opened = open_preferred(directory, manifest, ModelChoice(model.file, package, 1))
        if opened.model != model:
            raise SigningError(f"{model.file} cannot be proved here, for {package} is missing; install it, then sign.")
        check_golden(directory, manifest, model, opened.runner)


def _is_signed(path: Path, key: PublicKey, manifest: bytes, expires: datetime | None) -> bool:
    try:
        record = parse_signature(path.read_bytes())
    except (OSError, BundleError):
        return False
    same = record.key_id == key.key_id and record.expires == expires
    return same and key.accepts(record.signature, record.message(manifest))


def _restore(path: Path, before: bytes | None) -> None:
    if before is None:
        path.unlink(missing_ok=True)
    else:
        write_whole(path, before, beside=path.resolve().parents[1])
