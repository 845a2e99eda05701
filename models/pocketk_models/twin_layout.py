"""The weights of a Net1D and of its deployed twin: the same names and numbers in other shapes."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor


def to_twin_state(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return a Net1D's state_dict as its twin's, copied.

    Convolutions go from (O, I, k) to (O, I, 1, k), squeeze-and-excite matrices from (O, I) to (O, I, 1, 1);
    everything else stays as it is.

    Args:
        state: Names and tensors of a `Net1D`.

    Raises:
        ValueError: If a weight has another number of axes than a Net1D's.
    """
    return {name: _reshaped(name, tensor, to_twin=True) for name, tensor in state.items()}


def to_reference_state(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return a twin's state_dict as its Net1D's, copied; what `to_twin_state` did is undone bit for bit.

    Args:
        state: Names and tensors of a `DeployedTwin`.

    Raises:
        ValueError: If a weight has another shape than a twin's.
    """
    return {name: _reshaped(name, tensor, to_twin=False) for name, tensor in state.items()}


def _reshaped(name: str, tensor: Tensor, *, to_twin: bool) -> Tensor:
    if name.endswith(".conv.weight"):
        flat, deep, ones = 3, 4, (2,)
    elif name.endswith((".se_fc1.weight", ".se_fc2.weight")):
        flat, deep, ones = 2, 4, (2, 3)
    else:
        return tensor.detach().clone()
    expected = flat if to_twin else deep
    if tensor.dim() != expected or (not to_twin and any(tensor.shape[axis] != 1 for axis in ones)):
        kind = "Net1D" if to_twin else "deployed twin"
        raise ValueError(
            f"{name} has shape {tuple(tensor.shape)}, expected {expected} axes"
            f"{'' if to_twin else f', those at {ones} of length 1'}; give the state_dict of a {kind}"
        )
    shape = list(tensor.shape)
    if to_twin:
        for axis in ones:
            shape.insert(axis, 1)
    else:
        shape = shape[: ones[0]] + shape[ones[-1] + 1 :]
    return tensor.detach().clone().reshape(shape)
