"""The manifest of a bundle, the agent's file (docs/bundle.md), as far as a microcontroller uses it.

The agent reads every field; a chip reads what it runs by and refuses what it does not know. Numbers with a point are
not compared here: a chip's floats may be single precision.
"""

import json

from pocketk_firmware import VERSION as FIRMWARE_VERSION
from pocketk_firmware.constant import const
from pocketk_firmware.nano.chain import VARIANT_ID
from pocketk_firmware.slots.canonical_text import check_canonical
from pocketk_firmware.slots.file_name import names_fault
from pocketk_firmware.slots.manifest_version import version_number, version_tuple
from pocketk_firmware.slots.slot_error import MANIFEST, TARGET, VARIANT, VERSION, SlotError

# The target of a manifest whose files a microcontroller needs.
MCU_TARGET = "mcu"
# Engineering choices: what fits a heap of 200 kB when it is parsed, and two slots of a Pico's flash.
MOST_MANIFEST_BYTES = const(8192)
MOST_FILE_BYTES = const(131072)
MOST_TOTAL_BYTES = const(262144)
MOST_FILES = const(16)
MOST_BUNDLE_CHARACTERS = const(60)

_SCHEMA = const(3)
_HASH_CHARACTERS = const(64)
_TRAINING = ("trained", "untrained")
_UNLISTED = ("manifest.json", "SIGNATURE")
# Fields with the types that each may have; None for null.
_FIELDS = {
    "schema_version": (int,),
    "model_id": (str,),
    "model_version": (str,),
    "training": (str,),
    "training_data": (str,),
    "variant": (str,),
    "outputs": (list,),
    "thresholds": (dict, None),
    "calibration": (dict, None),
    "calibration_k_ge_6_0": (dict, None),
    "abstention": (dict, None),
    "intended_use": (str,),
    "minimum_agent": (str,),
    "minimum_firmware": (str,),
    "targets": (dict,),
    "models": (list,),
    "files": (dict,),
}
_INSIDE = {"thresholds": ("t_high", "t_low"), "abstention": ("coverage", "high", "low")}
_MODEL = ("file", "golden_atol_logit", "runtime")


class ChipManifest:
    """What a chip knows of a bundle.

    Attributes:
        bundle: id and version of the model, in one text.
        version: the version as one number.
        names: files that the chip needs, sorted.
        hashes: SHA-256 of each of them, hexadecimal.
        body: the whole manifest as JSON gave it.
    """

    __slots__ = ("bundle", "version", "names", "hashes", "body")  # noqa: RUF023  in the order of their meaning

    def __init__(self, body):
        self.bundle = "%s %s" % (body["model_id"], body["model_version"])
        self.version = version_number(body["model_version"])
        self.names = sorted(body["targets"][MCU_TARGET])
        self.hashes = {name: body["files"][name] for name in self.names}
        self.body = body


def read_manifest(raw, variants=(VARIANT_ID,), firmware=FIRMWARE_VERSION):
    """Read a manifest strictly; its signature, or its hash, was checked before.

    Args:
        raw: its bytes.
        variants: ids of the preprocessing that this device has.
        firmware: version of this firmware.

    Raises:
        SlotError: "bundle-manifest" for anything but the agent's canonical form and fields, a file name that is not
            plain, or a version that is none; "bundle-target" where no file is for a microcontroller;
            "bundle-variant", "bundle-version".
    """
    try:
        if len(raw) > MOST_MANIFEST_BYTES:
            raise ValueError("more than %d bytes" % MOST_MANIFEST_BYTES)
        check_canonical(raw)
        body = json.loads(raw)
        _check_fields(body)
        _check_files(body)
        _check_for_this_device(body, variants, firmware)
        return ChipManifest(body)
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise SlotError(MANIFEST, "the manifest is damaged or made for another firmware: %s" % (error,)) from error


def _check_fields(body):
    if not isinstance(body, dict):
        raise ValueError("not an object")
    for name in body:
        if name not in _FIELDS:
            raise ValueError("unknown field %s" % name)
    for name, kinds in _FIELDS.items():
        if name not in body:
            raise ValueError("field %s is missing" % name)
        value = body[name]
        # type(), since a truth value is no number
        if (value is None and None in kinds) or type(value) in kinds:
            continue
        raise ValueError("field %s is of another type" % name)
    if body["schema_version"] != _SCHEMA:
        raise ValueError("schema version %d; this firmware reads %d" % (body["schema_version"], _SCHEMA))
    if body["training"] not in _TRAINING:
        raise ValueError("training %s" % body["training"])
    for name, inside in _INSIDE.items():
        if body[name] is not None:
            _check_names(body[name], inside, name)
    for model in body["models"]:
        _check_names(model, _MODEL, "models")
    bundle = body["model_id"] + " " + body["model_version"]
    if not body["model_id"] or len(bundle) > MOST_BUNDLE_CHARACTERS or not all(" " <= one <= "~" for one in bundle):
        raise ValueError("a name of the model that is not short ASCII")


def _check_names(body, wanted, where):
    if not isinstance(body, dict) or sorted(body) != sorted(wanted):
        raise ValueError("fields of %s" % where)


def _check_files(body):
    files = body["files"]
    fault = names_fault(_UNLISTED + tuple(files))
    if fault:
        raise ValueError("it lists " + fault)
    for name, digest in files.items():
        if type(digest) is not str or len(digest) != _HASH_CHARACTERS or digest.strip("0123456789abcdef"):
            raise ValueError("hash of %s" % name)
    for target, names in body["targets"].items():
        if type(names) is not list or not names:
            raise ValueError("target %s" % target)
        for name in names:
            if type(name) is not str or name not in files:
                raise ValueError("target %s names a file without a hash" % target)
    for model in body["models"]:
        if model["file"] not in files:
            raise ValueError("a model without a hash")


def _check_for_this_device(body, variants, firmware):
    names = body["targets"].get(MCU_TARGET)
    if not names:
        raise SlotError(TARGET, "the bundle has no files for a microcontroller")
    if len(set(names)) != len(names) or len(names) > MOST_FILES:
        raise ValueError("target %s names a file twice, or more than %d" % (MCU_TARGET, MOST_FILES))
    if body["variant"] not in variants:
        raise SlotError(VARIANT, "the bundle wants the preprocessing %s, which is not here" % body["variant"])
    if version_tuple(firmware) < version_tuple(body["minimum_firmware"]):
        raise SlotError(VERSION, "the bundle needs firmware %s; this is %s" % (body["minimum_firmware"], firmware))
