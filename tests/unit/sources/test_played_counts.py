"""A recording turned back into counts: the file's own where they fit, the lead-in mirrored, and the counts file."""

from pathlib import Path

import numpy as np
import pytest

from pocketk_agent.recording_file import NativeCounts, read_recording
from pocketk_agent.sources.counts_file_writer import write_counts_file
from pocketk_agent.sources.played_counts import recording_to_counts
from unit.sources.made_up_strips import FS_HZ, millivolt_strip, native_strip

INT24 = (-(2**23), 2**23 - 1)


def test_native_counts_are_played_unchanged() -> None:
    strip = native_strip(missing=(slice(40, 60),))
    played = recording_to_counts(strip, lead_in_s=0.0)
    assert strip.native is not None
    present = ~strip.missing
    np.testing.assert_array_equal(played.counts[present], strip.native.counts[present])
    np.testing.assert_array_equal(played.missing, strip.missing)
    front_end = played.front_end
    assert (front_end.lsb_mv, front_end.zero_counts, front_end.adc_bits, front_end.fs_hz) == (24e-6, -7, 24, FS_HZ)
    assert (front_end.rail_low_counts, front_end.rail_high_counts) == (-8_000_000, 8_000_000)
    np.testing.assert_allclose(front_end.to_mv(played.counts)[present], strip.ecg_mv[present], atol=1e-9)


@pytest.mark.parametrize(("seconds", "mirrored"), [(2.4, 1250), (30.0, 1250), (1 / 250, 1250), (0.02, 1250)])
def test_the_lead_in_is_the_beginning_mirrored(seconds: float, mirrored: int) -> None:
    """The first recorded sample is the mirror; a short strip goes back and forth."""
    n = round(seconds * FS_HZ)
    strip = native_strip(n, missing=(slice(3, 4),), lead_off=slice(1, 3))
    played = recording_to_counts(strip)
    assert played.lead_in_samples == mirrored
    assert len(played.counts) == len(played.missing) == len(played.lead_off) == mirrored + n
    period = max(1, 2 * (n - 1))
    for back in {0, 1, 2, 3, 4, min(n, mirrored), 777, mirrored}:
        place = back % period
        source = mirrored + min(place, period - place)
        assert played.counts[mirrored - back] == played.counts[source]
        assert played.missing[mirrored - back] == played.missing[source]
        assert played.lead_off[mirrored - back] == played.lead_off[source]


def test_millivolts_become_tenths_of_microvolts() -> None:
    ecg_mv = np.array([0.0, 0.00012, -1.23456789, 838.8, np.nan, -838.8])
    played = recording_to_counts(millivolt_strip(ecg_mv), lead_in_s=0.0)
    assert played.counts.tolist() == [0, 1, -12346, 8_388_000, 0, -8_388_000]
    assert played.missing.tolist() == [False] * 4 + [True, False]
    assert (played.front_end.lsb_mv, played.front_end.zero_counts) == (1e-4, 0)
    assert (played.front_end.rail_low_counts, played.front_end.rail_high_counts) == INT24


def test_volts_become_steps_of_two_microvolts() -> None:
    played = recording_to_counts(millivolt_strip(np.array([0.1, -9999.0, 9999.0])), lead_in_s=0.0)
    assert played.counts.tolist() == [50, -4_999_500, 4_999_500]
    assert played.front_end.lsb_mv == 2e-3


@pytest.mark.parametrize(
    ("native", "why"),
    [
        (NativeCounts(np.array([5, -100, 200], np.int32), -0.001, 10.0, -128, 127, 8), "a negative step"),
        (NativeCounts(np.array([5, -100, 2**24], np.int32), 1e-7, 10.0), "more than 24 bits"),
        (NativeCounts(np.array([5, -100, 200], np.int32), 1e-7, 10.0), "a step below 1 nV"),
        (NativeCounts(np.array([5, -100, 200], np.int32), 4.5, 10.0), "a step above 4.3 mV"),
        (NativeCounts(np.array([5, -100, 200], np.int32), 1e-6, -9e8), "a zero beyond 24 bits"),
        (NativeCounts(np.array([5, -100, 200], np.int32), 1e-3, 10.0, 300, 300), "rails that meet"),
    ],
)
def test_counts_that_the_wire_cannot_carry_are_quantised_anew(native: NativeCounts, why: str) -> None:
    strip = millivolt_strip(native.to_mv(), native=native)
    played = recording_to_counts(strip, lead_in_s=0.0)
    step = played.front_end.lsb_mv
    assert step in (1e-4, 2e-3), why
    np.testing.assert_allclose(played.front_end.to_mv(played.counts), strip.ecg_mv, atol=step / 2 * 1.001)


def test_saturation_survives_quantising_anew() -> None:
    native = NativeCounts(np.array([-128, 0, 127, 5], np.int32), -0.01, 0.0, -128, 127, 8)
    played = recording_to_counts(millivolt_strip(native.to_mv(), native=native), lead_in_s=0.0)
    assert played.front_end.at_rail(played.counts).tolist() == [True, False, True, False]


def test_a_zero_between_two_counts_moves_by_less_than_one() -> None:
    strip = native_strip(zero_counts=-7.5)
    played = recording_to_counts(strip, lead_in_s=0.0)
    assert np.abs(played.front_end.to_mv(played.counts) - strip.ecg_mv).max() <= 24e-6 / 2 * 1.001


def test_a_negative_lead_in_is_refused() -> None:
    with pytest.raises(ValueError, match="lead_in_s"):
        recording_to_counts(native_strip(), lead_in_s=-1.0)


def test_the_counts_file_holds_what_is_played(tmp_path: Path) -> None:
    strip = native_strip(missing=(slice(40, 60), slice(590, 600)), lead_off=slice(55, 90))
    path = tmp_path / "a.counts"
    played = write_counts_file(path, strip, lead_in_s=1.0, serial="SN 7")
    again = read_recording(path)
    assert again.native is not None
    np.testing.assert_array_equal(again.native.counts, played.counts)
    np.testing.assert_array_equal(again.missing, played.missing)
    np.testing.assert_array_equal(again.lead_off, played.lead_off)
    assert played.front_end.serial == "SN 7"
    assert recording_to_counts(again, lead_in_s=0.0, serial="SN 7").front_end == played.front_end


def test_a_serial_number_that_the_wire_cannot_carry_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="serial"):
        write_counts_file(tmp_path / "a.counts", native_strip(), serial="N\u00b0 7")
    assert not (tmp_path / "a.counts").exists()
