"""docs/wire.md says what the code does."""

import re
from pathlib import Path

import pytest

from pocketk_firmware import frame, handheld, messages, payload, samples
from pocketk_firmware.frame import FrameFaults

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "wire.md").read_text()
KINDS = {"u8": "B", "u16": "H", "u32": "I", "i16": "h", "i32": "i", "text": "s", "data": "d"}


def rows(text: str) -> list[tuple[str, str]]:
    """Return the first two cells of every table row whose first cell is a name in backquotes."""
    return re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", text, re.MULTILINE)


def section(title: str) -> str:
    """Return the part of the document under a heading, up to the next one."""
    found = re.search(rf"^#+ {title}[^\n]*$(.*?)(?=^#|\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def test_constants_have_the_values_in_the_document() -> None:
    found = {name: int(value) for name, value in rows(DOCUMENT) if name.isupper()}
    modules = (frame, handheld, messages, payload, samples)
    assert found == {name: next(getattr(m, name) for m in modules if hasattr(m, name)) for name in found}
    numbered = {name for name in vars(messages) if name.startswith(("COMMAND_", "ACK_"))}
    sizes = {name for name in vars(frame) if name.startswith("MAX_")}
    assert numbered | sizes <= set(found)


@pytest.mark.parametrize("kind", [m for m in messages.MESSAGES if m is not samples.Samples], ids=lambda m: m.__name__)
def test_messages_have_the_fields_in_the_document(kind: type[payload.Payload]) -> None:
    title = rf"{kind.__name__.upper()} \(type {kind.TYPE}\)"
    fields = [(name, KINDS[written]) for name, written in rows(section(title)) if written in KINDS]
    assert fields == list(zip(kind.FIELDS, kind.KINDS, strict=True))


def test_samples_are_documented_under_their_type() -> None:
    names = [name for name, _ in rows(section(rf"SAMPLES \(type {samples.Samples.TYPE}\)"))]
    assert names == ["first_index", "n", "counts", "lead_off"]


def test_every_fault_counter_is_documented() -> None:
    names = [name for name, _ in rows(section("What a receiver does with each fault"))]
    assert names == list(FrameFaults().as_dict())
