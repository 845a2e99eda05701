"""docs/mcu_format.md says what the reader does."""

import re
import struct
from pathlib import Path

from pocketk_firmware.nano import layer, mcu_file

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "mcu_format.md").read_text()
KINDS = {"4 bytes": "4s", "16 bytes": "16s", "u8": "B", "u16": "H", "u32": "I", "i8": "b", "i32": "i", "f32": "f"}


def fields(title: str) -> str:
    """Return the struct format of the table under a heading."""
    section = re.search(rf"^## {title}$(.*?)(?=^## |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert section, title
    return "<" + "".join(KINDS[kind] for kind in re.findall(r"^\| `\w+` \| ([^|]+?) \|", section[1], re.MULTILINE))


def test_records_have_the_fields_in_the_document() -> None:
    assert fields("Header") == mcu_file._HEADER
    assert fields("Layer record") == mcu_file._LAYER
    assert fields("Output record") == "<fi"
    sizes = [struct.calcsize(fields(title)) for title in ("Header", "Layer record", "Output record")]
    assert sizes == [mcu_file.HEADER_BYTES, mcu_file.LAYER_BYTES, mcu_file.OUTPUT_BYTES]


def test_constants_have_the_values_in_the_document() -> None:
    found = {name: int(value) for name, value in re.findall(r"^\| `([A-Z_]+)` \| (\d+) \|", DOCUMENT, re.MULTILINE)}
    numbers = {n for n, v in vars(mcu_file).items() if n.isupper() and n[0] != "_" and isinstance(v, int)}
    assert set(found) == numbers
    assert found == {name: getattr(mcu_file, name) for name in found}


def test_kinds_have_the_numbers_in_the_document() -> None:
    listed = re.search(r"`kind` \| u8 \| (.*?) \|", DOCUMENT)
    assert listed
    found = {name.upper(): int(number) for number, name in re.findall(r"(\d) (\w+)", listed[1])}
    assert found == {name: getattr(layer, name) for name in ("CONVOLUTION", "DEPTHWISE", "AVERAGE", "SUMS")}
