"""A chip reads the agent's SIGNATURE: the same bytes, the same message, the same refusals."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.signature import SignatureRecord, parse_signature
from pocketk_firmware.slots.signature_file import read_signature
from pocketk_firmware.slots.slot_error import EXPIRED, SIGNATURE, SlotError

TIMES = st.datetimes(datetime(1970, 1, 1), datetime(9998, 1, 1)).map(lambda t: t.replace(microsecond=0, tzinfo=UTC))
KEY_IDS = st.binary(min_size=16, max_size=16).map(bytes.hex)


@st.composite
def records(draw: st.DrawFn) -> SignatureRecord:
    at = draw(TIMES)
    expires = draw(st.none() | st.timedeltas(timedelta(seconds=1), timedelta(days=300)).map(lambda d: at + d))
    if expires is not None:
        expires = max(expires.replace(microsecond=0), at + timedelta(seconds=1))
    return SignatureRecord(draw(KEY_IDS), at, expires, draw(st.binary(min_size=64, max_size=64)))


RECORD = SignatureRecord(
    "0" * 32, datetime(2026, 3, 1, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC), bytes(range(64))
)
RAW = RECORD.to_bytes()


def chip_takes(raw: bytes) -> bool:
    try:
        read_signature(raw)
    except SlotError as error:
        return error.reason_id != SIGNATURE
    return True


def agent_takes(raw: bytes) -> bool:
    try:
        parse_signature(raw)
    except BundleError:
        return False
    return True


@given(records(), st.binary(max_size=50))
def test_the_agents_file_gives_the_agents_message(record: SignatureRecord, manifest: bytes) -> None:
    found = read_signature(record.to_bytes())
    assert b"".join(found.message(manifest)) == record.message(manifest)
    assert (found.key_id, found.signature) == (record.key_id, record.signature)


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, len(RAW)), st.integers(0, 3), st.sampled_from([b"", b"0", b" ", b'"', b"\n", b"2", b"a", b"{", b"9"])
)
def test_chip_and_agent_agree_on_what_was_changed(at: int, removed: int, put: bytes) -> None:
    raw = RAW[:at] + put + RAW[at + removed :]
    assert chip_takes(raw) == agent_takes(raw)


NO_TIMES = (
    "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z",
    "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z", "0000-01-01T00:00:00Z",
    "2026-01-01T00:00:00", "2026-01-01 00:00:00Z",
)  # fmt: skip


@pytest.mark.parametrize("time", NO_TIMES)
def test_a_time_that_is_none_is_refused(time: str) -> None:
    assert not chip_takes(RAW.replace(b"2026-03-01T00:00:00Z", time.encode()))


def test_a_signature_that_ends_before_it_begins_is_refused() -> None:
    assert not chip_takes(RAW.replace(b"2028-02-29", b"2026-03-01"))


def test_another_length_of_signature_is_refused() -> None:
    assert not chip_takes(RAW.replace(bytes(range(64)).hex().encode(), bytes(63).hex().encode()))


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"1", b"\xff", b'{"key_id": 1}'])
def test_what_is_no_signature_is_refused(raw: bytes) -> None:
    assert not chip_takes(raw)


# --- time ---


@pytest.mark.parametrize(
    ("seen", "now", "ended"),
    [
        ("", "", False),
        ("2028-02-28T23:59:59Z", "", False),
        ("2028-02-29T00:00:00Z", "", True),
        ("", "2028-02-29T00:00:00Z", True),
        ("", "2028-02-28T23:59:59Z", False),
    ],
)
def test_a_signature_that_has_ended_is_refused(seen: str, now: str, ended: bool) -> None:
    found = read_signature(RAW)
    if not ended:
        found.check_time(seen, now)
        return
    with pytest.raises(SlotError) as caught:
        found.check_time(seen, now)
    assert caught.value.reason_id == EXPIRED


def test_a_signature_without_an_end_holds_for_ever() -> None:
    never = SignatureRecord("0" * 32, datetime(2026, 3, 1, tzinfo=UTC), None, bytes(64))
    read_signature(never.to_bytes()).check_time("9999-01-01T00:00:00Z", "9999-01-01T00:00:00Z")
