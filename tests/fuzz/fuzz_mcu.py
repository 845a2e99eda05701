"""Fuzzing of `.mcu` files: what the reader accepts must run within its memory, whole and as a stream."""

import json
import struct
from binascii import crc32
from pathlib import Path

from pocketk_firmware.nano.mcu_file import McuError, McuFile
from pocketk_firmware.nano.network import Network
from pocketk_firmware.nano.stream import Stream, streamable

_GOLDEN = Path(__file__).parents[1] / "conformance" / "golden_nano.json"
_MOST_MACS_RUN = 20_000  # plain Python takes a microsecond for each


def read_mcu(data: bytes) -> None:
    """Put length and CRC right, so that what lies behind them is reached; read, and run what was accepted."""
    body = bytearray(data[:-4])
    if len(body) >= 16:
        struct.pack_into("<I", body, 12, len(data))
    file = McuFile(bytes(body) + struct.pack("<I", crc32(body)))
    network = Network(file)
    n = file.input_frames * file.input_channels
    if file.macs > _MOST_MACS_RUN or n > _MOST_MACS_RUN:
        return
    window = bytes(i * 37 % 256 for i in range(n))
    network.run(window)
    whole = [network.output_steps(i) for i in range(len(file.outputs))]
    if streamable(file):
        _check_stream(file, window, whole)


def _check_stream(file: McuFile, window: bytes, whole: list[int]) -> None:
    try:
        stream = Stream(file, streamable(file))
    except McuError:  # its lines may need more memory than the window's way did
        return
    stream.push(window, file.input_frames)
    found = [stream.output_steps(i) for i in range(len(whole))]
    assert found == whole, f"the stream gives {found}, the window {whole}"


def mcu_seeds() -> list[bytes]:
    """The golden network."""
    return [bytes.fromhex(json.loads(_GOLDEN.read_text())["mcu"])]
