"""A chip reads the agent's manifest, takes no field or name that it does not know, and agrees with the agent on it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chip_bundles import chip_bundle, chip_manifest
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.file_name import names_fault as agent_names_fault
from pocketk_agent.bundle.manifest import MANIFEST_NAME, UNLISTED_NAMES, parse_canonical
from pocketk_agent.bundle.signature import SIGNATURE_NAME
from pocketk_agent.bundle.verify import version_tuple as agent_version_tuple
from pocketk_firmware.nano.chain import VARIANT_ID
from pocketk_firmware.slots import manifest, slot_files
from pocketk_firmware.slots.file_name import names_fault
from pocketk_firmware.slots.manifest import MCU_TARGET, MOST_MANIFEST_BYTES, read_manifest
from pocketk_firmware.slots.manifest_version import version_number, version_text, version_tuple
from pocketk_firmware.slots.slot_error import MANIFEST, TARGET, VARIANT, VERSION, SlotError
from pocketk_firmware.slots.slot_state import SlotRecord, SlotState

BUNDLE = chip_bundle("1.2.3")
BODY = json.loads(BUNDLE.manifest)


def written(body: dict[str, Any]) -> bytes:
    return (json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def refused(raw: bytes, **settings: Any) -> str:
    with pytest.raises(SlotError) as caught:
        read_manifest(raw, **settings)
    return caught.value.reason_id


def test_a_manifest_of_the_agent_is_read() -> None:
    assert parse_canonical(BUNDLE.manifest).model_version == "1.2.3", "the agent takes it too"
    found = read_manifest(BUNDLE.manifest)
    assert (found.bundle, found.version) == ("pocketk-nano 1.2.3", version_number("1.2.3"))
    assert found.names == ["golden.mcu", "model.mcu"]
    assert found.hashes == {name: BODY["files"][name] for name in found.names}


@pytest.mark.parametrize("field", BODY)
def test_a_missing_field_is_refused(field: str) -> None:
    assert refused(written({name: value for name, value in BODY.items() if name != field})) == MANIFEST


@pytest.mark.parametrize("field", BODY)
def test_a_field_of_another_type_is_refused(field: str) -> None:
    assert refused(written(BODY | {field: True})) == MANIFEST


UNKNOWN: dict[str, dict[str, Any]] = {
    "at the top": {"note": ""},
    "in a model": {"models": [BODY["models"][0] | {"note": ""}]},
    "in thresholds": {"thresholds": {"t_high": 0.5, "t_low": 0.1, "note": 1}},
    "in the band": {"abstention": {"coverage": 0.5, "high": 0.2, "low": 0.1, "note": 1}},
}


@pytest.mark.parametrize("fields", UNKNOWN.values(), ids=UNKNOWN)
def test_an_unknown_field_is_refused(fields: dict[str, Any]) -> None:
    assert refused(written(BODY | fields)) == MANIFEST


TRICKS = (
    "../model.mcu", "/model.mcu", "a/model.mcu", "a\\model.mcu", "C:model.mcu", "..", ".", ".hidden", "model.mcu.",
    "model.mcu\0", "mod el.mcu", "modèl.mcu", "", "MODEL.mcu", "manifest.json", "SIGNATURE", "signature", "x" * 81,
)  # fmt: skip


@pytest.mark.parametrize("name", TRICKS)
def test_a_name_that_is_not_plain_is_refused(name: str) -> None:
    files = BODY["files"] | {name: "0" * 64}
    assert refused(written(BODY | {"files": files})) == MANIFEST


@given(st.lists(st.text(st.sampled_from("aB0._-/\\:\0 é"), max_size=4) | st.sampled_from(TRICKS), max_size=3))
def test_chip_and_agent_agree_on_names(names: list[str]) -> None:
    assert bool(names_fault(names)) == bool(agent_names_fault(names))


WRONG_FILES: dict[str, dict[str, Any]] = {
    "a hash that is too short": {"files": BODY["files"] | {"model.mcu": "0" * 63}},
    "a hash in capitals": {"files": BODY["files"] | {"model.mcu": "A" * 64}},
    "a hash that is a number": {"files": BODY["files"] | {"model.mcu": 1}},
    "a target without a hash": {"targets": {MCU_TARGET: ["absent.mcu"]}},
    "a target that names a file twice": {"targets": {MCU_TARGET: ["model.mcu", "model.mcu"]}},
    "a target that is no list": {"targets": {MCU_TARGET: "model.mcu"}},
    "a model without a hash": {"models": [BODY["models"][0] | {"file": "absent"}]},
    "another schema": {"schema_version": 2},
    "a training that is none": {"training": "well"},
    "a name of the model beyond ASCII": {"model_id": "modèle"},
    "no name of the model": {"model_id": ""},
}


@pytest.mark.parametrize("fields", WRONG_FILES.values(), ids=WRONG_FILES)
def test_a_manifest_that_does_not_hold_together_is_refused(fields: dict[str, Any]) -> None:
    assert refused(written(BODY | fields)) == MANIFEST


def test_a_manifest_that_is_no_json_is_refused() -> None:
    assert refused(BUNDLE.manifest.replace(b'"trained"', b"trained").replace(b'"untrained"', b"untrained")) == MANIFEST


def test_a_manifest_that_is_no_utf8_is_refused() -> None:
    assert refused(BUNDLE.manifest.replace(b"Tests.", b"Tests\xff")) == MANIFEST


def test_a_manifest_that_is_too_large_is_refused() -> None:
    assert refused(written(BODY | {"intended_use": "x" * MOST_MANIFEST_BYTES})) == MANIFEST


def test_a_bundle_without_files_for_a_microcontroller_is_refused() -> None:
    assert refused(written(BODY | {"targets": {"pi": ["model.tflite"]}})) == TARGET


def test_another_preprocessing_is_refused() -> None:
    assert refused(written(BODY | {"variant": "pocketk-handheld-v1"})) == VARIANT


def test_firmware_that_is_too_old_is_said() -> None:
    newer = chip_manifest(BUNDLE.files, minimum_firmware="0.1.1").to_json().encode()
    assert refused(newer, firmware="0.1.0") == VERSION
    assert read_manifest(newer, firmware="0.1.1").names


def test_the_variant_of_the_firmware_is_what_it_takes_by_default() -> None:
    assert BODY["variant"] == VARIANT_ID


# --- versions ---


@given(st.text("0123456789.x-", max_size=14))
def test_chip_and_agent_agree_on_versions(text: str) -> None:
    try:
        expected = agent_version_tuple(text)
    except BundleError:
        with pytest.raises(ValueError, match="not digits"):
            version_tuple(text)
    else:
        assert version_tuple(text) == expected


PARTS = st.tuples(st.integers(0, 255), st.integers(0, 255), st.integers(0, 65535))


@given(PARTS, PARTS)
def test_versions_as_numbers_sort_as_versions(one: tuple[int, int, int], other: tuple[int, int, int]) -> None:
    texts = [".".join(map(str, parts)) for parts in (one, other)]
    first, second = map(version_number, texts)
    assert (first < second) == (one < other)
    assert version_text(first) == texts[0]
    assert 0 <= first <= 0xFFFFFFFF


@pytest.mark.parametrize("text", ["256", "1.256", "1.2.65536", "1.2.3.4"])
def test_a_version_beyond_32_bits_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="beyond"):
        version_number(text)
    assert refused(written(BODY | {"model_version": text})) == MANIFEST


# --- what chip and agent share by name ---


def test_the_longest_bundle_fits_the_state_file_and_the_wire() -> None:
    record = SlotRecord("x" * manifest.MOST_BUNDLE_CHARACTERS, "0" * 64, 0xFFFFFFFF, "2026-05-01T00:00:00Z", True)
    state = SlotState().changed("x" * 1000, a=record, b=record, active="a", seen="2026-05-01T00:00:00Z")
    assert len(state.to_bytes()) < 2048
    assert manifest.MOST_BUNDLE_CHARACTERS <= 96


def test_the_files_that_no_manifest_lists_are_the_agents() -> None:
    assert {slot_files.MANIFEST_NAME, slot_files.SIGNATURE_NAME} == UNLISTED_NAMES == {MANIFEST_NAME, SIGNATURE_NAME}
