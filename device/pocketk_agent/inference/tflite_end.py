"""The ends of a .tflite file: where clips go in and logits come out, in floating point or in int8."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_INT8_LOW, _INT8_HIGH = -128, 127


@dataclass(frozen=True)
class TfliteEnd:
    """An input or output.

    Attributes:
        index: of its tensor.
        shape: of its tensor.
        scale: of one int8 step, 0 where the tensor is float32. TensorFlow Lite's 8-bit specification:
            real = scale * (step - zero).
        zero: the step that stands for 0.
    """

    index: int
    shape: tuple[int, ...]
    scale: float
    zero: int

    @classmethod
    def of(cls, details: Mapping[str, Any]) -> TfliteEnd:
        """Of what an interpreter says of a tensor.

        Raises:
            ValueError: neither float32, nor int8 with a scale.
        """
        scale, zero = details["quantization"]
        kind = np.dtype(details["dtype"])
        if kind == np.float32:
            scale, zero = 0.0, 0
        elif kind != np.int8 or not (np.isfinite(scale) and scale > 0.0):
            raise ValueError(f"{details['name']} is {kind} with scale {scale}; expected float32, or int8 with a scale")
        return cls(int(details["index"]), tuple(int(n) for n in details["shape"]), float(scale), int(zero))

    def written(self, values: NDArray[np.float32]) -> NDArray[np.float32] | NDArray[np.int8]:
        """Values as the tensor takes them; int8 saturates at its ends."""
        if not self.scale:
            return values
        steps = np.rint(values / np.float32(self.scale)) + np.float32(self.zero)
        return np.clip(steps, _INT8_LOW, _INT8_HIGH).astype(np.int8)

    def read(self, tensor: NDArray[Any]) -> NDArray[np.float32]:
        """Values of the tensor."""
        values = tensor.astype(np.float32)
        return (values - np.float32(self.zero)) * np.float32(self.scale) if self.scale else values
