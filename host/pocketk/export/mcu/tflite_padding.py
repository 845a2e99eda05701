"""TensorFlow Lite's padding "same"."""


def same_pads(frames: int, kernel: int, stride: int) -> tuple[int, int]:
    """Return the frames before and behind `frames` with which there is an output for each `stride` frames."""
    missing = max(0, (-(-frames // stride) - 1) * stride + kernel - frames)
    return missing // 2, missing - missing // 2
