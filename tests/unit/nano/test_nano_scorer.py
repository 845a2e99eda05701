"""Counts in blocks of any size give the output of the window that begins a second after the first sample."""

from array import array
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from example_nano import random_network
from nano_windows import SAMPLES, stated, windows
from pocketk.export.mcu.mcu_writer import write_mcu
from pocketk_agent.nano.nano_chain import run_nano_chain
from pocketk_agent.nano.nano_network import run_nano_network
from pocketk_firmware.nano.mcu_file import McuError, McuFile
from pocketk_firmware.nano.scorer import BLOCK_SAMPLES, Scorer

HANDHELD = stated(48_080, 24)
NETWORK = random_network(np.random.default_rng(1), 250, 0.12)
FILE = McuFile(write_mcu(NETWORK))


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32), sizes=st.lists(st.integers(1, BLOCK_SAMPLES), min_size=1, max_size=6))
def test_it_scores_the_window_after_the_first_second(seed: int, sizes: list[int]) -> None:
    counts = windows(np.random.default_rng(seed), 1, 48_080, 24)
    steps = run_nano_chain(counts, HANDHELD, 50).steps[:, 125 : 125 + 250]
    expected = run_nano_network(FILE, steps)[0].tolist()
    scorer = Scorer(HANDHELD, 50, FILE)
    for _ in range(2):  # after a reset as before
        scorer.reset()
        taken = 0
        while not scorer.complete:
            n = min(sizes[taken % len(sizes)], SAMPLES - taken)
            scorer.take(array("i", counts[0, taken : taken + n].tolist()), n)
            taken += n
        assert 4 * 375 <= taken < 4 * 375 + BLOCK_SAMPLES
        assert [scorer.stream.output_steps(i) for i in range(3)] == expected
        scorer.take(array("i", [0] * 9), 9)  # too late to change anything
        assert [scorer.output(i) for i in range(3)] == pytest.approx(
            [one * scale for one, (scale, _) in zip(expected, FILE.outputs, strict=True)]
        )


def test_there_is_no_output_before_the_window_s_end() -> None:
    scorer = Scorer(HANDHELD, 50, FILE)
    scorer.take(array("i", [0] * 50), 50)
    assert not scorer.complete
    with pytest.raises(ValueError, match="still lacks 250 frames"):
        scorer.output(0)


@pytest.mark.parametrize("n", [-1, BLOCK_SAMPLES + 1])
def test_a_block_that_is_too_long_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match="at most 100 samples"):
        Scorer(HANDHELD, 50, FILE).take(array("i", [0] * 200), n)


@pytest.mark.parametrize("changes", [{"variant": "pocketk-other"}, {"input_nanovolts": 16_000}])
def test_a_network_for_another_input_is_refused(changes: dict) -> None:
    file = McuFile(write_mcu(replace(NETWORK, **changes)))
    with pytest.raises(McuError, match="not pocketk-nano-v1 at 20 uV"):
        Scorer(HANDHELD, 50, file)
