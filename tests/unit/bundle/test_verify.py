"""Each reason to refuse a bundle has its own test, its own code and its own words."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pocketk.signing.fake_signer import FakeSigner
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.last_seen import LastSeen, LastSeenFile
from pocketk_agent.bundle.standing import StandingKind
from pocketk_agent.bundle.trust import DEVELOPMENT, Trust
from pocketk_agent.bundle.verify import Verified, verify
from signed_bundles import fake_key, manifest_body, put_signature, rewrite, unsigned_copy, write_manifest

NOW = datetime(2026, 6, 1, tzinfo=UTC)
EXPIRES = datetime(2027, 1, 1, tzinfo=UTC)
AFTER = datetime(2027, 1, 2, tzinfo=UTC)
CLINIC = Trust(keys=(fake_key("clinic"),))
DEMONSTRATION = Trust(demonstration=True)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return unsigned_copy(tmp_path)


@pytest.fixture
def device(tmp_path: Path) -> Trust:
    """A device that trusts the clinic and remembers."""
    return Trust(keys=(fake_key("clinic"),), memory=LastSeenFile(tmp_path / "last_seen.json"))


def signed(directory: Path, expires: datetime | None = None, signer: str = "clinic", **fields) -> Path:
    if fields:
        rewrite(directory, **fields)
    put_signature(directory, FakeSigner(signer), expires)
    return directory


def start(directory: Path, trust: Trust, now: datetime = NOW) -> Verified:
    """Verify and, as after golden vectors that reproduce, remember."""
    verified = verify(directory, trust, now)
    verified.remember(trust)
    return verified


def refused(directory: Path, trust: Trust, now: datetime = NOW) -> BundleError:
    with pytest.raises(BundleError) as info:
        verify(directory, trust, now)
    return info.value


# --- signer and signature ---


def test_a_trusted_signature_is_accepted_and_named(copy: Path):
    standing = verify(signed(copy), CLINIC, NOW).standing
    assert (standing.kind, standing.sentence) == (StandingKind.TRUSTED, "Signed by clinic.")


def test_the_demonstration_key_is_accepted_in_demonstration_mode_and_said(copy: Path):
    put_signature(copy)
    assert verify(copy, DEMONSTRATION, NOW).standing.sentence.startswith("Demonstration mode")


def test_an_unsigned_bundle_is_refused(copy: Path):
    assert refused(copy, DEMONSTRATION).code == "bundle-unsigned"


def test_an_unsigned_bundle_is_accepted_for_development_and_said(copy: Path):
    assert verify(copy, DEVELOPMENT, NOW).standing.sentence == "Unsigned development bundle."


def test_a_wrong_signer_is_refused(copy: Path):
    error = refused(signed(copy, signer="stranger"), CLINIC)
    assert error.code == "bundle-signer"
    assert "it trusts 'clinic'" in str(error)


def test_a_wrong_signer_is_refused_in_development_too(copy: Path):
    assert refused(signed(copy, signer="stranger"), DEVELOPMENT).code == "bundle-signer"


def test_the_demonstration_key_is_refused_by_a_device_that_has_keys(copy: Path):
    put_signature(copy)
    error = refused(copy, CLINIC)
    assert error.code == "bundle-signer"
    assert "not in demonstration mode" in str(error)


@pytest.mark.parametrize(
    "changes",
    [{"signature": bytes(64)}, {"expires": datetime(2099, 1, 1, tzinfo=UTC)}, {"signed_at": NOW}],
    ids=["signature", "expires", "signed_at"],
)
def test_a_bad_signature_is_refused(changes: dict, copy: Path):
    put_signature(copy, FakeSigner("clinic"), EXPIRES, changes)
    assert refused(copy, CLINIC).code == "bundle-signature"


def test_a_signature_of_one_key_under_the_id_of_another_is_refused(copy: Path):
    put_signature(copy, FakeSigner("stranger"), changes={"key_id": fake_key("clinic").key_id})
    assert refused(copy, CLINIC).code == "bundle-signature"


def test_a_signature_of_another_bundle_is_refused(copy: Path):
    signature = (signed(copy) / "SIGNATURE").read_bytes()
    rewrite(copy, model_version="0.2.0")
    (copy / "SIGNATURE").write_bytes(signature)
    assert refused(copy, CLINIC).code == "bundle-signature"


def test_a_bad_signature_is_refused_in_development_too(copy: Path):
    put_signature(copy, changes={"signature": bytes(64)})
    assert refused(copy, DEVELOPMENT).code == "bundle-signature"


def test_a_signature_that_is_a_link_is_refused(copy: Path, tmp_path: Path):
    (signed(copy) / "SIGNATURE").rename(tmp_path / "elsewhere")
    (copy / "SIGNATURE").symlink_to(tmp_path / "elsewhere")
    assert "not a plain file" in str(refused(copy, CLINIC))


def test_a_huge_signature_is_refused(copy: Path):
    (copy / "SIGNATURE").write_bytes(b" " * 10_000)
    assert "larger than" in str(refused(copy, CLINIC))


# --- content ---


def test_a_manifest_in_another_form_is_refused(copy: Path):
    path = copy / "manifest.json"
    path.write_bytes(path.read_bytes().rstrip())
    assert "not in its canonical form" in str(refused(signed(copy), CLINIC))


def test_unknown_manifest_fields_are_refused(copy: Path):
    write_manifest(copy, manifest_body(copy) | {"surprise": 1})
    assert "unknown fields ['surprise']" in str(refused(signed(copy), CLINIC))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("../model.onnx", "leads out"),
        ("..", "leads out"),
        ("/etc/passwd", "absolute"),
        ("..\\model.onnx", "backslash"),
        ("C:model.onnx", "drive"),
        ("model\0.onnx", "NUL"),
        ("sub/model.onnx", "folder"),
        ("MODEL.onnx", "one file where case does not count"),
        ("model.onnx.", "plain name"),
        ("signature", "one file where case does not count"),
        ("", "plain name"),
    ],
)
def test_a_path_trick_in_the_manifest_is_refused(name: str, says: str, copy: Path):
    body = manifest_body(copy)
    body["files"][name] = "0" * 64
    write_manifest(copy, body)
    error = refused(signed(copy), CLINIC)
    assert error.code == "bundle-manifest"
    assert says in str(error)


def test_a_link_in_place_of_a_file_is_refused(copy: Path, tmp_path: Path):
    (copy / "model.onnx").rename(tmp_path / "model.onnx")
    (copy / "model.onnx").symlink_to(tmp_path / "model.onnx")
    assert refused(signed(copy), CLINIC).code == "bundle-files"


def test_an_oversize_file_is_refused(copy: Path, monkeypatch):
    monkeypatch.setattr("pocketk_agent.bundle.verify._MAX_FILE_BYTES", 100_000)
    assert "larger than 100,000 bytes" in str(refused(signed(copy), CLINIC))


def test_a_wrong_hash_is_refused(copy: Path):
    (signed(copy) / "model.onnx").write_bytes(b"another network")
    assert refused(copy, CLINIC).code == "bundle-hash"


def test_a_file_that_is_not_listed_is_refused(copy: Path):
    (signed(copy) / "extra.bin").write_bytes(b"x")
    assert "['extra.bin']" in str(refused(copy, CLINIC))


def test_missing_golden_vectors_are_refused(copy: Path):
    body = manifest_body(copy)
    del body["files"]["golden.npz"]
    write_manifest(copy, body | {"targets": {"pi": ["model.onnx"]}})
    (copy / "golden.npz").unlink()
    assert refused(signed(copy), CLINIC).code == "golden-file"


@pytest.mark.parametrize("field", ["minimum_agent", "minimum_firmware"])
def test_a_floor_above_this_version_is_refused(field: str, copy: Path):
    assert refused(signed(copy, None, "clinic", **{field: "99.0"}), CLINIC).code == "bundle-version"


# --- time: freeze and expiry ---


def test_an_expired_bundle_is_refused_with_what_to_do(copy: Path, device: Trust):
    error = refused(signed(copy, EXPIRES), device, AFTER)
    assert error.code == "bundle-expired"
    assert "Install a bundle with a newer signature" in str(error)


def test_a_bundle_expires_on_the_second(copy: Path):
    assert refused(signed(copy, EXPIRES), CLINIC, EXPIRES).code == "bundle-expired"


def test_turning_the_clock_back_does_not_revive_an_expired_bundle(copy: Path, device: Trust):
    refused(signed(copy, EXPIRES), device, AFTER)
    assert refused(copy, device, NOW).code == "bundle-expired"


def test_a_device_that_refused_an_expired_bundle_takes_a_newer_one(copy: Path, device: Trust):
    refused(signed(copy, EXPIRES), device, AFTER)
    start(signed(copy, EXPIRES.replace(year=2028)), device, AFTER)


def test_a_clock_that_was_far_ahead_does_not_shut_out_later_bundles(copy: Path, device: Trust):
    refused(signed(copy, EXPIRES), device, datetime(2099, 1, 1, tzinfo=UTC))
    start(signed(copy, EXPIRES.replace(year=2028)), device, AFTER)


def test_a_clock_that_lost_its_time_does_not_stop_a_device(copy: Path, device: Trust):
    start(signed(copy, EXPIRES), device, NOW)
    start(copy, device, datetime(1970, 1, 1, tzinfo=UTC))
    assert device.memory is not None
    assert device.memory.read().time == NOW


# --- versions: rollback and fast-forward ---


def test_an_older_version_than_was_run_is_refused(copy: Path, device: Trust):
    start(signed(copy, model_version="1.2.0"), device)
    error = refused(signed(copy, model_version="1.1.9"), device)
    assert error.code == "bundle-rollback"
    assert "1.1.9 is older than 1.2.0" in str(error)


def test_the_same_version_starts_again(copy: Path, device: Trust):
    start(signed(copy, model_version="1.2"), device)
    start(signed(copy, model_version="1.2.0"), device)


def test_a_version_that_never_proved_itself_binds_nobody(copy: Path, device: Trust):
    verify(signed(copy, model_version="9.0.0"), device, NOW)
    start(signed(copy, model_version="1.0.0"), device)


def test_a_version_set_by_a_key_that_is_trusted_no_longer_binds_nobody(copy: Path, device: Trust):
    start(signed(copy, model_version="999999.0.0"), device)
    renewed = Trust(keys=(fake_key("clinic 2"),), memory=device.memory)
    start(signed(copy, signer="clinic 2", model_version="1.0.0"), renewed)


def test_a_damaged_memory_is_refused_and_not_taken_for_a_new_device(copy: Path, device: Trust, tmp_path: Path):
    (tmp_path / "last_seen.json").write_text("{")
    assert refused(signed(copy), device).code == "bundle-memory"


def test_memory_comes_back_as_it_was_kept(copy: Path, device: Trust):
    start(signed(copy, EXPIRES, model_version="1.2.0"), device)
    assert device.memory is not None
    seen = device.memory.read()
    assert seen.time == NOW
    assert {name: model.version for name, model in seen.models.items()} == {"pocketk-untrained": "1.2.0"}


def test_a_memory_that_cannot_be_written_is_said(tmp_path: Path):
    with pytest.raises(BundleError, match="cannot be written"):
        LastSeenFile(tmp_path / "absent" / "last_seen.json").keep(LastSeen(NOW))
