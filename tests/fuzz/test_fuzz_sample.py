"""A sample of `make fuzz` without atheris: sound inputs changed at random places; nothing undocumented comes out."""

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))  # fuzz_one runs as a script beside it
from fuzz_all import FULL_TIME, share_out
from fuzz_targets import TARGETS, FuzzTarget

EXAMPLES = 60
PIECES = [b"{", b"[" * 8, b"null", b"1e999", b"\xff\xd8"]


@st.composite
def changed(draw: st.DrawFn, target: FuzzTarget) -> bytes:
    """A seed with up to four stretches cut, replaced, doubled or put in."""
    data = bytearray(draw(st.sampled_from(target.seeds())))
    pieces = st.one_of(st.binary(max_size=8), st.sampled_from(PIECES))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 8))
        data[start : start + length] = draw(pieces)
    return bytes(data[: target.longest])


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_changed_input_is_refused_in_documented_words_or_means_what_it_says(name: str, data: st.DataObject):
    TARGETS[name].run(data.draw(changed(TARGETS[name])))


@pytest.mark.parametrize(
    "name", ["archive", "unpack", "manifest", "signature", "keys", "trust", "golden-array", "calibration"]
)
def test_every_seed_is_sound_so_that_fuzzing_starts_inside(name: str):
    accepted = [TARGETS[name].run(seed) for seed in TARGETS[name].seeds()]
    assert any(accepted)


def test_a_target_that_is_not_there_is_named_with_those_that_are():
    from fuzz_targets import find_target

    with pytest.raises(SystemExit, match="archive, unpack"):
        find_target("bundle")


def test_verify_and_the_reader_of_archives_get_the_whole_time_and_the_others_share_half_of_it():
    shares = share_out(120, TARGETS)
    assert set(shares) == set(TARGETS)
    assert {shares[name] for name in ("archive", "verify")} == {120}
    assert 50 <= sum(seconds for name, seconds in shares.items() if name not in FULL_TIME) <= 60
