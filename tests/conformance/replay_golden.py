"""Encodes and decodes golden_wire.json with the firmware's codec and prints one line per vector.

Runs in CPython and in MicroPython: `micropython tests/conformance/replay_golden.py golden_wire.json`.
"""

# MicroPython runs this file too: it has no typing module.

import binascii
import io
import json
import sys
from array import array

from pocketk_firmware import messages
from pocketk_firmware.counts_file import CountsHeader, CountsReader, pack_records_into
from pocketk_firmware.frame import FrameReader, FrameWriter
from pocketk_firmware.samples import Samples

BY_NAME = {message.__name__: message for message in messages.MESSAGES}


def build(name, fields):
    """Return the message of a golden vector."""
    if name == "Samples":
        counts = array("i", fields["counts"])
        return Samples(fields["first_index"], counts, bytearray(fields["lead_off"]))
    if name == "Chunk":
        fields = dict(fields)
        fields["data"] = binascii.unhexlify(fields["data"])
    return BY_NAME[name](**fields)


def values(message):
    """Return a message's values in wire order, as JSON can hold them."""
    if isinstance(message, Samples):
        return [message.first_index, list(message.counts), list(message.lead_off)]
    listed = [getattr(message, name) for name in message.FIELDS]
    return [hexadecimal(value) if isinstance(value, bytes) else value for value in listed]


def hexadecimal(data):
    """Return bytes as text."""
    return binascii.hexlify(data).decode()


def replay_vectors(golden, say) -> None:
    """Encode every vector, decode what came out, and say both."""
    sent = []
    decoded = []

    def keep(data):
        sent.append(bytes(data))
        return len(data)

    def deliver(frame_type, sequence, payload, auth) -> None:
        message = messages.unpack_message(frame_type, payload)
        decoded.append([frame_type, sequence, hexadecimal(auth), hexadecimal(payload), values(message)])

    writer = FrameWriter(keep)
    writer.sequence = golden["first_sequence"]
    reader = FrameReader(deliver)
    for vector in golden["vectors"]:
        writer.send_message(build(vector["message"], vector["fields"]), binascii.unhexlify(vector["auth"]))
        reader.feed(sent[-1])
        say(json.dumps([vector["name"], hexadecimal(sent[-1]), decoded[-1]]))
    say(json.dumps([len(decoded), reader.faults.total(), reader.faults.resync_bytes]))


def replay_malformed(golden, say) -> None:
    """Say for every malformed payload whether it was refused."""
    for case in golden["malformed"]:
        try:
            BY_NAME[case["message"]].unpack(binascii.unhexlify(case["payload"]))
            verdict = "accepted"
        except ValueError:
            verdict = "refused"
        say(json.dumps([case["message"], case["what"], verdict]))


def replay_counts_file(golden, say) -> None:
    """Write the golden counts file and read it back; say both."""
    case = golden["counts_file"]
    n = len(case["counts"])
    records = bytearray(5 * n)
    pack_records_into(array("i", case["counts"]), bytearray(case["flags"]), n, records)
    written = CountsHeader(**case["header"]).to_line() + bytes(records)
    reader = CountsReader(io.BytesIO(binascii.unhexlify(case["file"])))
    counts, flags = array("i", bytes(4 * n)), bytearray(n)
    got = reader.read_into(counts, flags, n)
    header = reader.header
    fields = [getattr(header, name) for name in header.NUMBERS + header.TEXTS]
    say(json.dumps(["counts file", hexadecimal(written), got, list(counts), list(flags), fields]))


def main(path) -> None:
    """Print the lines."""
    with open(path) as file:  # noqa: PTH123  MicroPython has no pathlib
        golden = json.load(file)
    for part in (replay_vectors, replay_malformed, replay_counts_file):
        part(golden, lambda line: sys.stdout.write(line + "\n"))


if __name__ == "__main__":
    main(sys.argv[1])
