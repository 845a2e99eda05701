"""A second implementation of the wire protocol, written for clarity, to check the firmware's against.

It shares no code with `pocketk_firmware`; the committed golden vectors are made with it.
"""

import struct
import zlib
from typing import Any

NUMBERS = {"u8": "B", "u16": "H", "u32": "I", "i16": "h", "i32": "i"}

# Type number and fields of every message, in wire order.
LAYOUT = {
    "Hello": (
        1,
        [
            ("protocol", "u8"),
            ("serial", "text"),
            ("firmware", "text"),
            ("profile", "text"),
            ("fs_millihz", "u32"),
            ("lsb_pv", "u32"),
            ("zero_counts", "i32"),
            ("rail_low_counts", "i32"),
            ("rail_high_counts", "i32"),
            ("adc_bits", "u8"),
            ("lead", "text"),
            ("runtime", "text"),
        ],
    ),
    "Samples": (2, [("first_index", "u32"), ("counts", "counts"), ("lead_off", "bits")]),
    "Status": (
        3,
        [
            ("sample_index", "u32"),
            ("lead_off", "u8"),
            ("battery_percent", "u8"),
            ("temperature_centi_c", "i16"),
            ("stream", "u8"),
            ("adc_overruns", "u32"),
            ("samples_dropped", "u32"),
            ("frames_dropped", "u32"),
            ("rx_bad_crc", "u32"),
            ("rx_bad_cobs", "u32"),
            ("rx_bad_other", "u32"),
            ("commands_refused", "u32"),
        ],
    ),
    "Result": (4, [("logit_micro", "i32"), ("quality", "u8"), ("first_index", "u32"), ("bundle", "text")]),
    "Chunk": (5, [("transfer", "u16"), ("offset", "u32"), ("total", "u32"), ("data", "data")]),
    "Command": (6, [("command", "u8"), ("argument", "i32"), ("token", "u16")]),
    "Ack": (7, [("token", "u16"), ("status", "u8"), ("text", "text")]),
    "Log": (8, [("level", "u8"), ("text", "text")]),
}


def cobs(data: bytes) -> bytes:
    """Encode `data`: every run of non-zero bytes behind its length plus one, cut every 254 bytes."""
    encoded = b""
    runs = data.split(b"\0")
    for i, run in enumerate(runs):
        rest = run
        while len(rest) > 254:
            encoded += b"\xff" + rest[:254]
            rest = rest[254:]
        encoded += bytes([len(rest) + 1]) + rest
        # After exactly 254 bytes the next zero is not implied, except that the end of the data is.
        if len(rest) == 254 and i < len(runs) - 1:
            encoded += b"\x01"
    return encoded


def field(kind: str, value: Any) -> bytes:
    """Return one field as it is on the wire; `data`, `counts` and `bits` are as in the golden file."""
    if kind in NUMBERS:
        return struct.pack("<" + NUMBERS[kind], value)
    if kind == "text":
        return bytes([len(value)]) + value.encode("ascii")
    if kind == "data":
        return bytes.fromhex(value)
    if kind == "counts":
        return bytes([len(value)]) + b"".join(struct.pack("<i", count)[:3] for count in value)
    octets = [value[i : i + 8] for i in range(0, len(value), 8)]
    return bytes(sum(bit << i for i, bit in enumerate(octet)) for octet in octets)


def payload(message: str, fields: dict) -> bytes:
    """Return the payload of a message given as in the golden file."""
    return b"".join(field(kind, fields[name]) for name, kind in LAYOUT[message][1])


def frame(frame_type: int, sequence: int, body: bytes, *, auth: bytes = b"", first: bool = False) -> bytes:
    """Return one frame as it is on the wire, with the delimiter that ends it."""
    header = struct.pack("<BBHBBH", 1, frame_type, sequence, int(first), len(auth), len(body))
    plain = header + auth + body
    return cobs(plain + struct.pack("<I", zlib.crc32(plain))) + b"\0"


def uncobs(encoded: bytes) -> bytes | None:
    """Decode `encoded`, which holds no zero; None where its last block is cut short."""
    data = b""
    while encoded:
        code = encoded[0]
        if len(encoded) < code:
            return None
        data += encoded[1:code]
        encoded = encoded[code:]
        if code < 255 and encoded:
            data += b"\0"
    return data


def verdict(encoded: bytes) -> str:
    """Return "good", or the name of the counter that the bytes between two delimiters belong in."""
    if len(encoded) > 553:
        return "oversize"
    plain = uncobs(encoded)
    if plain is None:
        return "bad_cobs"
    if len(plain) < 12:
        return "bad_length"
    if struct.pack("<I", zlib.crc32(plain[:-4])) != plain[-4:]:
        return "bad_crc"
    version, _, _, _, auth_length, payload_length = struct.unpack("<BBHBBH", plain[:8])
    lengths_agree = auth_length in (0, 8, 16) and 8 + auth_length + payload_length + 4 == len(plain)
    if version == 1 and payload_length <= 522 and lengths_agree:
        return "good"
    return "bad_length" if version == 1 else "bad_version"
