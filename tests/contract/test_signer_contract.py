"""One contract for every signer."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from pocketk.signing.fake_signer import FakeSigner
from pocketk.signing.file_signer import FileSigner, demonstration_signer
from pocketk.signing.key_file import create_key
from pocketk.signing.replay_signer import ReplaySigner
from pocketk.signing.signer import Signer
from pocketk.signing.signing_error import SigningError
from pocketk_agent.bundle.demonstration_key import DEMONSTRATION_KEY
from signed_bundles import fake_key, opened

MESSAGE = b"a message"
PASSPHRASE = b"three long words"


def of_file(folder: Path) -> Signer:
    create_key(folder / "release.key", "clinic", PASSPHRASE)
    return FileSigner(folder / "release.key", "clinic", PASSPHRASE)


def of_recorded(_folder: Path) -> Signer:
    with opened(FakeSigner("clinic")) as signer:
        recorded = {hashlib.sha256(MESSAGE).hexdigest(): signer.sign(MESSAGE)}
    return ReplaySigner(fake_key("clinic"), recorded)


@pytest.fixture(params=[of_file, of_recorded, lambda _: FakeSigner("clinic")], ids=["file", "replay", "fake"])
def signer(request: pytest.FixtureRequest, tmp_path: Path) -> Signer:
    make: Callable[[Path], Signer] = request.param
    return make(tmp_path)


def test_its_public_key_accepts_its_signature_and_no_other_message(signer: Signer):
    with opened(signer):
        key, signature = signer.public_key(), signer.sign(MESSAGE)
    assert len(signature) == 64
    assert key.accepts(signature, MESSAGE)
    assert not key.accepts(signature, MESSAGE + b".")


def test_the_same_message_gets_the_same_signature(signer: Signer):
    with opened(signer):
        assert signer.sign(MESSAGE) == signer.sign(MESSAGE)


def test_its_key_has_the_name_that_devices_show(signer: Signer):
    with opened(signer):
        assert signer.public_key().name == "clinic"


def test_before_it_is_opened_it_signs_nothing(signer: Signer):
    for use in (signer.public_key, lambda: signer.sign(MESSAGE)):
        with pytest.raises(SigningError, match="not open"):
            use()


def test_closed_twice_it_signs_nothing(signer: Signer):
    signer.open()
    signer.close()
    signer.close()
    with pytest.raises(SigningError, match="not open"):
        signer.sign(MESSAGE)


def test_a_replayed_signer_does_not_sign_what_was_not_recorded(tmp_path: Path):
    with opened(of_recorded(tmp_path)) as signer, pytest.raises(SigningError, match="recorded"):
        signer.sign(b"another message")


@pytest.mark.parametrize("passphrase", [b"three wrong words", None, b""])
def test_a_locked_file_does_not_open_with_a_wrong_passphrase(passphrase: bytes | None, tmp_path: Path):
    of_file(tmp_path)
    with pytest.raises(SigningError, match="cannot be opened"):
        FileSigner(tmp_path / "release.key", "clinic", passphrase).open()


@pytest.mark.parametrize("content", [b"", b"not a key"])
def test_a_file_that_is_no_key_is_refused(content: bytes, tmp_path: Path):
    (tmp_path / "k").write_bytes(content)
    with pytest.raises(SigningError, match="no private key"):
        FileSigner(tmp_path / "k", "clinic", PASSPHRASE).open()


def test_the_demonstration_key_is_the_one_that_devices_know_and_says_that_it_is_public():
    with opened(demonstration_signer()) as signer:
        assert signer.public_key() == DEMONSTRATION_KEY
