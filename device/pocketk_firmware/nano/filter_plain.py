"""The integer chain of `pocketk-nano-v1`, as the reference: plain Python for both runtimes.

Every shift to the right rounds towards minus infinity, as in C on a two's complement machine; where the text says
"rounded", half a step was added before. No intermediate leaves int32: the range proof puts intervals through
this very code.
"""

from pocketk_firmware.nano.chain_state import (
    A1,
    A2,
    B0,
    B1,
    B2,
    COUNTER_MAX,
    DC,
    DECIMATION,
    DOWN,
    E1,
    E2,
    END,
    FIRST_SECTION,
    HALF_RANGE,
    HIGH,
    LARGEST_STEP,
    LIMIT,
    LIMITED,
    LOW,
    MIDDLE,
    MULTIPLIER,
    PHASE,
    RAILED,
    SATURATED,
    SECTION_WORDS,
    STARTED,
    STEP_BITS,
    UP,
    X1,
    X2,
    Y1,
    Y2,
)
from pocketk_firmware.nano.clamp import clamp


def run(state, counts, n, out) -> int:
    """Put `n` samples through the chain and return how many outputs were written.

    Args:
        state: array of `chain_state.new_state`; carries everything from call to call.
        counts: array("i") of raw counts.
        n: samples to take, at most `len(counts)`.
        out: buffer of at least `n // 4 + 1` bytes; each output is an int8 in two's complement, 20 uV a step. The
            output for samples 4k to 4k + 3 is the chain's value at sample 4k + 3.
    """
    wrote = 0
    for i in range(n):
        value = _to_units(state, counts[i])
        for at in range(FIRST_SECTION, END, SECTION_WORDS):
            value = _section(state, at, value)
        phase = state[PHASE] + 1
        if phase == DECIMATION:
            phase = 0
            step = (value + 16) >> STEP_BITS  # rounded
            kept = clamp(step, -LARGEST_STEP, LARGEST_STEP)
            _count(state, SATURATED, kept != step)
            out[wrote] = kept & 0xFF
            wrote += 1
        state[PHASE] = phase
    return wrote


def _to_units(state, count):
    """Take the DC level off one count and return it in units of 0.625 uV, within +-`LIMIT`."""
    count = clamp(count, state[LOW], state[HIGH])
    _count(state, RAILED, (count == state[LOW]) + (count == state[HIGH]))
    level = (count - state[MIDDLE]) << state[UP]
    if not state[STARTED]:
        state[STARTED] = 1
        state[DC] = level  # a fast start: the first sample is taken as the level at rest
    rest = level - state[DC]
    # 13/2048 of the way each sample: 3 dB down between 0.50 and 0.51 Hz.
    state[DC] = state[DC] + (rest >> 8) + (rest >> 9) + (rest >> 11)
    half = clamp(((rest >> state[DOWN]) + 1) >> 1, -HALF_RANGE, HALF_RANGE)  # rounded
    units = (half * state[MULTIPLIER] + 0x8000) >> 16  # rounded
    kept = clamp(units, -LIMIT, LIMIT)
    _count(state, LIMITED, kept != units)
    return kept


def _section(state, at, x):
    """Return the output of the second-order section at `at` for the input `x`, rounded, within +-`LIMIT`.

    Direct form 1. What rounding took from the last two outputs is filtered along with them (error feedback with the
    section's own poles), so that the recursion works on 14 more bits than its output has and comes to rest at 0.
    """
    a1 = state[at + A1]
    a2 = state[at + A2]
    lost = (0x2000 - a1 * state[at + E1] - a2 * state[at + E2]) >> 14
    total = state[at + B0] * x + state[at + B1] * state[at + X1] + state[at + B2] * state[at + X2]
    total = total - a1 * state[at + Y1] - a2 * state[at + Y2] + lost + 0x2000
    y = clamp(total >> 14, -LIMIT, LIMIT)
    state[at + E2] = state[at + E1]
    state[at + E1] = (total & 0x3FFF) - 0x2000
    state[at + X2] = state[at + X1]
    state[at + X1] = x
    state[at + Y2] = state[at + Y1]
    state[at + Y1] = y
    return y


def _count(state, at, more) -> None:
    state[at] = clamp(state[at] + more, 0, COUNTER_MAX)
