"""Messages: every field survives the wire, and what does not belong there is refused."""

from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance import reference_wire
from conformance.golden_wire import HELLO, MALFORMED, STATUS
from pocketk_firmware import messages
from pocketk_firmware.frame import MAX_PAYLOAD_BYTES
from pocketk_firmware.messages import Chunk, Command, Hello, Log, Result, unpack_message
from pocketk_firmware.payload import MAX_TEXT_BYTES, printable
from pocketk_firmware.samples import (
    MAX_SAMPLES_PER_FRAME,
    Samples,
    pack_samples_into,
    payload_bytes,
    read_first_index,
    unpack_samples_into,
)
from pocketk_firmware.status import Status

U8, U16, U32 = st.integers(0, 0xFF), st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF)
I16, I32 = st.integers(-0x8000, 0x7FFF), st.integers(-0x80000000, 0x7FFFFFFF)
I24 = st.integers(-0x800000, 0x7FFFFF)
TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=MAX_TEXT_BYTES)
BY_KIND = {"B": U8, "H": U16, "I": U32, "h": I16, "i": I32, "s": TEXT}

OWN_RANGES: dict[str, dict[str, st.SearchStrategy]] = {
    "Hello": {
        "fs_millihz": st.integers(1, 0xFFFFFFFF),
        "lsb_pv": st.integers(1, 0xFFFFFFFF),
        "adc_bits": st.integers(1, 24),
        "zero_counts": I24,
        "rail_low_counts": st.integers(-0x800000, -1),
        "rail_high_counts": st.integers(0, 0x7FFFFF),
    },
    "Status": {
        "lead_off": st.integers(0, 1),
        "battery_percent": st.integers(0, 100) | st.just(255),
        "stream": st.integers(0, 3),
    },
    "Ack": {"status": st.integers(0, 4)},
    "Log": {"level": st.integers(0, 3)},
}


def messages_of(kind: Any) -> st.SearchStrategy:
    """Return a strategy for valid messages of one class built from its table of fields."""
    own = OWN_RANGES.get(kind.__name__, {})
    fields = {n: own[n] if n in own else BY_KIND[k] for n, k in zip(kind.FIELDS, kind.KINDS, strict=True)}
    return st.fixed_dictionaries(fields).map(lambda values: kind(**values))


CHUNKS = st.builds(
    lambda transfer, before, data, after: Chunk(
        transfer=transfer, offset=before, total=before + len(data) + after, data=data
    ),
    U16,
    st.integers(0, 2**31),
    st.binary(min_size=1, max_size=512),
    st.integers(0, 2**30),
)
SAMPLES = st.builds(
    lambda first, rows: Samples(first, array("i", [c for c, _ in rows]), bytearray(off for _, off in rows)),
    st.integers(0, 0xFFFFFFFF - MAX_SAMPLES_PER_FRAME),
    st.lists(st.tuples(I24, st.booleans()), min_size=1, max_size=MAX_SAMPLES_PER_FRAME),
)
OTHERS = [kind for kind in messages.MESSAGES if kind not in (Chunk, Samples)]
ANY_MESSAGE = st.one_of(CHUNKS, SAMPLES, *map(messages_of, OTHERS))


def packed(message: Any) -> bytes:
    buffer = bytearray(MAX_PAYLOAD_BYTES)
    return bytes(buffer[: message.pack_into(buffer)])


def as_golden(message: Any) -> dict[str, Any]:
    """Return the fields in the form that the reference implementation packs."""
    names = ("first_index", "counts", "lead_off") if isinstance(message, Samples) else message.FIELDS
    fields = {name: getattr(message, name) for name in names}
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in fields.items()}


@given(ANY_MESSAGE)
def test_round_trip_as_the_reference_has_it(message: Any) -> None:
    payload = packed(message)
    assert payload == reference_wire.payload(type(message).__name__, as_golden(message))
    assert unpack_message(message.TYPE, memoryview(payload)) == message


@pytest.mark.parametrize(("name", "payload"), [(name, payload) for name, _, payload in MALFORMED])
def test_malformed_payloads_are_refused(name: str, payload: str) -> None:
    kind = next(kind for kind in messages.MESSAGES if kind.__name__ == name)
    with pytest.raises(ValueError, match=r"\w"):
        kind.unpack(bytes.fromhex(payload))


@given(U8, st.binary(max_size=80))
def test_any_payload_is_unpacked_or_refused(number: int, payload: bytes) -> None:
    try:
        message = unpack_message(number, memoryview(payload))
    except ValueError:
        return
    assert packed(message) == payload


@given(ANY_MESSAGE, st.data())
def test_every_shorter_payload_and_every_longer_one_is_refused(message: Any, data: st.DataObject) -> None:
    payload = packed(message)
    others = payload[: data.draw(st.integers(0, len(payload) - 1))], payload + b"\0"
    for other in others:
        if isinstance(message, Chunk) and 10 < len(other) < 523:
            continue  # the length of its data is the rest of the payload: another chunk
        with pytest.raises(ValueError, match=r"\w"):
            unpack_message(message.TYPE, other)


@pytest.mark.parametrize(
    ("kind", "field", "value", "complaint"),
    [
        (Hello, "protocol", 256, "protocol must be 0 to 255, not 256"),
        (Hello, "protocol", -1, "protocol must be 0 to 255"),
        (Hello, "fs_millihz", 0, "fs_millihz"),
        (Hello, "fs_millihz", 2**32, "fs_millihz"),
        (Hello, "lsb_pv", 2**32, "lsb_pv"),
        (Hello, "adc_bits", 0, "adc_bits"),
        (Hello, "adc_bits", 25, "adc_bits"),
        (Hello, "zero_counts", 2**23, "zero_counts"),
        (Hello, "rail_high_counts", 2**23, "rails"),
        (Hello, "rail_low_counts", -(2**23) - 1, "rails"),
        (Hello, "rail_low_counts", 8388607, "low below high"),
        (Hello, "serial", "x" * 97, "serial is longer than 96 bytes"),
        (Hello, "serial", "\n", "serial must be printable ASCII"),
        (Hello, "serial", "\x7f", "serial must be printable ASCII"),
        (Hello, "lead", "Ⅰ", "lead must be printable ASCII"),
        (Status, "sample_index", 2**32, "sample_index"),
        (Status, "lead_off", 2, "lead_off"),
        (Status, "battery_percent", 101, "battery_percent"),
        (Status, "battery_percent", 254, "battery_percent"),
        (Status, "temperature_centi_c", 32768, "temperature_centi_c"),
        (Status, "temperature_centi_c", -32769, "temperature_centi_c"),
        (Status, "stream", 4, "stream state 4"),
        (Status, "commands_refused", -1, "commands_refused"),
    ],
)
def test_packing_refuses_what_is_out_of_range(kind: Any, field: str, value: Any, complaint: str) -> None:
    fields = dict(HELLO if kind is Hello else STATUS) | {field: value}
    with pytest.raises(ValueError, match=complaint):
        packed(kind(**fields))


@pytest.mark.parametrize(
    "message",
    [
        Chunk(transfer=0, offset=0, total=9, data=b""),
        Chunk(transfer=0, offset=0, total=999, data=bytes(513)),
        Chunk(transfer=0, offset=5, total=9, data=b"abcde"),
        messages.Ack(token=0, status=5, text=""),
        Log(level=4, text=""),
    ],
)
def test_packing_refuses_what_makes_no_sense(message: Any) -> None:
    with pytest.raises(ValueError, match=r"chunk|unknown"):
        packed(message)


@pytest.mark.parametrize("room", range(7))
def test_packing_refuses_a_buffer_that_is_too_short(room: int) -> None:
    with pytest.raises(ValueError, match="needs"):
        Command(command=1, argument=0, token=0).pack_into(bytearray(room))
    with pytest.raises(ValueError, match="needs"):
        Log(level=1, text="123456").pack_into(bytearray(room))


def test_unknown_types_are_refused() -> None:
    for number in (0, 9, 255):
        with pytest.raises(ValueError, match=f"unknown message type {number}"):
            unpack_message(number, b"")


def test_fields_are_given_by_name() -> None:
    with pytest.raises(TypeError, match="missing field token"):
        Command(command=1, argument=0)
    with pytest.raises(TypeError, match="unknown field colour"):
        Log(level=1, text="", colour="red")


def test_messages_show_and_compare_their_fields() -> None:
    result = Result(logit_micro=-5, quality=9, first_index=0, bundle="b")
    assert repr(result) == "Result(logit_micro=-5, quality=9, first_index=0, bundle='b')"
    assert result != Result(logit_micro=-5, quality=9, first_index=1, bundle="b")
    assert result != Log(level=0, text="")
    samples = Samples(0, array("i", [1]), bytearray(1))
    assert samples != Samples(0, array("i", [1]), bytearray([1]))
    assert samples != result
    assert repr(samples) == "Samples(first_index=0, n=1)"


def test_a_blank_status_is_idle_and_knows_nothing() -> None:
    blank = Status.blank()
    assert (blank.stream, blank.battery_percent, blank.temperature_centi_c) == (0, 255, -32768)
    assert all(getattr(blank, name) == 0 for name in Status.COUNTERS)
    assert unpack_message(Status.TYPE, packed(blank)) == blank


def test_printable_makes_a_text_field_of_anything() -> None:
    assert printable("tür\x1b ok~") == "t?r? ok~"
    assert printable("x" * 200) == "x" * 96


# --- samples in the caller's buffers ---


def test_the_largest_messages_fit_in_a_frame() -> None:
    assert payload_bytes(MAX_SAMPLES_PER_FRAME) <= MAX_PAYLOAD_BYTES
    longest = HELLO | {n: "x" * MAX_TEXT_BYTES for n, v in HELLO.items() if isinstance(v, str)}
    assert len(packed(Hello(**longest))) <= MAX_PAYLOAD_BYTES
    assert len(packed(Chunk(transfer=0, offset=0, total=512, data=bytes(512)))) == MAX_PAYLOAD_BYTES


def test_only_the_lead_off_bit_of_the_flags_is_sent() -> None:
    payload = bytearray(payload_bytes(9))
    pack_samples_into(payload, 70000, array("i", range(9)), bytearray([2, 3, 0, 0, 0, 0, 0, 0xFE, 1]), 9)
    lead_off = bytearray(12)
    counts = array("i", [99] * 12)
    assert unpack_samples_into(payload, counts, lead_off) == 9
    assert list(lead_off) == [0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]
    assert list(counts) == [*range(9), 99, 99, 99]
    assert read_first_index(payload) == 70000


@pytest.mark.parametrize(
    ("first", "counts", "n", "complaint"),
    [
        (0, [0], 0, "1 to 128 samples, not 0"),
        (0, [0] * 129, 129, "1 to 128 samples, not 129"),
        (-1, [0], 1, "sample index"),
        (0xFFFFFFFF, [0], 1, "sample index"),
        (0, [0x800000], 1, "24 bits: 8388608"),
        (0, [-0x800001], 1, "24 bits: -8388609"),
        (0, [0], 2, "buffer too small"),
    ],
)
def test_packing_samples_refuses_what_does_not_fit(first: int, counts: list[int], n: int, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        pack_samples_into(bytearray(600), first, counts, bytearray(len(counts)), n)


def test_samples_need_room() -> None:
    counts, flags = array("i", [0, 0]), bytearray(2)
    payload = bytearray(payload_bytes(2))
    with pytest.raises(ValueError, match="buffer too small"):
        pack_samples_into(bytearray(len(payload) - 1), 0, counts, flags, 2)
    pack_samples_into(payload, 0, counts, flags, 2)
    with pytest.raises(ValueError, match="buffer too small"):
        unpack_samples_into(payload, array("i", [0]), flags)
    with pytest.raises(ValueError, match="buffer too small"):
        unpack_samples_into(payload, counts, bytearray(1))
