"""The shape of pocketk-nano, the network for a microcontroller, and what that shape costs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from pocketk_models.same_padding import same_padding
from pocketk_models.students import OUTPUTS

Kind = Literal["convolution", "depthwise", "pointwise"]
# What a microcontroller of the RP2040 class is given (264 kB of memory, 133 MHz, no hardware for floats): engineering
# choices of this project's device design.
MOST_MACS, MOST_WEIGHT_BYTES, MOST_ACTIVATION_BYTES = 2_000_000, 30_000, 40_000


@dataclass(frozen=True)
class NanoLayer:
    """One convolution of the network with the lengths it meets.

    Attributes:
        name: of its module, "stem", "blocks.0.depthwise", "blocks.0.pointwise", ...
        kind: what it is.
        channels_in: channels it reads.
        channels_out: channels it writes.
        kernel: samples under the kernel.
        stride: samples between outputs.
        padding: zeros (left, right) added to its input.
        length_in: samples it reads.
        length_out: samples it writes.
    """

    name: str
    kind: Kind
    channels_in: int
    channels_out: int
    kernel: int
    stride: int
    padding: tuple[int, int]
    length_in: int
    length_out: int

    @property
    def groups(self) -> int:
        """Channels that are convolved each for itself."""
        return self.channels_in if self.kind == "depthwise" else 1

    @property
    def weights(self) -> int:
        """Weights without biases."""
        return self.channels_out * (self.channels_in // self.groups) * self.kernel

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one clip; multiplications with padded zeros count."""
        return self.weights * self.length_out

    @property
    def live_bytes(self) -> int:
        """Bytes of its input and output at one byte a value, both alive while it runs."""
        return self.channels_in * self.length_in + self.channels_out * self.length_out


@dataclass(frozen=True)
class NanoConfig:
    """A stem, blocks of depthwise and pointwise convolutions, the average over time, a linear head.

    Widths, kernels and strides: engineering choices, tried on simulated strips. The stem is not padded, so that no
    window begins with a step to zero, and its length makes the average over an odd number of samples: a rounded
    average then never meets a tie, and every runtime rounds it alike.

    Attributes:
        n_samples: samples of the input.
        n_outputs: outputs of the head.
        stem_channels: channels after the stem.
        stem_kernel: samples under the stem.
        stem_stride: samples between its outputs.
        channels: of each block's pointwise convolution.
        strides: of each block's depthwise convolution, as many.
        kernel: samples under each depthwise convolution.

    Raises:
        ValueError: numbers that contradict one another, or a network over the microcontroller's budget.
    """

    n_samples: int = 1250
    n_outputs: int = len(OUTPUTS)
    stem_channels: int = 16
    stem_kernel: int = 15
    stem_stride: int = 2
    channels: tuple[int, ...] = (16, 32, 48, 64, 80, 112)
    strides: tuple[int, ...] = (1, 2, 2, 2, 2, 1)
    kernel: int = 11

    in_channels = 1

    def __post_init__(self) -> None:
        if len(self.channels) != len(self.strides) or not self.channels:
            raise ValueError(f"channels has {len(self.channels)} entries and strides {len(self.strides)}; give as many")
        flat = (self.n_samples, self.n_outputs, self.stem_channels, self.stem_kernel, self.stem_stride, self.kernel)
        if min(*flat, *self.channels, *self.strides) < 1 or self.n_samples < self.stem_kernel:
            raise ValueError("every number of a pocketk-nano is 1 or more, and n_samples no less than stem_kernel")
        if self.pooled % 2 == 0:
            raise ValueError(f"the average would be over {self.pooled} samples; expected an odd number (see the class)")
        for what, cost, most in (
            ("multiply-accumulates", self.macs, MOST_MACS),
            ("bytes of weights", self.weight_bytes, MOST_WEIGHT_BYTES),
            ("bytes of activations", self.activation_bytes, MOST_ACTIVATION_BYTES),
        ):
            if cost > most:
                raise ValueError(f"pocketk-nano would need {cost:,} {what}; a microcontroller is given {most:,}")

    @property
    def layers(self) -> tuple[NanoLayer, ...]:
        """The convolutions in the order of the signal."""
        width, length = self.stem_channels, (self.n_samples - self.stem_kernel) // self.stem_stride + 1
        made = [
            NanoLayer(
                "stem", "convolution", 1, width, self.stem_kernel, self.stem_stride, (0, 0), self.n_samples, length
            )
        ]
        for number, (channels, stride) in enumerate(zip(self.channels, self.strides, strict=True)):
            name, after = f"blocks.{number}", -(-length // stride)
            padding = same_padding(length, self.kernel, stride)
            made += [
                NanoLayer(f"{name}.depthwise", "depthwise", width, width, self.kernel, stride, padding, length, after),
                NanoLayer(f"{name}.pointwise", "pointwise", width, channels, 1, 1, (0, 0), after, after),
            ]
            width, length = channels, after
        return tuple(made)

    @property
    def pooled(self) -> int:
        """Samples that the average is over."""
        return self.layers[-1].length_out

    @property
    def features(self) -> int:
        """Values that the head reads."""
        return self.channels[-1]

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one clip, head included."""
        return sum(layer.macs for layer in self.layers) + self.features * self.n_outputs

    @property
    def weight_bytes(self) -> int:
        """Bytes of the int8 weights, head included; biases and multipliers are not among them."""
        return sum(layer.weights for layer in self.layers) + self.features * self.n_outputs

    @property
    def activation_bytes(self) -> int:
        """Bytes of the largest pair of buffers alive at once, one byte a value."""
        return max(layer.live_bytes for layer in self.layers)

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON-ready values (tuples as lists)."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> NanoConfig:
        """Build a configuration from what `to_dict` returned.

        Raises:
            ValueError: a field is missing or unknown, or breaks a rule of the class.
        """
        names = {field.name for field in fields(cls)}
        if set(values) != names:
            raise ValueError(f"pocketk-nano configuration has fields {sorted(values)}, expected {sorted(names)}")
        arguments: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        return cls(**arguments)


POCKETK_NANO = NanoConfig()
