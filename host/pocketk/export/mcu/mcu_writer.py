"""Writes `.mcu` files (docs/mcu_format.md), which the firmware's own reader must accept."""

import struct
from binascii import crc32

import numpy as np
from numpy.typing import NDArray

from pocketk.export.mcu.mcu_error import McuExportError
from pocketk.export.mcu.mcu_network import AVERAGE, DEPTHWISE, McuLayer, McuNetwork
from pocketk_firmware.nano import mcu_file
from pocketk_firmware.nano.network import Network

_VARIANT_BYTES = 16


def write_mcu(network: McuNetwork) -> bytes:
    """Return the network as a `.mcu` file that the firmware accepts.

    Raises:
        McuExportError: an array has another shape than its layer says, a value does not fit its field, or the
            firmware's reader refuses the file; the message says which layer and why.
    """
    variant = network.variant.encode()
    if len(variant) > _VARIANT_BYTES:
        raise McuExportError(f"the variant's id {network.variant!r} is longer than {_VARIANT_BYTES} bytes")
    try:
        records = b"".join(_record(network, i) for i in range(len(network.layers)))
        arrays = b"".join(_arrays(network, i) for i in range(len(network.layers)))
        ends = b"".join(struct.pack("<fi", one.scale, one.zero) for one in network.outputs)
        size = mcu_file.HEADER_BYTES + len(records) + len(arrays) + len(ends) + mcu_file.CRC_BYTES
        header = struct.pack(
            "<4sBBHHbBI16sI",
            mcu_file.MAGIC,
            mcu_file.VERSION,
            len(network.layers),
            network.input_frames,
            network.input_channels,
            network.input_zero,
            len(network.outputs),
            size,
            variant,
            network.input_nanovolts,
        )
    except (struct.error, OverflowError) as error:
        raise McuExportError(f"a value does not fit its field in a .mcu file: {error}") from error
    body = header + records + arrays + ends
    return _accepted(body + struct.pack("<I", crc32(body)))


def _accepted(data: bytes) -> bytes:
    try:
        Network(mcu_file.McuFile(data))
    except mcu_file.McuError as error:
        raise McuExportError(f"the firmware refuses the file: {error}") from error
    return data


def _in_zero(network: McuNetwork, i: int) -> int:
    return network.layers[i - 1].zero if i else network.input_zero


def _in_channels(network: McuNetwork, i: int) -> int:
    channels = network.input_channels
    for layer in network.layers[:i]:
        channels = _out_channels(layer, channels)
    return channels


def _out_channels(layer: McuLayer, channels: int) -> int:
    return channels if layer.kind in (AVERAGE, DEPTHWISE) else len(layer.weights)


def _record(network: McuNetwork, i: int) -> bytes:
    layer = network.layers[i]
    return struct.pack(
        "<BBHBBbbbbH",
        layer.kind,
        layer.stride,
        layer.kernel,
        layer.pad_before,
        layer.pad_after,
        _in_zero(network, i),
        layer.zero,
        layer.least,
        layer.most,
        _out_channels(layer, _in_channels(network, i)),
    )


def _arrays(network: McuNetwork, i: int) -> bytes:
    """Return the table and the weights of layer `i`, padded to whole words."""
    layer = network.layers[i]
    if layer.kind == AVERAGE:
        return b""
    channels = _in_channels(network, i)
    weights = _checked_weights(layer, channels, i)
    axes = 0 if layer.kind == DEPTHWISE else tuple(range(1, weights.ndim))
    # The kernels see activations 128 too large; that and the zero point are the same for every window.
    excess = (_in_zero(network, i) + 128) * weights.sum(axis=axes, dtype=np.int64)
    bias = layer.bias.astype(np.int64) - excess
    if np.abs(bias).max() > mcu_file.MOST_BIAS:
        raise McuExportError(f"layer {i}: a bias of {np.abs(bias).max():,} is too large for sums of 30 bits")
    if np.any((layer.multipliers < 0) | (layer.multipliers > 0x7FFF) | (layer.shifts < 0) | (layer.shifts > 30)):
        raise McuExportError(f"layer {i}: multipliers have 15 bits and shifts lie within 0 and 30")
    table = np.empty((len(bias), 2), "<i4")
    table[:, 0] = bias
    table[:, 1] = layer.multipliers + (layer.shifts << 16)
    stored = (weights.astype(np.int16) + 128).astype(np.uint8).tobytes()
    return table.tobytes() + stored + bytes(-len(stored) % 4)


def _checked_weights(layer: McuLayer, channels: int, i: int) -> NDArray[np.int8]:
    depthwise = layer.kind == DEPTHWISE
    out = _out_channels(layer, channels)
    wanted = (layer.kernel, channels) if depthwise else (out, layer.kernel, channels)
    if layer.weights.shape != wanted or layer.weights.dtype != np.int8:
        raise McuExportError(
            f"layer {i}: weights must be int8 {wanted}, not {layer.weights.dtype} {layer.weights.shape}"
        )
    for name in ("bias", "multipliers", "shifts"):
        array = getattr(layer, name)
        if array.shape != (out,) or array.dtype != np.int32:
            raise McuExportError(f"layer {i}: {name} must be int32 ({out},), not {array.dtype} {array.shape}")
    return layer.weights
