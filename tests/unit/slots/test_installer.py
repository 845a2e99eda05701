"""An installation in pieces: what is asked for next, what is taken again, and what is written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chip_bundles import chip_bundle
from pocketk_firmware.slots.manifest import MOST_FILE_BYTES, MOST_MANIFEST_BYTES
from pocketk_firmware.slots.slot_error import FILES, TRANSFER, SlotError
from pocketk_firmware.slots.slot_state import STATE_NAME
from slot_bench import Bench, refused

BUNDLE = chip_bundle("1.0.0")


@pytest.fixture
def bench() -> Bench:
    return Bench()


# --- the whole way ---


def test_a_signed_bundle_runs_on_trial_after_the_next_start(bench: Bench) -> None:
    BUNDLE.put_into(bench.installer)
    started = bench.table.start()
    assert (started.slot, started.trial, started.record.bundle) == ("a", True, "pocketk-nano 1.0.0")


def test_the_slot_holds_the_very_bytes(bench: Bench) -> None:
    BUNDLE.put_into(bench.installer)
    held = {name: content for name, content in bench.store.files.items() if name != STATE_NAME}
    assert held == {
        "a/manifest.json": BUNDLE.manifest,
        "a/SIGNATURE": BUNDLE.signature,
        **{f"a/{name}": content for name, content in BUNDLE.files.items()},
    }


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 600))
def test_pieces_may_have_any_size(size: int) -> None:
    bench = Bench()
    BUNDLE.put_into(bench.installer, size)
    assert bench.table.start().slot == "a"


def test_each_piece_is_answered_with_the_next_offset(bench: Bench) -> None:
    bench.installer.begin()
    for transfer, offset, total, data in BUNDLE.pieces():
        assert bench.installer.take(transfer, offset, total, data) == offset + len(data)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 12), max_size=12))
def test_pieces_that_come_again_are_acknowledged_again_and_written_once(again: list[int]) -> None:
    bench = Bench()
    pieces = list(BUNDLE.pieces(300))
    bench.installer.begin()
    for number, piece in enumerate(pieces):
        expected = bench.installer.take(*piece)
        for back in again:
            if back <= number:
                old = pieces[number - back]
                answer = bench.installer.take(*old)
                assert answer == expected if old[0] == piece[0] else answer == old[2]
    bench.installer.commit()
    assert bench.table.start().slot == "a"


def test_committing_twice_is_committing_once(bench: Bench) -> None:
    BUNDLE.put_into(bench.installer)
    before = dict(bench.store.files)
    bench.installer.commit()
    assert bench.store.files == before


def test_beginning_again_begins_anew(bench: Bench) -> None:
    bench.installer.begin()
    for piece in list(BUNDLE.pieces())[:-1]:
        bench.installer.take(*piece)
    BUNDLE.put_into(bench.installer)
    assert bench.table.start().slot == "a"


# --- order ---


def test_nothing_is_taken_before_it_begins(bench: Bench) -> None:
    assert refused(bench.installer.take, 0, 0, 10, b"x") == TRANSFER
    assert refused(bench.installer.commit) == TRANSFER


def test_a_file_is_not_taken_before_the_signature(bench: Bench) -> None:
    bench.installer.begin()
    assert refused(bench.installer.take, 2, 0, 10, b"x") == TRANSFER
    assert bench.store.names() == []


def test_a_gap_is_refused_and_the_offset_wanted_is_said(bench: Bench) -> None:
    bench.installer.begin()
    bench.installer.take(0, 0, len(BUNDLE.manifest), BUNDLE.manifest[:10])
    with pytest.raises(SlotError, match="offset 10 is wanted"):
        bench.installer.take(0, 20, len(BUNDLE.manifest), BUNDLE.manifest[20:30])
    assert bench.installer.take(0, 10, len(BUNDLE.manifest), BUNDLE.manifest[10:20]) == 20


def test_a_piece_that_lies_over_the_end_of_what_was_taken_is_refused(bench: Bench) -> None:
    bench.installer.begin()
    bench.installer.take(0, 0, len(BUNDLE.manifest), BUNDLE.manifest[:10])
    assert refused(bench.installer.take, 0, 5, len(BUNDLE.manifest), BUNDLE.manifest[5:15]) == TRANSFER


def test_another_size_in_the_middle_ends_the_installation(bench: Bench) -> None:
    bench.installer.begin()
    bench.installer.take(0, 0, 100, b"x")
    assert refused(bench.installer.take, 0, 1, 101, b"x") == FILES
    assert not bench.installer.busy


def test_a_piece_behind_the_end_ends_the_installation(bench: Bench) -> None:
    bench.installer.begin()
    assert refused(bench.installer.take, 0, 0, 10, b"x" * 11) == FILES


def test_a_transfer_after_the_last_is_refused(bench: Bench) -> None:
    bench.installer.begin()
    for piece in BUNDLE.pieces():
        bench.installer.take(*piece)
    assert refused(bench.installer.take, 4, 0, 10, b"x") == TRANSFER
    bench.installer.commit()


def test_committing_too_soon_is_refused_and_may_be_made_good(bench: Bench) -> None:
    bench.installer.begin()
    for piece in list(BUNDLE.pieces()):
        assert refused(bench.installer.commit) == TRANSFER
        bench.installer.take(*piece)
    bench.installer.commit()


@pytest.mark.parametrize(("transfer", "total"), [(0, 0), (0, MOST_MANIFEST_BYTES + 1), (0, 1 << 32)])
def test_a_size_that_cannot_be_is_refused(bench: Bench, transfer: int, total: int) -> None:
    bench.installer.begin()
    assert refused(bench.installer.take, transfer, 0, total, b"x") == FILES


def test_a_file_that_is_too_large_is_refused_before_it_is_written(bench: Bench) -> None:
    bench.installer.begin()
    for piece in BUNDLE.pieces():
        if piece[0] < 2:
            bench.installer.take(*piece)
    assert refused(bench.installer.take, 2, 0, MOST_FILE_BYTES + 1, b"x") == FILES
    assert "a/golden.mcu" not in bench.store.files
