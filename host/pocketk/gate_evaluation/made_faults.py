"""Faults whose truth is known because they are made: no contact, a dead line, swapped hands."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from pocketk.gate_evaluation.graded_clip import GradedClip

DATA_SET = "made faults"
REVERSED_DATA_SET = "upside down"
# A front end's rail, and what a shorted one of 1 uV rms shows.
_RAIL_MV, _SHORTED_MV, _FAULT_S = 200.0, 0.001, 4.0


def made_faults(clips: Iterable[GradedClip], rng: np.random.Generator) -> Iterator[GradedClip]:
    """From good clips: declared and undeclared loss of contact, and a dead line, each over 4 s and over everything.

    Args:
        clips: good ones; others are passed over.
        rng: generator of the dead line's noise and of the place of the fault.
    """
    for clip in clips:
        if clip.good:
            n = clip.ecg_mv.size
            length = round(_FAULT_S * clip.fs_hz)
            start = int(rng.integers(0, n - length))
            for words, here in (("4 s", slice(start, start + length)), ("throughout", slice(0, n))):
                yield from _faults(clip, words, here, rng)


def _faults(clip: GradedClip, words: str, here: slice, rng: np.random.Generator) -> Iterator[GradedClip]:
    made = replace(clip, data_set=DATA_SET, half=clip.held_out, good=False)
    off, rail = np.zeros(clip.ecg_mv.size, bool), clip.ecg_mv.copy()
    off[here], rail[here] = True, _RAIL_MV
    dead = clip.ecg_mv.copy()
    dead[here] = rng.normal(0.0, _SHORTED_MV, dead[here].size)
    yield replace(made, group=f"lead-off, declared, {words}", ecg_mv=rail, lead_off=off)
    yield replace(made, group=f"lead-off at the rail, undeclared, {words}", ecg_mv=rail)
    yield replace(made, group=f"flat, {words}", ecg_mv=dead)


def upside_down(clips: Iterable[GradedClip]) -> Iterator[GradedClip]:
    """Good clips as with left and right hand swapped."""
    for clip in clips:
        if clip.good:
            yield replace(
                clip,
                data_set=REVERSED_DATA_SET,
                group=f"{clip.data_set}, upside down",
                half=clip.held_out,
                good=False,
                ecg_mv=-clip.ecg_mv,
            )
