"""The integer network of a `.mcu` file for many windows at once, bit for bit what the firmware's kernels give."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pocketk_firmware.nano import layer as words
from pocketk_firmware.nano.mcu_file import McuFile

_WINDOWS_TOGETHER = 256


def run_nano_network(file: McuFile, windows: NDArray[np.int8]) -> NDArray[np.int32]:
    """Return the integers that the last layer gives for each window.

    Args:
        file: the network.
        windows: (N, T, C) int8 as the file's input; (N, T) where it has one channel.

    Returns:
        (N, H) int32: int8 steps, or int32 sums where the last layer gives those. An output's value is
        (step - zero) * scale with its `file.outputs`.

    Raises:
        ValueError: the windows have another shape or dtype.
    """
    shape = (file.input_frames, file.input_channels)
    windows = np.asarray(windows)
    if windows.ndim == 2 and file.input_channels == 1:
        windows = windows[:, :, None]
    if windows.dtype != np.int8 or windows.shape[1:] != shape:
        raise ValueError(f"windows must be int8 (N, {shape[0]}, {shape[1]}), not {windows.dtype} {windows.shape}")
    parts = [_run(file, windows[at : at + _WINDOWS_TOGETHER]) for at in range(0, len(windows), _WINDOWS_TOGETHER)]
    return np.concatenate(parts) if parts else np.zeros((0, len(file.outputs)), np.int32)


def _run(file: McuFile, x: NDArray[np.int8]) -> NDArray[np.int32]:
    values = x.astype(np.float64)  # float64 holds every sum exactly, and its products run in BLAS
    for layer in file.layers:
        values = _layer(file, layer, values)
    return values.reshape(len(x), -1).astype(np.int32)


def _layer(file: McuFile, layer: Any, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put (n, T, I) int8 values through one layer; return (n, T', O)."""
    pad = layer[words.PAD_VALUE] - 128
    around = (layer[words.PAD_BEFORE], layer[words.PAD_AFTER])
    x = np.pad(x, ((0, 0), around, (0, 0)), constant_values=pad)
    kernel, stride, frames = layer[words.KERNEL], layer[words.STRIDE], layer[words.OUT_FRAMES]
    taps = [x[:, k : k + stride * (frames - 1) + 1 : stride] for k in range(kernel)]
    if layer[words.KIND] == words.AVERAGE:
        total = np.sum(taps, axis=0).astype(np.int64)
        steps = np.sign(total) * ((2 * np.abs(total) + kernel) // (2 * kernel))
        return _limited(layer, steps)
    weights = np.frombuffer(file.data, np.uint8, words.weight_bytes(layer), layer[words.WEIGHTS_AT]).astype(float) - 128
    table = np.frombuffer(file.data, "<i4", 2 * layer[words.OUT], layer[words.TABLE_AT]).reshape(-1, 2)
    if layer[words.KIND] == words.DEPTHWISE:
        per_tap = weights.reshape(kernel, -1)
        total = sum(tap * one for tap, one in zip(taps, per_tap, strict=True))
        taken_off = per_tap.sum(axis=0)
    else:
        by_tap = weights.reshape(layer[words.OUT], kernel, -1)
        total = sum(tap @ by_tap[:, k].T for k, tap in enumerate(taps))
        taken_off = by_tap.sum(axis=(1, 2))
    # The table's bias is for activations that are 128 larger.
    sums = np.asarray(total + taken_off * 128 + table[:, 0]).astype(np.int64)
    if layer[words.KIND] == words.SUMS:
        return sums.astype(np.float64)
    return _limited(layer, _requantised(sums, table[:, 1]) + layer[words.ZERO] - 128)


def _requantised(sums: NDArray[np.int64], scales: NDArray[Any]) -> NDArray[np.int64]:
    """Round twice, as TensorFlow Lite does, with products of 64 bits."""
    multipliers, shifts = scales.astype(np.int64) & 0x7FFF, scales.astype(np.int64) >> 16
    products = (sums * multipliers + (1 << 14)) >> 15  # halves up
    halves = np.left_shift(1, shifts) >> 1
    return np.sign(products) * ((np.abs(products) + halves) >> shifts)  # halves away from zero


def _limited(layer: Any, steps: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.clip(steps, layer[words.LEAST] - 128, layer[words.MOST] - 128).astype(np.float64)
