"""The shape of a Net1D: every number that decides which parameters exist and how the signal flows."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import Any

ECGFOUNDER_FILTERS = (64, 160, 160, 400, 400, 1024, 1024)
ECGFOUNDER_BLOCKS = (2, 2, 2, 3, 3, 4, 4)


@dataclass(frozen=True)
class Net1DConfig:
    """Configuration of a Net1D; the defaults are the published ECGFounder network on one lead.

    Source of the defaults: Li et al., NEJM AI 2025; 2(7): AIoa2401033, and the configuration released
    with it (64 base filters, kernel 16, stride 2, 16 channels a group, 20 blocks in 7 stages).

    Attributes:
        in_channels: Leads of the input (1 for Lead I, 12 for the 12-lead network).
        n_outputs: Logits of the head.
        base_filters: Channels after the stem.
        filter_list: Channels of each stage; never fewer than those of the stage before, because the
            shortcut can only add channels (of zeros).
        m_blocks_list: Blocks of each stage, as long as `filter_list`.
        kernel_size: Samples under the stem and under each grouped convolution.
        stride: Stride of the stem and of the first block of each stage, 1 or 2.
        stem_stride: Stride of the stem where it is another, 1, 2 or 4; None (published) for `stride`.
        groups_width: Channels of one group; each stage's inner width is a multiple of it.
        ratio: Inner width of a block over its output width.

    Raises:
        ValueError: If the numbers contradict one another; the message names the field and the rule.
    """

    in_channels: int = 1
    n_outputs: int = 1
    base_filters: int = 64
    filter_list: tuple[int, ...] = ECGFOUNDER_FILTERS
    m_blocks_list: tuple[int, ...] = ECGFOUNDER_BLOCKS
    kernel_size: int = 16
    stride: int = 2
    stem_stride: int | None = None
    groups_width: int = 16
    ratio: float = 1.0

    def __post_init__(self) -> None:
        self._check_positive()
        self._check_stages()

    @property
    def stride_of_stem(self) -> int:
        """Samples of the input between two outputs of the stem."""
        return self.stride if self.stem_stride is None else self.stem_stride

    def inner_channels(self, out_channels: int) -> int:
        """Return the channels inside a block whose output has `out_channels` channels."""
        return int(out_channels * self.ratio)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values (tuples as lists)."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Net1DConfig:
        """Build a configuration from what `to_dict` returned.

        Raises:
            ValueError: If a field is missing, unknown, or breaks a rule of the class.
        """
        names = {field.name for field in fields(cls)}
        # Files written before students had a stem of their own do not name its stride.
        values = {"stem_stride": None, **values}
        if set(values) != names:
            raise ValueError(
                f"Net1D configuration has fields {sorted(values)}, expected {sorted(names)}; "
                "re-import the published weights with this version"
            )
        arguments: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        return cls(**arguments)

    def _check_positive(self) -> None:
        if not self.filter_list:
            raise ValueError("filter_list is empty; give the channels of at least one stage")
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "stem_stride":
                continue
            kinds = (int, float) if field.name == "ratio" else (int,)
            for number in value if isinstance(value, tuple) else (value,):
                if type(number) not in kinds or not 0 < number < math.inf:
                    raise ValueError(f"{field.name} is {value}; give positive {kinds[-1].__name__} numbers")
        if self.stride not in (1, 2):
            raise ValueError(f"stride is {self.stride}; the shortcut's pooling is defined for 1 and 2 only")
        if self.stem_stride not in (None, 1, 2, 4):
            raise ValueError(f"stem_stride is {self.stem_stride}; give 1, 2 or 4, or None for that of the stages")

    def _check_stages(self) -> None:
        if len(self.filter_list) != len(self.m_blocks_list):
            raise ValueError(
                f"filter_list names {len(self.filter_list)} stages and m_blocks_list "
                f"{len(self.m_blocks_list)}; give one entry a stage in both"
            )
        for before, after in pairwise((self.base_filters, *self.filter_list)):
            if after < before:
                raise ValueError(
                    f"channels fall from {before} to {after}; each entry of filter_list must be at least "
                    "the one before it (the first at least base_filters)"
                )
        for channels in self.filter_list:
            if self.inner_channels(channels) < 1 or self.inner_channels(channels) % self.groups_width:
                raise ValueError(
                    f"a stage of {channels} channels has {self.inner_channels(channels)} inside, not a "
                    f"multiple of groups_width {self.groups_width}; change filter_list, ratio or groups_width"
                )
