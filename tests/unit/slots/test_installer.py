"""An installation in pieces: what is asked for next, what is refused, and when anything is written."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chip_bundles import STRANGER, VENDOR, ChipBundle, chip_bundle, chip_manifest, raw_key, signature_of
from faulty_stores import FaultyStore
from pocketk_firmware.slots.installer import Installer
from pocketk_firmware.slots.manifest import MOST_FILE_BYTES, MOST_MANIFEST_BYTES
from pocketk_firmware.slots.signer_trust import SignerTrust
from pocketk_firmware.slots.slot_error import (
    EXPIRED,
    FILES,
    FULL,
    HASH,
    MANIFEST,
    OLDER,
    SIGNATURE,
    SIGNER,
    TRANSFER,
    SlotError,
)
from pocketk_firmware.slots.slot_files import SlotFiles
from pocketk_firmware.slots.slot_state import STATE_NAME, read_state
from pocketk_firmware.slots.slot_table import SlotTable
from pocketk_firmware.slots.store import MemoryStore

BUNDLE = chip_bundle("1.0.0")
KEY = raw_key(VENDOR)


class Bench:
    """A chip with an installer."""

    def __init__(self, store: MemoryStore | None = None, now: str = "") -> None:
        self.store = store or MemoryStore()
        self.table = SlotTable(self.store, SlotFiles(self.store).check)
        self.installer = Installer(self.store, self.table, SignerTrust([KEY]), clock=lambda: now)

    def good(self, bundle: ChipBundle) -> "Bench":
        bundle.put_into(self.installer)
        self.table.start()
        self.table.mark_good()
        return self

    def refuses(self, bundle: ChipBundle) -> str:
        with pytest.raises(SlotError) as caught:
            bundle.put_into(self.installer)
        return caught.value.reason_id


@pytest.fixture
def bench() -> Bench:
    return Bench()


def resigned(bundle: ChipBundle, **fields) -> ChipBundle:
    raw = chip_manifest(bundle.files, **fields).to_json().encode()
    return ChipBundle(raw, signature_of(raw), bundle.files)


def refused(work, *arguments: object) -> str:
    with pytest.raises(SlotError) as caught:
        work(*arguments)
    return caught.value.reason_id


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


# --- what is wrong with a bundle ---


def test_a_stranger_is_refused_and_nothing_of_it_is_written(bench: Bench) -> None:
    assert bench.refuses(chip_bundle(signer=STRANGER)) == SIGNER
    assert bench.store.names() == []


def test_a_changed_manifest_is_refused_and_nothing_of_it_is_written(bench: Bench) -> None:
    assert bench.refuses(replace(BUNDLE, manifest=BUNDLE.manifest.replace(b"Tests.", b"Tricks"))) == SIGNATURE
    assert bench.store.names() == []


@pytest.mark.parametrize("name", ["golden.mcu", "model.mcu"])
def test_a_changed_file_is_refused(bench: Bench, name: str) -> None:
    files = BUNDLE.files | {name: BUNDLE.files[name][:-1] + b"\xff"}
    assert bench.refuses(replace(BUNDLE, files=files)) == HASH


def test_a_shorter_file_is_refused(bench: Bench) -> None:
    assert bench.refuses(replace(BUNDLE, files=BUNDLE.files | {"model.mcu": BUNDLE.files["model.mcu"][:-1]})) == HASH


def test_a_signed_manifest_of_another_form_is_refused(bench: Bench) -> None:
    raw = BUNDLE.manifest + b"\n"
    assert bench.refuses(replace(BUNDLE, manifest=raw, signature=signature_of(raw))) == MANIFEST


def test_an_older_version_is_refused_before_its_files_are_sent(bench: Bench) -> None:
    bench.good(chip_bundle("2.0.0"))
    bench.installer.begin()
    pieces = [piece for piece in chip_bundle("1.9.9").pieces() if piece[0] < 2]
    for piece in pieces[:-1]:
        bench.installer.take(*piece)
    assert refused(bench.installer.take, *pieces[-1]) == OLDER


def test_a_signature_that_ended_before_one_that_was_marked_good_is_refused() -> None:
    later = datetime(2026, 2, 1, tzinfo=UTC)
    ended = replace(BUNDLE, signature=signature_of(BUNDLE.manifest, expires=later))
    assert Bench().good(BUNDLE).refuses(ended) == EXPIRED


def test_a_signature_that_ended_by_the_clock_is_refused() -> None:
    ended = replace(BUNDLE, signature=signature_of(BUNDLE.manifest, expires=datetime(2027, 1, 1, tzinfo=UTC)))
    assert Bench(now="2027-01-01T00:00:00Z").refuses(ended) == EXPIRED
    ended.put_into(Bench(now="2026-12-31T23:59:59Z").installer)


def test_a_bundle_of_a_stranger_does_not_cost_the_set_to_go_back_to(bench: Bench) -> None:
    bench.good(BUNDLE).good(chip_bundle("2.0.0"))
    bench.refuses(chip_bundle("3.0.0", signer=STRANGER))
    bench.table.rollback()
    assert bench.table.start().record.bundle == "pocketk-nano 1.0.0"


def test_a_refused_bundle_leaves_the_one_before_running(bench: Bench) -> None:
    bench.good(BUNDLE)
    bench.refuses(replace(chip_bundle("2.0.0"), files=BUNDLE.files))
    started = bench.table.start()
    assert (started.slot, started.trial) == ("a", False)


def test_after_a_refusal_nothing_more_is_taken(bench: Bench) -> None:
    bench.refuses(chip_bundle(signer=STRANGER))
    assert refused(bench.installer.take, 2, 0, 10, b"x") == TRANSFER
    assert refused(bench.installer.commit) == TRANSFER


# --- giving up and full flash ---


def test_an_installation_that_is_given_up_leaves_no_files(bench: Bench) -> None:
    bench.good(BUNDLE)
    bench.installer.begin()
    for piece in list(chip_bundle("2.0.0").pieces())[:-1]:
        bench.installer.take(*piece)
    bench.installer.abort()
    assert not [name for name in bench.store.names() if name.startswith("b/")]
    assert bench.table.start().slot == "a"


def test_giving_up_twice_or_nothing_changes_nothing(bench: Bench) -> None:
    bench.good(BUNDLE)
    before = dict(bench.store.files)
    bench.installer.abort()
    bench.installer.abort()
    assert bench.store.files == before


def test_giving_up_after_committing_changes_nothing(bench: Bench) -> None:
    BUNDLE.put_into(bench.installer)
    bench.installer.abort()
    assert read_state(bench.store).pending == "a"


def test_a_full_flash_is_said_with_what_to_do(bench: Bench) -> None:
    bench.good(BUNDLE)
    full = Bench(FaultyStore(bench.store.files, 2, "full"))
    with pytest.raises(SlotError, match="remove recordings") as caught:
        chip_bundle("2.0.0").put_into(full.installer)
    assert caught.value.reason_id == FULL


def test_a_file_that_the_flash_damaged_is_found_when_it_is_committed(bench: Bench) -> None:
    bench.installer.begin()
    for piece in BUNDLE.pieces():
        bench.installer.take(*piece)
    bench.store.append("a/model.mcu", b"\0")
    assert refused(bench.installer.commit) == HASH


def test_a_file_that_nobody_sent_is_found_when_it_is_committed(bench: Bench) -> None:
    bench.installer.begin()
    for piece in BUNDLE.pieces():
        bench.installer.take(*piece)
    bench.store.append("a/other", b"\0")
    assert refused(bench.installer.commit) == FILES


# --- hashes at each start ---


@pytest.mark.parametrize("name", ["manifest.json", "model.mcu", "golden.mcu"])
def test_a_file_that_changed_after_it_was_good_means_no_result(bench: Bench, name: str) -> None:
    bench.good(BUNDLE)
    raw = bytearray(bench.store.files[f"a/{name}"])
    raw[-3] ^= 1
    bench.store.files[f"a/{name}"] = bytes(raw)
    started = bench.table.start()
    assert (started.slot, started.reason_id) == (None, HASH)


@pytest.mark.parametrize("name", ["manifest.json", "model.mcu", "golden.mcu"])
def test_a_file_that_is_gone_means_no_result(bench: Bench, name: str) -> None:
    bench.good(BUNDLE)
    del bench.store.files[f"a/{name}"]
    started = bench.table.start()
    assert (started.slot, started.reason_id) == (None, FILES)


def test_a_watchdog_is_fed_while_files_are_hashed(bench: Bench) -> None:
    BUNDLE.put_into(bench.installer)
    fed: list[int] = []
    record = read_state(bench.store).a
    SlotFiles(bench.store, lambda: fed.append(1)).check("a", record)
    assert len(fed) == 3  # 100 bytes, 1500 bytes
