"""No intermediate of the integer chain and of the kernels leaves int32, whatever comes in."""

import struct
from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

from checked_integer import Checked, checked_list
from example_nano import random_network
from measurement_plugin import Measure
from pocketk.export.mcu.mcu_writer import write_mcu
from pocketk_agent.nano.nano_chain import StatedScale
from pocketk_firmware.front_end import COUNT_MAX, COUNT_MIN
from pocketk_firmware.nano import chain_state, filter_plain, kernels_plain
from pocketk_firmware.nano import layer as words
from pocketk_firmware.nano.mcu_file import MOST_BIAS, MOST_FAN_IN, MOST_SHIFT, McuFile
from pocketk_firmware.nano.network import Network
from pocketk_firmware.nano.scaling import LEVEL_BITS, Scaling, scale_of
from ranged_integer import INT32_HIGH, INT32_LOW, Ranged, RangeError, clamp_range, unknown

# The tracker's level may end this much below the lowest input: three roundings down a sample over 13/2048 a sample.
TRACKER_SLACK = 3 * 2048 // 13 + 1


def settings() -> Iterator[tuple[int, int, int, int]]:
    """Rails, `up` and `down` of every size of converter, as wide as `scale_of` lets them be and anywhere in 24 bits."""
    for up in range(LEVEL_BITS - 23, LEVEL_BITS + 1):
        half = 1 << (LEVEL_BITS - up)
        for low, high in (
            (1 - half, half),
            (COUNT_MIN, COUNT_MIN + 2 * half - 1),
            (COUNT_MAX - 2 * half + 1, COUNT_MAX),
        ):
            if COUNT_MIN <= low < high <= COUNT_MAX:
                yield from ((low, high, up, down) for down in (0, 9, 29))


def chain_of(setting: tuple[int, int, int, int], mains_hz: int) -> list:
    """The state of a chain at rest whose multiplier may be any that `scale_of` gives."""
    low, high, up, down = setting
    state: list = list(chain_state.new_state(Scaling(low, high, (low + high) >> 1, up, down, 0), mains_hz))
    state[chain_state.MULTIPLIER] = Ranged(0x4000, 0x7FFF)
    return state


def invariant(state: list) -> dict[int, tuple[int, int]]:
    """The range of every word that changes, as it is claimed to hold before and after each sample."""
    low, high = ((state[at] - state[chain_state.MIDDLE]) << state[chain_state.UP] for at in (0, 1))
    limit, half = chain_state.LIMIT, 0x2000
    ranges = {chain_state.DC: (low - TRACKER_SLACK, high)}
    for counter in (chain_state.RAILED, chain_state.LIMITED, chain_state.SATURATED):
        ranges[counter] = (0, chain_state.COUNTER_MAX)
    for at in range(chain_state.FIRST_SECTION, chain_state.END, chain_state.SECTION_WORDS):
        for word in (chain_state.X1, chain_state.X2, chain_state.Y1, chain_state.Y2):
            ranges[at + word] = (-limit, limit)
        for word in (chain_state.E1, chain_state.E2):
            ranges[at + word] = (-half, half - 1)
    return ranges


def violations_of_one_sample(setting: tuple[int, int, int, int], mains_hz: int, phase: int) -> list[str]:
    """Put a sample of any value through a chain in any state that the invariant allows."""
    state = chain_of(setting, mains_hz)
    ranges = invariant(state)
    for at, (low, high) in ranges.items():
        state[at] = unknown(low, high)
    state[chain_state.STARTED], state[chain_state.PHASE] = 1, phase
    try:
        filter_plain.run(state, [unknown(INT32_LOW, INT32_HIGH)], 1, [0])
    except RangeError as violation:
        return [f"{setting} {mains_hz} Hz: {violation}"]
    broken = [at for at, (low, high) in ranges.items() if state[at].least < low or state[at].most > high]
    return [f"{setting} {mains_hz} Hz: word {at} is not within its range after the sample" for at in broken]


@pytest.fixture
def _ranged_clamp(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (filter_plain, kernels_plain):
        monkeypatch.setattr(module, "clamp", clamp_range)


@pytest.mark.usefixtures("_ranged_clamp")
def test_no_intermediate_of_the_chain_leaves_int32(measure: Measure) -> None:
    cases = [(setting, mains_hz, 3) for setting in settings() for mains_hz in (50, 60)]
    cases += [(setting, 50, 0) for setting in list(settings())[::20]]
    assert len(cases) > 300
    found = [text for case in cases for text in violations_of_one_sample(*case)]
    measure("NANO-RANGE", len(found), n=len(cases), detail="\n".join(found[:5]))


@pytest.mark.usefixtures("_ranged_clamp")
@pytest.mark.parametrize("setting", list(settings())[::9], ids=str)
def test_the_first_sample_leaves_the_chain_within_its_ranges(setting: tuple[int, int, int, int]) -> None:
    state = chain_of(setting, 50)
    filter_plain.run(state, [unknown(INT32_LOW, INT32_HIGH)], 1, [0])
    for at, (low, high) in invariant(state).items():
        value = state[at]
        least, most = (value.least, value.most) if isinstance(value, Ranged) else (value, value)
        assert low <= least
        assert most <= high


@pytest.mark.usefixtures("_ranged_clamp")
@pytest.mark.parametrize(("name", "value"), [("LIMIT", 32767), ("HALF_RANGE", 131071), ("COUNTER_MAX", 2**31 - 1)])
def test_a_limit_that_is_too_wide_is_noticed(name: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (chain_state, filter_plain):
        monkeypatch.setattr(module, name, value)
    assert violations_of_one_sample((-(2**23), 2**23 - 1, LEVEL_BITS - 23, 0), 50, 3)


@pytest.mark.usefixtures("_ranged_clamp")
def test_a_level_with_one_bit_more_is_noticed() -> None:
    assert violations_of_one_sample((-(2**23), 2**23 - 1, LEVEL_BITS - 22, 0), 50, 3)


def widest_layer(kind: int, bias: int, shift: int) -> tuple[list, list]:
    """The words of a layer with as many products as a file may have, and a file of unknown weights."""
    layer = list(words.new_layer())
    layer[words.KIND], layer[words.KERNEL], layer[words.STRIDE] = kind, MOST_FAN_IN, 1
    layer[words.IN] = layer[words.OUT] = layer[words.FRAMES] = 1
    layer[words.WEIGHTS_AT], layer[words.Y_AT] = 8, MOST_FAN_IN
    layer[words.ZERO], layer[words.LEAST], layer[words.MOST] = 255, 0, 255
    table = struct.pack("<iI", bias, 0x7FFF | shift << 16)
    return layer, [*table, *(Ranged(0, 255) for _ in range(MOST_FAN_IN))]


def violations_of_a_layer(kernel, kind: int, bias: int, shift: int) -> list[str]:
    layer, file = widest_layer(kind, bias, shift)
    arena: list = [Ranged(0, 255) for _ in range(MOST_FAN_IN)] + [0] * 4
    try:
        kernel(layer, file, arena)
    except RangeError as violation:
        return [f"{kernel.__name__}, bias {bias}, shift {shift}: {violation}"]
    return []


@pytest.mark.usefixtures("_ranged_clamp")
def test_no_intermediate_of_the_kernels_leaves_int32(measure: Measure) -> None:
    kernels = (
        (kernels_plain.convolve, words.CONVOLUTION),
        (kernels_plain.depthwise, words.DEPTHWISE),
        (kernels_plain.average, words.AVERAGE),
        (kernels_plain.sums, words.SUMS),
    )
    cases = list(product(kernels, (-MOST_BIAS, MOST_BIAS), (0, 1, MOST_SHIFT)))
    found = [text for kernel, bias, shift in cases for text in violations_of_a_layer(*kernel, bias, shift)]
    measure("NANO-RANGE", len(found), n=len(cases), detail="\n".join(found))


def test_a_layer_with_more_products_than_a_file_may_have_is_noticed() -> None:
    assert violations_of_a_layer(kernels_plain.convolve, words.CONVOLUTION, 4 * MOST_BIAS - 1, 0)


# What viper adds: it takes 128 times the sum of the window off at the start and adds products of unsigned bytes.
def test_the_sums_of_viper_stay_within_int32_too() -> None:
    start = -MOST_BIAS - 128 * 255 * MOST_FAN_IN
    end = MOST_BIAS + 255 * 255 * MOST_FAN_IN
    assert start > INT32_LOW
    assert end < INT32_HIGH


# --- checked integers over worst-case inputs ---


def worst_inputs(stated: StatedScale) -> Iterator[list[int]]:
    """Rails in the patterns that drive a chain furthest: one step, each frequency, its impulse response's signs."""
    low, high = stated.rail_low_counts, stated.rail_high_counts
    n = 600
    yield [high] * n
    yield [low] + [high] * (n - 1)
    yield [high if i % 3 == 0 else low for i in range(n)]
    for hz in (0.5, 7, 40, 49.6, 50, 60.4):
        yield [high if np.sin(2 * np.pi * hz * i / 500) >= 0 else low for i in range(n)]
    impulse = [0] * n
    impulse[0] = high // 2
    out: list[int] = []
    state = chain_state.new_state(scale_of(stated), 50)
    section = chain_state.FIRST_SECTION
    for count in impulse:
        filter_plain.run(state, [count], 1, [0])
        out.append(state[section + 2 * chain_state.SECTION_WORDS + chain_state.Y1])
    yield [high if value >= 0 else low for value in reversed(out)]


@pytest.mark.parametrize("mains_hz", [50, 60])
@pytest.mark.parametrize("bits", [10, 12, 24])
def test_checked_integers_find_nothing_at_the_rails(bits: int, mains_hz: int) -> None:
    half = 1 << (bits - 1)
    stated = StatedScale(500_000, 48_080 if bits == 24 else 3_999_999, 0, -half, half - 1, bits)
    for counts in worst_inputs(stated):
        state = checked_list(chain_state.new_state(scale_of(stated), mains_hz))
        filter_plain.run(state, checked_list(counts), len(counts), [0] * (len(counts) // 4 + 1))


def test_checked_integers_find_nothing_in_a_network() -> None:
    rng = np.random.default_rng(3)
    file = McuFile(write_mcu(random_network(rng, 40, 0.25)))
    for window in (np.full(40, -128), np.full(40, 127), rng.choice([-128, 127], 40)):
        network = Network(file)
        arena = checked_list(np.zeros(len(network.arena)))
        first = network.layers[0]
        at = first[words.X_AT] + first[words.PAD_BEFORE]
        arena[at : at + 40] = checked_list(window + 128)
        network.arena = arena  # type: ignore[assignment]
        network.finish()


def test_a_checked_integer_that_leaves_int32_is_noticed() -> None:
    with pytest.raises(RangeError, match="2147483648"):
        _ = Checked(INT32_HIGH) + 1
