"""`pocketk-nano-v1` does to a signal what it says."""

from array import array
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import signal

from measurement_plugin import Measure
from pocketk_agent.nano.nano_chain import StatedScale, stated_scale
from pocketk_agent.patient.adc import ADS1292R, TWELVE_BIT
from pocketk_firmware.nano.chain import WARM_UP_STEPS, Chain
from pocketk_firmware.nano.coefficients import LOW_PASS, NOTCH

HANDHELD = stated_scale(ADS1292R.front_end)
FS = 500.0
STEP_MV = 0.02


def through(counts: NDArray[np.int64], stated: StatedScale = HANDHELD, mains_hz: int = 50) -> NDArray[np.int8]:
    chain, out = Chain(stated, mains_hz), bytearray(len(counts) // 4 + 1)
    n = chain.run(array("i", counts.tolist()), len(counts), out)
    return np.frombuffer(bytes(out[:n]), np.int8)


def counts_of(mv: NDArray[np.float64], stated: StatedScale = HANDHELD) -> NDArray[np.int64]:
    return np.rint(mv / (stated.lsb_pv * 1e-9)).astype(np.int64) + stated.zero_counts


def sine(hz: float, amplitude_mv: float = 1.0, seconds: float = 20.0) -> NDArray[np.float64]:
    return amplitude_mv * np.sin(2 * np.pi * hz * np.arange(round(seconds * FS)) / FS)


def float_reference(mv: NDArray[np.float64], mains_hz: int = 50) -> NDArray[np.float64]:
    """The same chain in float64: one-pole high-pass, iirnotch, Butterworth, the last of each four samples."""
    pole = 1 - 13 / 2048
    y = signal.lfilter([1.0, -1.0], [1.0, -pole], mv - mv[0])
    y = signal.lfilter(*signal.iirnotch(mains_hz, 30, FS), y)
    return np.asarray(signal.sosfilt(signal.butter(4, 40, fs=FS, output="sos"), y))[3::4]


@pytest.mark.parametrize("hz", [0.5, 10, 40, 50, 60])
def test_it_follows_the_float_filters_within_a_step(hz: float, measure: Measure) -> None:
    mv = sine(hz) + 0.3 * sine(3.3)
    difference = through(counts_of(mv)) * STEP_MV - float_reference(mv)
    # Half a step of rounding, and 0.1 % of 1 mV that the coefficients' rounding costs.
    measure("NANO-RESPONSE", float(np.abs(difference).max()) / STEP_MV, n=len(difference))


@pytest.mark.parametrize("mains_hz", [50, 60])
@pytest.mark.parametrize("beside_hz", [-0.25, 0.0, 0.25])
def test_mains_is_gone_within_the_rate_s_tolerance(mains_hz: int, beside_hz: float) -> None:
    settled = through(counts_of(sine(mains_hz + beside_hz)), mains_hz=mains_hz)[500:]
    left = np.abs(settled).max() * STEP_MV
    assert left <= (STEP_MV if beside_hz == 0 else 0.12)  # of 1 mV


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_the_responses_of_the_sections_are_those_of_their_designs(mains_hz: int) -> None:
    wanted = signal.freqz_sos(signal.butter(4, 40, fs=FS, output="sos"), 2048)[1]
    rows = [[*(c / 16384 for c in section[:3]), 1.0, *(c / 16384 for c in section[3:])] for section in LOW_PASS]
    assert np.abs(signal.freqz_sos(rows, 2048)[1] - wanted).max() < 2e-3
    b, a = signal.iirnotch(mains_hz, 30, FS)
    wanted = np.array([*b, *a[1:]]) * 16384
    assert np.abs(np.array(NOTCH[mains_hz]) - wanted).max() <= 0.5


def test_dc_passes_the_low_pass_unchanged() -> None:
    for b0, b1, b2, a1, a2 in LOW_PASS:
        assert b0 + b1 + b2 == 16384 + a1 + a2


def test_the_tracker_s_corner_is_at_half_a_hertz() -> None:
    z = np.exp(-2j * np.pi * np.array([0.5, 0.51]) / FS)
    below, above = np.abs((1 - z) / (1 - (1 - 13 / 2048) * z))
    assert below < np.sqrt(0.5) < above


@pytest.mark.parametrize("stated", [HANDHELD, stated_scale(TWELVE_BIT.front_end)], ids=["24 bits", "12 bits"])
def test_it_starts_at_rest_and_a_constant_stays_at_nought(stated: StatedScale) -> None:
    counts = np.full(2000, stated.zero_counts + 1234)
    assert not through(counts, stated).any()


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32), size=st.sampled_from([3, 300, 30_000, 3_000_000]), mains_hz=st.sampled_from([50, 60])
)
def test_no_limit_cycle_stands(seed: int, size: int, mains_hz: int) -> None:
    rng = np.random.default_rng(seed)
    counts = np.concatenate([rng.integers(-size, size + 1, 1000), np.full(7000, rng.integers(-size, size + 1))])
    chain, out = Chain(HANDHELD, mains_hz), bytearray(2001)
    chain.run(array("i", counts.tolist()), len(counts), out)
    units = np.array(chain._state[19::11])  # y1 of each section
    assert not any(out[1750:2000])
    # Not only the output: what the tracker's rounding leaves of the level is the inner sections' only value.
    assert np.abs(units).max() <= 1


def test_the_output_is_the_last_of_each_four_samples() -> None:
    counts = counts_of(sine(7.0, seconds=2.0))
    whole = through(counts)
    assert len(whole) == len(counts) // 4
    assert through(counts[:8]).tolist() == whole[:2].tolist()
    assert len(through(counts[:7])) == 1


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), cuts=st.lists(st.integers(0, 60), min_size=1, max_size=12))
def test_the_result_does_not_depend_on_how_samples_are_cut_into_blocks(seed: int, cuts: list[int]) -> None:
    counts = array("i", np.random.default_rng(seed).integers(-40_000, 40_000, sum(cuts)).tolist())
    whole, chain = Chain(HANDHELD, 50), Chain(HANDHELD, 50)
    expected, got, at = bytearray(len(counts) // 4 + 1), b"", 0
    n = whole.run(counts, len(counts), expected)
    for cut in cuts:
        out = bytearray(cut // 4 + 1)
        got += out[: chain.run(counts[at : at + cut], cut, out)]
        at += cut
    assert got == expected[:n]
    chain.reset()
    again = bytearray(len(expected))
    assert chain.run(counts, len(counts), again) == n
    assert again == expected


def test_a_step_of_one_millivolt_is_fifty_steps_high() -> None:
    mv = np.concatenate([np.zeros(500), np.ones(200)])
    settled = through(counts_of(mv))[500 // 4 + 20]  # 160 ms later
    assert settled == pytest.approx(50 * (1 - 13 / 2048) ** 80, abs=2)


@pytest.mark.parametrize("lsb_pv", [24_000, 48_080, 480_800, 1_611_000, 5_000_000])
def test_every_front_end_comes_to_the_same_unit(lsb_pv: int) -> None:
    bits = 24 if lsb_pv < 1_000_000 else 12
    stated = replace(HANDHELD, lsb_pv=lsb_pv, rail_low_counts=-(2 ** (bits - 1)), rail_high_counts=2 ** (bits - 1) - 1)
    mv = sine(9.0)
    difference = through(counts_of(mv, stated), stated) * STEP_MV - float_reference(mv)
    assert np.abs(difference).max() < STEP_MV


def test_rails_limits_and_saturation_are_counted() -> None:
    mv = np.zeros(4000)
    mv[1000:1010] = 1000.0  # beyond the converter
    mv[2000:2400] = 5.0  # beyond int8, within the chain
    chain, out = Chain(HANDHELD, 50), bytearray(1001)
    counts = np.clip(counts_of(mv), -(2**23), 2**23 - 1)
    chain.run(array("i", counts.tolist()), len(counts), out)
    assert chain.railed == 10
    assert 10 <= chain.limited < 500
    assert chain.saturated >= 60
    assert np.abs(np.frombuffer(bytes(out[:1000]), np.int8).astype(int)).max() == 127
    chain.reset()
    assert (chain.railed, chain.limited, chain.saturated) == (0, 0, 0)


def test_a_reversed_lead_is_the_strip_reversed() -> None:
    rng = np.random.default_rng(5)
    counts = counts_of(sine(1.1) + 0.05 * rng.normal(size=10_000))
    there, back = through(counts).astype(int), through(-counts).astype(int)
    assert np.abs(there + back).max() <= 1  # halves are rounded up both times


def test_a_second_is_enough_to_settle() -> None:
    mv = sine(1.2, seconds=12.0) + 0.2 * sine(20.0, seconds=12.0)
    apart = through(counts_of(mv)).astype(int)[250:] - through(counts_of(mv)[500:]).astype(int)[125:]
    before = np.abs(apart[:1]).max()
    assert WARM_UP_STEPS == 125
    assert np.abs(apart).max() <= max(5, before)


@pytest.mark.parametrize("fs_millihz", [512_000, 250_000, 497_499, 502_501])
def test_another_rate_is_refused_by_name(fs_millihz: int) -> None:
    with pytest.raises(ValueError, match=r"497.5 to 502.5 samples a second, not \d+\.\d{3}"):
        Chain(replace(HANDHELD, fs_millihz=fs_millihz), 50)


@pytest.mark.parametrize("mains_hz", [0, 49, 55, None])
def test_another_mains_frequency_is_refused(mains_hz: int) -> None:
    with pytest.raises(ValueError, match="50 or 60 Hz"):
        Chain(HANDHELD, mains_hz)


def test_short_buffers_are_refused() -> None:
    chain, counts = Chain(HANDHELD, 50), array("i", [0] * 8)
    for n, room in ((9, 9), (8, 2), (-1, 9)):
        with pytest.raises(ValueError, match="buffer too small"):
            chain.run(counts, n, bytearray(room))
