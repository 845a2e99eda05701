"""This project's weights file: safetensors, with the configuration and a training statement in its header."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from pocketk_models.checkpoint_error import CheckpointError
from pocketk_models.nano_config import NanoConfig
from pocketk_models.net1d_config import Net1DConfig

# One entry holding JSON, not one an item: safetensors does not promise an order among several entries,
# and the same weights must give the same bytes.
_METADATA_KEY = "pocketk"
# Of the network in the header; a Net1D has none, as files of before there were others.
_NANO = "pocketk-nano"
# The safetensors format: a little-endian header length, then a JSON header of at most 100 MB.
_LENGTH_BYTES = 8
_LONGEST_HEADER = 100_000_000


@dataclass(frozen=True)
class WeightsFile:
    """What a weights file holds.

    Attributes:
        tensors: Parameter name -> tensor.
        config: The network they belong to; None in a safetensors file that this project did not write.
        training: What the weights were trained on, in words; None likewise.
    """

    tensors: Mapping[str, Tensor]
    config: Net1DConfig | NanoConfig | None
    training: str | None

    def to_bytes(self) -> bytes:
        """Return the file's bytes: the same contents always give the same bytes."""
        header: dict[str, object] = {"training": self.training}
        if self.config is not None:
            header["config"] = self.config.to_dict()
        if isinstance(self.config, NanoConfig):
            header["network"] = _NANO
        tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in self.tensors.items()}
        return safetensors.torch.save(tensors, metadata={_METADATA_KEY: json.dumps(header, sort_keys=True)})

    @classmethod
    def from_bytes(cls, data: bytes, name: str) -> WeightsFile:
        """Read a safetensors file.

        Args:
            data: The whole file.
            name: The file's name, for messages.

        Raises:
            CheckpointError: If the file is damaged or its header is not this project's.
        """
        try:
            tensors = safetensors.torch.load(data)
            header = json.loads(data[_LENGTH_BYTES : _LENGTH_BYTES + _header_length(data)])
            ours = json.loads(header.get("__metadata__", {}).get(_METADATA_KEY, "{}"))
            kind = NanoConfig if ours.get("network") == _NANO else Net1DConfig
            config = kind.from_dict(ours["config"]) if "config" in ours else None
            return cls(tensors, config, ours.get("training"))
        except (SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CheckpointError(
                f"{name} is not a whole safetensors file ({len(data):,} bytes; {error}). "
                "Import the published weights again."
            ) from error


def is_weights_file(data: bytes) -> bool:
    """Say whether the first bytes are those of safetensors: a header length within its limit, then `{`.

    To be asked before `is_torch_file`: one header length in 256 begins with the byte of a pickle.
    """
    return data[_LENGTH_BYTES : _LENGTH_BYTES + 1] == b"{" and _header_length(data) <= _LONGEST_HEADER


def _header_length(data: bytes) -> int:
    return int.from_bytes(data[:_LENGTH_BYTES], "little")
