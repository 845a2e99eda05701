"""Layouts, errors, gaps, bridged samples and where clips come from."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocketk_agent.signal import prepare_clips, prepare_strip
from pocketk_agent.signal.errors import (
    MissingSamplesError,
    ShapeError,
    SignalError,
    TooShortError,
    UnitsError,
    VariantError,
)


def ecg(seconds: float, fs_hz: float = 500.0, seed: int = 0) -> np.ndarray:
    """Something with the spread of an ECG: filtered noise is enough for geometry."""
    rng = np.random.default_rng(seed)
    return np.convolve(rng.normal(0, 0.5, round(seconds * fs_hz)), np.ones(8) / 8, "same")


X30 = ecg(30)


@pytest.mark.parametrize(
    "layout",
    [
        X30,
        X30[:, None],
        X30[None, :],
        np.stack([X30, *(ecg(30, seed=i) for i in range(1, 12))]),
        np.stack([X30, *(ecg(30, seed=i) for i in range(1, 12))], axis=1),
        X30.tolist(),
    ],
    ids=["(T,)", "(T,1)", "(1,T)", "(12,T)", "(T,12)", "list"],
)
def test_every_accepted_layout_gives_lead_one(layout):
    clips = prepare_clips(layout, 500)
    assert clips.shape == (3, 1, 5000)
    assert clips.dtype == np.float32
    np.testing.assert_array_equal(clips, prepare_clips(X30, 500))


def test_clips_are_z_scored():
    clips = prepare_clips(X30, 500)
    np.testing.assert_allclose(clips.mean(axis=2), 0, atol=1e-5)
    np.testing.assert_allclose(clips.std(axis=2), 1, atol=1e-5)


@pytest.mark.parametrize("shape", [(0,), (3, 5000), (12, 12), (1, 1), (2, 2, 5000), ()])
def test_other_layouts_are_refused(shape):
    with pytest.raises(ShapeError, match=r"shape|axis"):
        prepare_clips(np.zeros(shape), 500)


def test_text_is_refused_as_no_array_of_numbers():
    with pytest.raises(ShapeError, match="not an array of numbers"):
        prepare_clips(["one", "two"], 500)  # pyright: ignore[reportArgumentType]


def test_a_masked_sample_is_a_missing_one():
    masked = np.ma.masked_array(X30, mask=np.zeros(15000, bool))
    masked[5000:5600] = np.ma.masked
    with_nan = X30.copy()
    with_nan[5000:5600] = np.nan
    np.testing.assert_array_equal(prepare_clips(masked, 500), prepare_clips(with_nan, 500))


def test_complex_numbers_are_refused():
    with pytest.raises(ShapeError, match="complex"):
        prepare_clips(X30 + 1j, 500)


@pytest.mark.parametrize("mains_hz", ["fifty", None, 49.9])
def test_a_mains_frequency_that_is_none_is_refused(mains_hz):
    with pytest.raises(VariantError, match="50 and 60"):
        prepare_clips(X30, 500, mains_hz=mains_hz)


def test_a_misspelt_treatment_of_short_strips_is_refused():
    with pytest.raises(VariantError, match="zero-pad"):
        prepare_clips(X30, 500, short="zero-pad")  # pyright: ignore[reportArgumentType]


def test_published_padding_of_next_to_nothing_is_refused():
    with pytest.raises(TooShortError):
        prepare_clips(X30[:10], 20_000, short="zero-pad-published")


@pytest.mark.parametrize(("factor", "hint"), [(1000, "Divide by 1000"), (1e-3, "Multiply by 1000")])
def test_microvolts_and_volts_are_refused(factor: float, hint: str):
    with pytest.raises(UnitsError, match=hint):
        prepare_clips(X30 * factor, 500)


def test_an_electrode_offset_is_not_a_wrong_unit():
    assert prepare_clips(X30 + 300.0, 500).shape == (3, 1, 5000)


def test_more_than_half_missing_is_refused():
    x = X30.copy()
    x[: 15000 * 51 // 100] = np.nan
    with pytest.raises(MissingSamplesError, match="51%"):
        prepare_clips(x, 500)


def test_less_than_ten_seconds_are_refused_unless_published_padding_is_asked_for():
    with pytest.raises(TooShortError, match="10 s"):
        prepare_clips(X30[:4999], 500)
    assert prepare_clips(X30[:4999], 500, short="zero-pad-published").shape == (3, 1, 5000)


@pytest.mark.parametrize(("variant", "mains_hz"), [("pocketk-handheld", 50.0), ("pocketk-handheld-v1", 16.7)])
def test_unknown_variant_or_mains_is_refused(variant: str, mains_hz: float):
    with pytest.raises(VariantError):
        prepare_clips(X30, 500, variant, mains_hz)


def test_a_near_miss_of_a_variant_gets_a_suggestion():
    with pytest.raises(VariantError, match="Did you mean 'ecgfounder-v1'"):
        prepare_clips(X30, 500, "ecgfounder_v1")


@pytest.mark.parametrize(("seconds", "n_clips"), [(10, 1), (19.9, 1), (20, 2), (30, 3), (45, 3)])
def test_a_clean_strip_gives_its_whole_clips_and_never_more_than_three(seconds: float, n_clips: int):
    assert len(prepare_clips(ecg(seconds), 500)) == n_clips


def test_a_gap_splits_the_strip_and_each_side_is_filtered_alone():
    x = ecg(45)
    x[11 * 500 : 11 * 500 + 25] = np.nan
    strip = prepare_strip(x, 500)
    assert strip.start_s == (0.0, 11.05, 21.05)
    np.testing.assert_array_equal(strip.clips[0], prepare_clips(x[: 11 * 500], 500)[0])
    np.testing.assert_array_equal(strip.clips[1:], prepare_clips(x[11 * 500 + 25 :], 500)[:2])


def test_clips_keep_one_second_from_bridged_samples():
    bad = np.zeros(45 * 500, bool)
    bad[12 * 500 : 14 * 500] = True
    strip = prepare_strip(ecg(45), 500, bad=bad)
    assert strip.start_s == (0.0, 15.0, 25.0)


def test_clips_keep_one_second_from_bridged_samples_that_follow():
    bad = np.zeros(45 * 500, bool)
    bad[10 * 500 + 250 : 12 * 500] = True
    assert prepare_strip(ecg(45), 500, bad=bad).start_s == (13.0, 23.0, 33.0)


def test_bad_samples_are_bridged_by_a_straight_line_before_filtering():
    x, bad = ecg(30), np.zeros(15000, bool)
    bad[12 * 500 : 14 * 500] = True
    spiked = x.copy()
    spiked[bad] = 200.0
    straight = x.copy()
    straight[bad] = np.interp(np.flatnonzero(bad), np.flatnonzero(~bad), x[~bad])
    np.testing.assert_allclose(
        prepare_strip(spiked, 500, bad=bad).clips, prepare_strip(straight, 500, bad=bad).clips, atol=1e-6
    )


def test_clips_come_from_the_first_minute_only():
    bad = np.zeros(90 * 500, bool)
    bad[: 56 * 500] = True
    assert prepare_strip(ecg(90), 500, bad=bad).start_s == ()
    bad[45 * 500 :] = False
    assert prepare_strip(ecg(90), 500, bad=bad).start_s == (46.0,)


def test_a_mask_of_another_length_is_refused():
    with pytest.raises(ShapeError, match="mask"):
        prepare_strip(X30, 500, bad=np.zeros(3, bool))


def test_nothing_good_gives_no_clip_and_prepare_clips_says_so():
    x = ecg(30)
    x[5 * 500 :: 9 * 500] = np.nan
    assert len(prepare_strip(x, 500).clips) == 0
    with pytest.raises(TooShortError, match="usable"):
        prepare_clips(x, 500)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_gaps_and_bad_samples_keep_the_contract(data: st.DataObject):
    fs_hz = data.draw(st.sampled_from([125.0, 300.0, 498.3]))
    x = ecg(data.draw(st.integers(10, 70)), fs_hz)
    bad = np.zeros(x.size, bool)
    for mask_of in ("gap", "gap", "bad", "bad"):
        start = data.draw(st.integers(0, x.size - 1))
        stop = min(x.size, start + data.draw(st.integers(0, round(6 * fs_hz))))
        if mask_of == "gap":
            x[start:stop] = np.nan
        else:
            bad[start:stop] = True
    try:
        strip = prepare_strip(x, fs_hz, bad=bad)
    except SignalError:
        return
    assert np.isfinite(strip.clips).all()
    assert list(strip.start_s) == sorted(strip.start_s)
    troubled = bad & np.isfinite(x)
    for start_s in strip.start_s:
        first, last = round(start_s * fs_hz), round((start_s + 10) * fs_hz)
        assert np.isfinite(x[first + 1 : last - 1]).all()
        assert not troubled[round((start_s - 0.98) * fs_hz) if start_s > 0.98 else 0 : last].any() or _other_segment(
            x, troubled, first, fs_hz
        )
        assert start_s + 10 <= 60.01


def _other_segment(x: np.ndarray, troubled: np.ndarray, first: int, fs_hz: float) -> bool:
    """True where the bad samples before a clip lie beyond a gap, in another segment."""
    near = np.flatnonzero(troubled[max(0, first - round(fs_hz)) : first]) + max(0, first - round(fs_hz))
    inside = troubled[first : first + round(10 * fs_hz) - 1].any()
    return not inside and all(np.isnan(x[k:first]).any() for k in near)
