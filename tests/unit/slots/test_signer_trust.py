"""Whose bundles a chip accepts: those of its keys, and the demonstration key's in demonstration mode alone."""

import json

import pytest

from chip_bundles import STRANGER, VENDOR, ChipBundle, chip_bundle, demonstration_bundle, raw_key
from pocketk.signing.file_signer import demonstration_signer
from pocketk_agent.bundle.demonstration_key import DEMONSTRATION_KEY
from pocketk_agent.bundle.trust import KEYS_NAME as AGENT_KEYS_NAME
from pocketk_agent.bundle.trust import keys_json, parse_keys
from pocketk_firmware.slots import signer_trust
from pocketk_firmware.slots.signature_file import read_signature
from pocketk_firmware.slots.signer_trust import KEYS_NAME, SignerTrust, installed_trust
from pocketk_firmware.slots.slot_error import SIGNATURE, SIGNER, TRUST, SlotError
from pocketk_firmware.slots.store import MemoryStore
from signed_bundles import fake_key

KEYS = (fake_key("vendor"),)


def check(trust: SignerTrust, bundle: ChipBundle) -> str:
    """Empty where it is accepted, else the reason."""
    try:
        trust.check(read_signature(bundle.signature), bundle.manifest)
    except SlotError as error:
        return error.reason_id
    return ""


def listed(text: str) -> SignerTrust:
    return installed_trust(MemoryStore({KEYS_NAME: text.encode()}))


def test_a_key_that_is_listed_is_accepted() -> None:
    assert check(listed(keys_json(KEYS)), chip_bundle()) == ""


def test_a_key_that_is_not_listed_is_refused() -> None:
    assert check(listed(keys_json(KEYS)), chip_bundle(signer=STRANGER)) == SIGNER


def test_a_manifest_that_was_changed_is_refused() -> None:
    bundle = chip_bundle()
    changed = ChipBundle(bundle.manifest.replace(b"1.0.0", b"9.0.0"), bundle.signature, bundle.files)
    assert check(listed(keys_json(KEYS)), changed) == SIGNATURE


def test_a_signature_of_another_key_under_a_trusted_keys_name_is_refused() -> None:
    genuine, forged = chip_bundle(), chip_bundle(signer=STRANGER)
    ids = [read_signature(one.signature).key_id.encode() for one in (forged, genuine)]
    renamed = ChipBundle(genuine.manifest, forged.signature.replace(*ids), genuine.files)
    assert check(listed(keys_json(KEYS)), renamed) == SIGNATURE


def test_dates_that_were_changed_are_refused() -> None:
    bundle = chip_bundle()
    later = ChipBundle(bundle.manifest, bundle.signature.replace(b"2026-03-01", b"2027-03-01"), bundle.files)
    assert check(listed(keys_json(KEYS)), later) == SIGNATURE


def test_without_a_list_the_demonstration_key_is_accepted() -> None:
    trust = installed_trust(MemoryStore())
    assert trust.demonstration
    assert check(trust, demonstration_bundle()) == ""


def test_with_a_list_the_demonstration_key_is_refused() -> None:
    trust = listed(keys_json(KEYS))
    assert not trust.demonstration
    assert check(trust, demonstration_bundle()) == SIGNER


def test_a_list_may_allow_the_demonstration_key_too() -> None:
    trust = listed(keys_json(KEYS, demonstration=True))
    assert check(trust, demonstration_bundle()) == check(trust, chip_bundle()) == ""


def test_in_demonstration_mode_no_other_key_is_accepted() -> None:
    assert check(installed_trust(MemoryStore()), chip_bundle()) == SIGNER


BODY = json.loads(keys_json(KEYS))
DAMAGED = {
    "nothing": "",
    "no object": "[]",
    "no keys": json.dumps(BODY | {"keys": []}),
    "a key twice": json.dumps(BODY | {"keys": BODY["keys"] * 2}),
    "an unknown field": json.dumps(BODY | {"note": ""}),
    "an unknown field of a key": json.dumps(BODY | {"keys": [BODY["keys"][0] | {"note": ""}]}),
    "another schema": json.dumps(BODY | {"schema_version": 2}),
    "a demonstration that is no truth value": json.dumps(BODY | {"demonstration": 1}),
    "a key that is too short": json.dumps(BODY | {"keys": [{"name": "x", "public_key": "00"}]}),
    "a key that is no hexadecimal": json.dumps(BODY | {"keys": [{"name": "x", "public_key": "x" * 64}]}),
    "the demonstration key": json.dumps(BODY | {"keys": [{"name": "x", "public_key": DEMONSTRATION_KEY.raw.hex()}]}),
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_list_is_refused_by_chip_and_agent_and_never_means_demonstration_mode(text: str) -> None:
    with pytest.raises(SlotError) as caught:
        listed(text)
    assert caught.value.reason_id == TRUST
    with pytest.raises(ValueError):  # noqa: PT011  the agent's own words
        parse_keys(text)


def test_a_list_that_is_too_large_is_refused() -> None:
    with pytest.raises(SlotError):
        listed(keys_json(KEYS) + " " * 3000)


def test_the_demonstration_key_and_the_lists_name_are_the_agents() -> None:
    assert raw_key(demonstration_signer()) == signer_trust.DEMONSTRATION_KEY
    assert signer_trust.key_id(DEMONSTRATION_KEY.raw) == DEMONSTRATION_KEY.key_id
    assert KEYS_NAME == AGENT_KEYS_NAME


def test_a_vendors_key_is_the_one_that_signs() -> None:
    assert check(SignerTrust([raw_key(VENDOR)]), chip_bundle()) == ""
