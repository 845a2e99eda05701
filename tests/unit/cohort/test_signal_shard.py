"""Strips go into shards and come back sample by sample."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.manifest_row import ManifestRow
from pocketk.cohort.signal_shard import read_signal, shard_name, write_shard

STRIPS = st.lists(arrays(np.float32, st.integers(1, 40), elements=st.floats(-5, 5, width=32)), min_size=1, max_size=6)


@given(strips=STRIPS)
def test_every_strip_comes_back_bit_for_bit(tmp_path_factory: pytest.TempPathFactory, strips: list[np.ndarray]) -> None:
    folder = tmp_path_factory.mktemp("cohort")
    for strip, at in zip(strips, write_shard(folder / shard_name(3), strips), strict=True):
        row = ManifestRow("r", "p", shard_name(3), at.offset, at.n_samples, 500.0)
        np.testing.assert_array_equal(read_signal(folder, row), strip)


def test_a_missing_sample_stays_missing(tmp_path: Path) -> None:
    strip = np.array([0.5, np.nan, -0.5])
    (at,) = write_shard(tmp_path / shard_name(0), [strip])
    row = ManifestRow("r", "p", shard_name(0), at.offset, at.n_samples, 500.0)
    np.testing.assert_array_equal(read_signal(tmp_path, row), strip.astype(np.float32))


@pytest.mark.parametrize("strips", [[], [np.zeros(0)], [np.zeros((2, 2))]])
def test_what_is_no_strip_is_refused(tmp_path: Path, strips: list[np.ndarray]) -> None:
    with pytest.raises(ValueError, match="A shard needs"):
        write_shard(tmp_path / shard_name(0), strips)


def test_a_recording_of_its_own_is_read_at_the_rows_rate_and_part(tmp_path: Path) -> None:
    np.save(tmp_path / "strip.npy", np.arange(1000) / 1000)
    row = ManifestRow("r", "p", "strip.npy", 10, 5, 250.0, lead="unknown")
    np.testing.assert_allclose(read_signal(tmp_path, row), np.arange(10, 15) / 1000, rtol=1e-6)


def test_a_shard_that_was_cut_or_lost_is_said_to_be_so(tmp_path: Path) -> None:
    row = ManifestRow("r", "p", shard_name(0), 0, 10, 500.0)
    with pytest.raises(CohortError, match="absent or damaged"):
        read_signal(tmp_path, row)
    write_shard(tmp_path / shard_name(0), [np.zeros(9)])
    with pytest.raises(CohortError, match="manifest says 10"):
        read_signal(tmp_path, row)


def test_pairs_without_waveforms_say_so_when_read(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="without waveforms"):
        read_signal(tmp_path, replace(ManifestRow("r", "p", "a.hea", 0, 1, 500.0), n_samples=0))
