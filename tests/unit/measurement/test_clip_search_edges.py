"""The search for clips at its edges; what preprocessing offers and what the gate says is given here."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from pocketk_agent.measurement import clip_search
from pocketk_agent.measurement.clip_search import FoundClips, Reasons, find_clips, is_conclusive
from pocketk_agent.measurement.strip import Strip
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.signal.errors import MissingSamplesError, ShapeError, UnitsError
from pocketk_agent.signal.preparation import PreparedStrip
from pocketk_agent.signal.variant import find_variant

VARIANT = find_variant("pocketk-handheld-v1")
FS_HZ = 100.0
MOTION: Reasons = (QualityReason.MOTION,)
PACED: Reasons = (QualityReason.PACED,)


@dataclass
class Stages:
    """Preparation and gate of a strip whose every sample holds its own time, so that a piece says where it begins.

    Attributes:
        offers: where the clips lie that preparation offers of what begins at a second, in seconds from there.
        verdicts: of the gate on the clip that begins at a second; the others are good.
        prepared: the parts that preparation was asked for, first second and last.
        masks: what was said to be bad in each of them.
        judged: the seconds at which judged clips begin.
    """

    offers: dict[float, tuple[float, ...] | Exception]
    verdicts: dict[float, Reasons] = field(default_factory=dict)
    prepared: list[tuple[float, float]] = field(default_factory=list)
    masks: list[np.ndarray] = field(default_factory=list)
    judged: list[float] = field(default_factory=list)

    def prepare(self, x_mv, fs_hz, variant, mains_hz, bad) -> PreparedStrip:
        """Offer what was named for a part that begins there; nothing where nothing was."""
        at = round(float(x_mv[0]), 2)
        assert (fs_hz, variant, mains_hz) == (FS_HZ, VARIANT.id, 60.0)
        self.prepared.append((at, round(float(x_mv[-1]) + 1 / fs_hz, 2)))
        self.masks.append(bad)
        assert bad.shape == x_mv.shape
        offered = self.offers.get(at, ())
        if isinstance(offered, Exception):
            raise offered
        clips = np.array([np.full((1, VARIANT.clip_samples), at + start_s) for start_s in offered], np.float32)
        return PreparedStrip(clips, offered, 60.0, variant)

    def judge(self, piece, fs_hz, mains_hz) -> Reasons:
        """Say what was named of the clip that begins there."""
        assert (fs_hz, mains_hz) == (FS_HZ, 60.0)
        assert piece.size == 1000
        at = round(float(piece[~np.isnan(piece)][0]), 2)
        self.judged.append(at)
        return self.verdicts.get(at, ())


def strip_of(seconds: float, **more) -> Strip:
    return Strip(np.arange(round(seconds * FS_HZ)) / FS_HZ, FS_HZ, mains_hz=60.0, **more)


@pytest.fixture
def search(monkeypatch):
    """Search a strip with these stages."""

    def searched(stages: Stages, strip: Strip) -> FoundClips:
        monkeypatch.setattr(clip_search, "prepare_strip", stages.prepare)
        monkeypatch.setattr(clip_search, "judge_clip", stages.judge)
        return find_clips(strip, VARIANT.id)

    return searched


def origin_s(found: FoundClips) -> list[float]:
    """Where each clip came from, as its samples say."""
    return [round(float(clip[0, 0]), 2) for clip in found.clips]


# --- what is offered ---


def test_what_is_offered_and_good_is_the_answer(search):
    stages = Stages({0: (0.0, 10.0, 20.0)})
    found = search(stages, strip_of(70))
    assert found.start_s == (0.0, 10.0, 20.0)
    assert origin_s(found) == [0.0, 10.0, 20.0]
    assert found.clips.shape == (3, 1, VARIANT.clip_samples)
    assert found.verdicts == ((), (), ())
    assert stages.prepared == [(0.0, 70.0)]  # the whole strip, as any recording is prepared


def test_where_nothing_is_offered_nothing_is_found(search):
    stages = Stages({})
    found = search(stages, strip_of(30))
    assert (found.start_s, found.verdicts, stages.judged) == ((), (), [])
    assert found.clips.shape == (0, 1, VARIANT.clip_samples)
    assert found.clips.dtype == np.float32


def test_fewer_clips_than_a_measurement_has_are_no_reason_to_look_again(search):
    stages = Stages({0: (0.0, 12.5)})
    assert search(stages, strip_of(60)).start_s == (0.0, 12.5)
    assert len(stages.prepared) == 1


def test_a_clip_is_judged_where_it_lies_to_the_nearest_sample(search):
    stages = Stages({0: (1.0, 11.004, 21.006)})
    found = search(stages, strip_of(60))
    assert stages.judged == [1.0, 11.0, 21.01]
    assert found.start_s == (1.0, 11.004, 21.006)


def test_an_unknown_variant_is_refused():
    with pytest.raises(ValueError, match="variant"):
        find_clips(strip_of(30), "no-such-variant")


# --- after a refusal ---


def test_after_a_refused_clip_the_next_good_second_begins_a_recording_of_its_own(search):
    verdicts = {10.0: MOTION, 11.0: MOTION, 12.0: MOTION}
    stages = Stages({0: (0.0, 10.0, 20.0), 13.0: (0.5, 10.5)}, verdicts)
    found = search(stages, strip_of(70))
    assert stages.prepared == [(0.0, 70.0), (13.0, 60.0)]  # of the first minute only
    assert found.start_s == (0.0, 13.5, 23.5)
    assert origin_s(found) == [0.0, 13.5, 23.5]
    assert found.verdicts == ((), MOTION, (), ())
    assert stages.judged == [0.0, 10.0, 11.0, 12.0, 13.0, 13.5, 23.5]


def test_no_more_clips_are_judged_than_a_measurement_has(search):
    stages = Stages({0: (0.0, 10.0, 20.0), 11.0: (0.0, 10.0, 20.0)}, {10.0: MOTION})
    found = search(stages, strip_of(60))
    assert found.start_s == (0.0, 11.0, 21.0)
    assert found.verdicts == ((), MOTION, (), ())
    assert 31.0 not in stages.judged


def test_a_clip_that_is_refused_again_after_preparation_moved_it_is_left_behind(search):
    stages = Stages({0: (0.0,), 1.0: (3.0,), 5.0: (0.0,)}, {0.0: MOTION, 4.0: MOTION})
    found = search(stages, strip_of(60))
    assert [at for at, _ in stages.prepared] == [0.0, 1.0, 5.0]
    assert found.start_s == (5.0,)
    assert found.verdicts == (MOTION, MOTION, ())


def test_a_second_at_which_contact_is_bad_begins_nothing(search):
    unsettled = np.zeros(6000, bool)
    unsettled[[1100, 1200]] = True
    stages = Stages({0: (0.0, 10.0), 13.0: (0.0,)}, {10.0: MOTION})
    found = search(stages, strip_of(60, unsettled=unsettled))
    assert found.start_s == (0.0, 13.0)
    assert stages.judged == [0.0, 10.0, 13.0]


@pytest.mark.parametrize(("seconds", "last"), [(60.0, 50.0), (70.0, 50.0), (25.0, 15.0), (25.4, 15.0), (15.99, 5.0)])
def test_the_last_start_leaves_room_for_a_whole_clip_within_the_first_minute(search, seconds: float, last: float):
    stages = Stages({0: (0.0,), last: (0.0,)}, {float(k): MOTION for k in range(60) if k != last})
    found = search(stages, strip_of(seconds))
    assert found.start_s == (last,)
    stages = Stages({0: (0.0,)}, {float(k): MOTION for k in range(60)})
    assert search(stages, strip_of(seconds)).start_s == ()
    assert max(stages.judged) == last


@pytest.mark.parametrize("error", [MissingSamplesError("mostly missing"), UnitsError("volts")])
def test_a_remainder_that_cannot_be_prepared_holds_nothing_more(search, error: Exception):
    stages = Stages({0: (0.0, 10.0), 11.0: error}, {10.0: MOTION})
    found = search(stages, strip_of(60))
    assert found.start_s == (0.0,)
    assert found.verdicts == ((), MOTION)


@pytest.mark.parametrize("error", [MissingSamplesError("mostly missing"), UnitsError("volts")])
def test_a_strip_that_cannot_be_prepared_is_an_error(search, error: Exception):
    with pytest.raises(type(error), match=str(error)):
        search(Stages({0: error}), strip_of(60))


def test_any_other_error_of_a_remainder_is_one(search):
    with pytest.raises(ShapeError, match="broken"):
        search(Stages({0: (0.0,), 1.0: ShapeError("broken")}, {0.0: MOTION}), strip_of(60))


# --- refused for good ---


def test_a_clip_that_is_refused_for_good_takes_the_place_of_another(search):
    stages = Stages({0: (0.0, 10.0, 20.0)}, {10.0: PACED})
    found = search(stages, strip_of(60))
    assert found.start_s == (0.0, 20.0)
    assert found.verdicts == ((), PACED, ())
    assert len(stages.prepared) == 1


def test_three_clips_that_are_refused_for_good_end_the_search(search):
    stages = Stages({0: (0.0, 10.0, 20.0), 1.0: (0.0, 10.0, 20.0)}, {0.0: MOTION, 1.0: PACED, 11.0: PACED, 21.0: PACED})
    found = search(stages, strip_of(60))
    assert found.start_s == ()
    assert found.verdicts == (MOTION, PACED, PACED, PACED)
    assert found.clips.shape == (0, 1, VARIANT.clip_samples)


def test_a_second_that_is_refused_for_good_says_something_and_begins_a_recording(search):
    stages = Stages({0: (0.0,), 2.0: (0.0, 10.0)}, {0.0: MOTION, 1.0: MOTION, 2.0: PACED})
    found = search(stages, strip_of(60))
    assert found.start_s == (12.0,)
    assert found.verdicts == (MOTION, PACED, ())


@pytest.mark.parametrize(
    ("reasons", "conclusive"),
    [((), False), (PACED, True), (MOTION, False), (PACED + MOTION, False), (MOTION + PACED, False)],
)
def test_a_refusal_is_for_good_where_no_reason_would_be_gone_another_time(reasons: Reasons, conclusive: bool):
    assert is_conclusive(reasons) is conclusive


# --- what is remembered, and what is bad ---


def test_what_was_judged_before_is_not_judged_again(search):
    stages = Stages({0: (0.0, 10.0, 20.0)})
    verdicts = {0: MOTION, 100: MOTION, 200: ()}
    strip = strip_of(60, verdicts=verdicts)
    stages.offers[2.0] = (0.0, 10.0)
    assert search(stages, strip).start_s == (2.0, 12.0)
    assert stages.judged == [12.0]
    assert strip.verdicts == {**verdicts, 1200: ()}


def test_a_clip_with_a_gap_is_judged_anew_since_a_late_block_may_fill_it(search):
    x = strip_of(60).ecg_mv.copy()
    x[1500] = np.nan
    strip = Strip(x, FS_HZ, mains_hz=60.0)
    search(Stages({0: (0.0, 10.0, 20.0)}), strip)
    assert strip.verdicts == {0: (), 2000: ()}


def test_what_is_bad_is_what_the_flags_say_and_what_had_not_settled(search):
    off, rail, unsettled = (np.zeros(6000, bool) for _ in range(3))
    off[5000:5010], rail[5100:5110], unsettled[5200:5210] = True, True, True
    strip = strip_of(60, lead_off=off, saturated=rail, unsettled=unsettled)
    stages = Stages({0: (0.0,), 1.0: ()}, {0.0: MOTION})
    found = search(stages, strip)
    np.testing.assert_array_equal(stages.masks[0], off | rail | unsettled)
    np.testing.assert_array_equal(stages.masks[1], (off | rail | unsettled)[100:])
    np.testing.assert_array_equal(found.flags.lead_off, off)
    np.testing.assert_array_equal(found.flags.saturated, rail)
    np.testing.assert_array_equal(found.flags.bad, off | rail)


def test_where_contact_is_not_followed_only_the_flags_are_bad(search):
    off = np.zeros(6000, bool)
    off[5000:5010] = True
    stages = Stages({0: (0.0,)})
    search(stages, strip_of(60, lead_off=off))
    np.testing.assert_array_equal(stages.masks[0], off)
