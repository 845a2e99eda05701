"""Weights of a .tflite file put inside its flatbuffer, where every reader finds them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

# Offsets 0 and 1 mark a buffer that lies in the flatbuffer (schema.fbs of TensorFlow Lite, table Buffer).
_LEAST_OFFSET = 2
_ROOM_BYTES = 4096  # a first guess of what the builder needs besides the data; it grows by itself


def has_outside_buffers(model: bytes) -> bool:
    """Whether a .tflite file keeps any of its buffers behind the flatbuffer."""
    return any(_is_outside(one) for one in _tables(model).buffers)


def inline_buffers(model: bytes) -> bytes:
    """Return the same model with every buffer inside the flatbuffer.

    The quantisers write the buffers of larger models behind the flatbuffer (`Buffer.offset`), which TFLite Micro
    does not read: it gives them scratch memory and computes with whatever lies there, without an error (seen at a
    file of 267 kB, tflite-micro 0.dev20261023182759). A file that has none outside comes back as it was.

    Args:
        model: A .tflite file.

    Raises:
        ValueError: If a buffer reaches beyond the file.
    """
    tables = _tables(model)
    outside = [one for one in tables.buffers if _is_outside(one)]
    if not outside:
        return model
    for one in outside:
        if one.offset + one.size > len(model):
            raise ValueError(
                f"a buffer of {one.size:,} bytes at {one.offset:,} reaches beyond the {len(model):,} bytes of the "
                "file; it was cut off, make it anew"
            )
        one.data = np.frombuffer(model[one.offset : one.offset + one.size], np.uint8)
        one.offset = one.size = 0
    builder = import_module("flatbuffers").Builder(len(model) + _ROOM_BYTES)
    builder.Finish(tables.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _tables(model: bytes) -> Any:
    schema = import_module("ai_edge_litert.schema_py_generated")
    return schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))


def _is_outside(buffer: Any) -> bool:
    return buffer.offset >= _LEAST_OFFSET
