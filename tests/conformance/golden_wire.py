"""Makes golden_wire.json with the reference implementation: `python tests/conformance/golden_wire.py`."""

import json
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from conformance import reference_wire

GOLDEN = Path(__file__).with_name("golden_wire.json")
FIRST_SEQUENCE = 65533  # the vectors run over the wrap of the sequence number

HELLO = {
    "protocol": 1,
    "serial": "PK-0001",
    "firmware": "0.1.0",
    "profile": "ads1292r-x6",
    "fs_millihz": 500000,
    "lsb_pv": 47684,
    "zero_counts": -12,
    "rail_low_counts": -8388608,
    "rail_high_counts": 8388607,
    "adc_bits": 24,
    "lead": "I",
    "runtime": "micropython 1.29.0",
}
LONGEST = "x" * 96
STATUS = {
    "sample_index": 15000,
    "lead_off": 0,
    "battery_percent": 87,
    "temperature_centi_c": 3105,
    "stream": 1,
    "adc_overruns": 1,
    "samples_dropped": 25,
    "frames_dropped": 2,
    "rx_bad_crc": 3,
    "rx_bad_cobs": 4,
    "rx_bad_other": 5,
    "commands_refused": 6,
}
EXTREME_STATUS = dict.fromkeys(STATUS, 4294967295) | {
    "lead_off": 1,
    "battery_percent": 255,
    "temperature_centi_c": -32768,
    "stream": 3,
}


def _samples(first_index: int, counts: list[int], off: tuple[int, ...] = ()) -> dict:
    lead_off = [int(i in off) for i in range(len(counts))]
    return {"first_index": first_index, "counts": counts, "lead_off": lead_off}


# Name, message, fields, authentication tag.
VECTORS = [
    ("hello", "Hello", HELLO, ""),
    ("hello-longest", "Hello", HELLO | {n: LONGEST for n, v in HELLO.items() if isinstance(v, str)}, ""),
    ("samples-25", "Samples", _samples(0, [37 * i * i - 9000 for i in range(25)]), ""),
    ("samples-zeros", "Samples", _samples(25, [0] * 25), ""),
    ("samples-limits", "Samples", _samples(50, [-8388608, -1, 0, 1, 8388607], (0, 4)), ""),
    ("samples-one", "Samples", _samples(0xFFFFFFFE, [258], (0,)), ""),
    ("samples-128-off", "Samples", _samples(1000, [-i for i in range(128)], tuple(range(128))), ""),
    ("samples-octet", "Samples", _samples(2000, [7] * 8, (7,)), ""),
    ("status", "Status", STATUS, ""),
    ("status-limits", "Status", EXTREME_STATUS, ""),
    ("result", "Result", {"logit_micro": -1234567, "quality": 200, "first_index": 500, "bundle": "b-1"}, ""),
    ("chunk", "Chunk", {"transfer": 9, "offset": 512, "total": 1024, "data": bytes(range(1, 255)).hex() * 2}, ""),
    ("chunk-512", "Chunk", {"transfer": 1, "offset": 0, "total": 512, "data": "00ff" * 256}, ""),
    ("command", "Command", {"command": 2, "argument": 0, "token": 771}, ""),
    ("command-tag-8", "Command", {"command": 255, "argument": -2147483648, "token": 65535}, "00010203aabbccdd"),
    ("command-tag-16", "Command", {"command": 1, "argument": 2147483647, "token": 0}, "00" * 16),
    ("ack", "Ack", {"token": 771, "status": 4, "text": "the recording is empty"}, ""),
    ("ack-silent", "Ack", {"token": 0, "status": 0, "text": ""}, ""),
    ("log", "Log", {"level": 3, "text": " ~"}, ""),
]

# Payloads that must be refused: message, what is wrong, payload.
MALFORMED = [
    ("Hello", "empty", ""),
    ("Hello", "lead cut short", reference_wire.payload("Hello", HELLO)[:-21].hex()),
    ("Hello", "rate of zero", reference_wire.payload("Hello", HELLO | {"fs_millihz": 0}).hex()),
    ("Hello", "step of zero", reference_wire.payload("Hello", HELLO | {"lsb_pv": 0}).hex()),
    ("Hello", "rails swapped", reference_wire.payload("Hello", HELLO | {"rail_low_counts": 8388607}).hex()),
    ("Hello", "25 bits", reference_wire.payload("Hello", HELLO | {"adc_bits": 25}).hex()),
    ("Hello", "escape sequence", reference_wire.payload("Hello", HELLO | {"lead": "\x1b[2J"}).hex()),
    ("Hello", "text of 97 bytes", reference_wire.payload("Hello", HELLO | {"serial": "x" * 97}).hex()),
    ("Samples", "empty", ""),
    ("Samples", "no samples", "0000000000"),
    ("Samples", "129 samples", "0000000081" + "00" * (3 * 129 + 17)),
    ("Samples", "lead-off bits missing", "0000000001010000"),
    ("Samples", "one byte too many", "00000000010100000000"),
    ("Samples", "unused bits set", "000000000101000002"),
    ("Samples", "index past 32 bits", "ffffffff0101000000"),
    ("Status", "cut short", reference_wire.payload("Status", STATUS)[:-1].hex()),
    ("Status", "too long", reference_wire.payload("Status", STATUS).hex() + "00"),
    ("Status", "lead-off of 2", reference_wire.payload("Status", STATUS | {"lead_off": 2}).hex()),
    ("Status", "battery of 101 %", reference_wire.payload("Status", STATUS | {"battery_percent": 101}).hex()),
    ("Status", "unknown stream state", reference_wire.payload("Status", STATUS | {"stream": 4}).hex()),
    ("Result", "text runs past the end", "00000000" + "00" + "00000000" + "05" + "6162"),
    ("Chunk", "no data", "01000000000000020000"),
    ("Chunk", "513 bytes", "0100000000000002ffff" + "61" * 513),
    ("Chunk", "past the end of the file", "01000002000000020000" + "61"),
    ("Command", "cut short", "010000000000"),
    ("Command", "too long", "0100000000000000"),
    ("Ack", "unknown status", "00000500"),
    ("Log", "unknown level", "0400"),
    ("Log", "not ASCII", "0101ff"),
]

COUNTS_FILE = {
    "header": {
        "fs_millihz": 500000,
        "lsb_pv": 47684,
        "zero_counts": -12,
        "rail_low_counts": -8388608,
        "rail_high_counts": 8388607,
        "adc_bits": 24,
        "lead": "MLII",
        "profile": "ads1292r-x6",
        "serial": "",
        "note": 'quoted "text", back\\slash',
    },
    "counts": [0, 1, -1, 2147483647, -2147483648, 0],
    "flags": [0, 1, 0, 1, 0, 2],
}


def golden() -> dict:
    """Return the golden vectors; `wire` of all vectors in a row is one stream."""
    vectors = []
    for i, (name, message, fields, auth) in enumerate(VECTORS):
        body = reference_wire.payload(message, fields)
        number, sequence = reference_wire.LAYOUT[message][0], (FIRST_SEQUENCE + i) & 0xFFFF
        wire = reference_wire.frame(number, sequence, body, auth=bytes.fromhex(auth), first=i == 0)
        wire = (b"" if i else b"\0") + wire
        vectors.append(
            {
                "name": name,
                "message": message,
                "fields": fields,
                "auth": auth,
                "payload": body.hex(),
                "wire": wire.hex(),
            }
        )
    malformed = [{"message": m, "what": what, "payload": p} for m, what, p in MALFORMED]
    line = json.dumps({"format": "pocketk-counts", "version": 1} | COUNTS_FILE["header"], separators=(",", ":"))
    records = b"".join(
        reference_wire.field("i32", count) + bytes([flags])
        for count, flags in zip(COUNTS_FILE["counts"], COUNTS_FILE["flags"], strict=True)
    )
    counts_file = COUNTS_FILE | {"file": (line.encode() + b"\n" + records).hex()}
    return {
        "first_sequence": FIRST_SEQUENCE,
        "vectors": vectors,
        "malformed": malformed,
        "counts_file": counts_file,
    }


def text() -> str:
    """Return the golden vectors as the file holds them."""
    return json.dumps(golden(), indent=1) + "\n"


if __name__ == "__main__":
    GOLDEN.write_text(text())
