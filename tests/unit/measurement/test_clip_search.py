"""Which clips are scored: the earliest ones that preprocessing offers and the gate accepts."""

import numpy as np
import pytest

from generated_ecg import ecg_mv
from pocketk_agent.measurement import clip_search
from pocketk_agent.measurement.clip_search import find_clips
from pocketk_agent.measurement.scoring import enough_clips
from pocketk_agent.measurement.strip import Strip
from pocketk_agent.quality.gate import judge_clip
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.signal.errors import MissingSamplesError, ShapeError
from pocketk_agent.signal.preparation import prepare_strip

VARIANT = "pocketk-handheld-v1"
FS_HZ = 500.0


def noisy(seconds: float, *stretches: tuple[float, float]) -> np.ndarray:
    x, rng = ecg_mv(seconds), np.random.default_rng(1)
    for start_s, stop_s in stretches:
        here = slice(round(start_s * FS_HZ), round(stop_s * FS_HZ))
        x[here] += rng.normal(0, 1.5, x[here].size)
    return x


def test_a_clean_strip_gives_exactly_what_preprocessing_gives():
    x = ecg_mv(34)
    found = find_clips(Strip(x, FS_HZ), VARIANT)
    prepared = prepare_strip(x, FS_HZ, VARIANT)
    np.testing.assert_array_equal(found.clips, prepared.clips)
    assert found.start_s == prepared.start_s == (0.0, 10.0, 20.0)
    assert found.verdicts == ((), (), ())


def test_a_movement_costs_the_clips_that_it_touches_and_no_other():
    x = noisy(60, (13, 15))
    found = find_clips(Strip(x, FS_HZ), VARIANT)
    assert found.start_s[0] == 0.0
    assert 13.0 <= found.start_s[1] <= 16.0
    assert found.start_s[2] == found.start_s[1] + 10.0
    assert {r for reasons in found.verdicts for r in reasons} & {QualityReason.MUSCLE_NOISE, QualityReason.MOTION}


def test_every_clip_that_is_returned_passes_the_gate():
    x = noisy(60, (3, 5), (17, 18), (33, 36))
    for start_s in find_clips(Strip(x, FS_HZ), VARIANT).start_s:
        assert judge_clip(x[round(start_s * FS_HZ) :][:5000], FS_HZ) == ()


def test_nothing_is_taken_from_after_the_first_minute():
    assert find_clips(Strip(noisy(90, (0, 52)), FS_HZ), VARIANT).start_s == ()


def test_no_clip_comes_from_contact_that_has_not_settled():
    unsettled = np.zeros(30_000, bool)
    unsettled[: 8 * 500] = True
    found = find_clips(Strip(ecg_mv(60), FS_HZ, unsettled=unsettled), VARIANT)
    assert found.start_s == (9.0, 19.0, 29.0)  # one second clear of it


def test_a_mask_of_another_length_is_refused():
    with pytest.raises(ShapeError, match="mask"):
        Strip(ecg_mv(10), FS_HZ, unsettled=np.zeros(7, bool))


def test_a_strip_that_is_mostly_missing_is_an_error_and_a_remainder_is_not():
    x = noisy(60, (0, 12))
    x[12 * 500 :] = np.nan
    with pytest.raises(MissingSamplesError):
        find_clips(Strip(x, FS_HZ), VARIANT)
    x = noisy(60, (0, 31))
    x[31 * 500 :] = np.nan
    x[31 * 500 + 1 :: 2] = 0.0
    assert find_clips(Strip(x, FS_HZ), VARIANT).start_s == ()


@pytest.mark.parametrize(("stretches", "enough"), [((), True), (((12.0, 14.0),), False)])
def test_thirty_seconds_are_enough_only_when_all_of_them_are_good(stretches, enough: bool):
    said, why = enough_clips(Strip(noisy(30, *stretches), FS_HZ), VARIANT)
    assert said is enough
    assert bool(why) is not enough


def test_a_recording_that_grows_is_judged_once(monkeypatch):
    asked: list[int] = []

    def counted(piece, _fs_hz, _mains_hz):
        asked.append(piece.size)
        return judge_clip(piece, FS_HZ)

    monkeypatch.setattr(clip_search, "judge_clip", counted)
    x, shared = noisy(40, (12, 14)), Strip(noisy(1), FS_HZ).verdicts
    grown = [find_clips(Strip(x[: seconds * 500], FS_HZ, verdicts=shared), VARIANT) for seconds in range(30, 41)]
    assert len(asked) == len(shared)
    assert grown[-1].start_s == find_clips(Strip(x, FS_HZ), VARIANT).start_s
