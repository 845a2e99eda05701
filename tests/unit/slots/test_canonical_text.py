"""A chip takes a manifest's one layout and nothing that would say something twice."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chip_bundles import chip_bundle
from pocketk_agent.bundle.bundle import shipped_bundles
from pocketk_firmware.slots.canonical_text import check_canonical

NAMES = st.text(st.characters(codec="utf-8", exclude_characters='"\\\x7f', exclude_categories=["Cc", "Cs"]), min_size=1)
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=6)
BODIES = st.dictionaries(
    NAMES,
    st.recursive(
        SCALARS, lambda one: st.lists(one, max_size=3) | st.dictionaries(NAMES, one, max_size=3), max_leaves=8
    ),
)
MANIFEST = chip_bundle().manifest


def written(body: Any) -> bytes:
    return (json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")


def accepted(raw: bytes) -> bool:
    try:
        check_canonical(raw)
    except ValueError:
        return False
    return True


@given(BODIES.filter(bool))
def test_the_one_layout_is_accepted(body: dict[str, Any]) -> None:
    check_canonical(written(body))


@pytest.mark.parametrize("name", shipped_bundles())
def test_shipped_manifests_are_accepted(name: str) -> None:
    check_canonical((shipped_bundles()[name] / "manifest.json").read_bytes())


CHANGES = st.lists(
    st.tuples(st.integers(0, len(MANIFEST)), st.integers(0, 2), st.sampled_from(b' {}[]",:\n\\a0')),
    min_size=1,
    max_size=3,
)


@settings(max_examples=300, deadline=None)
@given(CHANGES)
def test_whatever_is_accepted_and_parsed_says_nothing_twice(changes: list[tuple[int, int, int]]) -> None:
    raw = bytearray(MANIFEST)
    for at, removed, byte in changes:
        raw[at : at + removed] = bytes([byte])
    if not accepted(bytes(raw)):
        return

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs), pairs
        return dict(pairs)

    try:
        body = json.loads(bytes(raw), object_pairs_hook=once)
    except ValueError:
        return  # the reader of JSON refuses it
    assert isinstance(body, dict)


REFUSED = {
    "a key twice": b'{\n  "a": 1,\n  "a": 2\n}\n',
    "a key twice in one line": b'{\n  "a": 1, "a": 2\n}\n',
    "keys out of order": b'{\n  "b": 1,\n  "a": 2\n}\n',
    "an object in one line": b'{\n  "a": {"b": 1, "b": 2}\n}\n',
    "a list in one line": b'{\n  "a": [1, 2]\n}\n',
    "three spaces": b'{\n   "a": 1\n}\n',
    "no space after the colon": b'{\n  "a":1\n}\n',
    "two spaces after the colon": b'{\n  "a":  1\n}\n',
    "an escaped key": b'{\n  "\\u0061": 1\n}\n',
    "no newline at the end": b'{\n  "a": 1\n}',
    "two newlines at the end": b'{\n  "a": 1\n}\n\n',
    "a carriage return": b'{\r\n  "a": 1\r\n}\r\n',
    "something after the object": b'{\n  "a": 1\n}\n{}\n',
    "a second object": b'{\n  "a": 1\n}\n{\n  "a": 2\n}\n',
    "a number": b"1\n",
    "an object that is not closed": b'{\n  "a": 1\n',
    "an object closed as a list": b'{\n  "a": 1\n]\n',
    "a comma too many": b'{\n  "a": 1,\n}\n',
    "a comma too few": b'{\n  "a": 1\n  "b": 2\n}\n',
    "a string that goes on": b'{\n  "a": "b" "c"\n}\n',
    "nothing": b"",
    "nested nine deep": written({"a": [[[[[[[[1]]]]]]]]}),
}


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED)
def test_another_layout_is_refused(raw: bytes) -> None:
    assert not accepted(raw)
