"""What an installer refuses, what is left then, and what the hashes of each start find."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chip_bundles import STRANGER, chip_bundle, signature_of
from faulty_stores import FaultyStore
from pocketk_firmware.slots.signer_trust import SignerTrust
from pocketk_firmware.slots.slot_error import (
    EXPIRED,
    FILES,
    FULL,
    HASH,
    MANIFEST,
    MEMORY,
    OLDER,
    SIGNATURE,
    SIGNER,
    TRANSFER,
    SlotError,
)
from pocketk_firmware.slots.slot_files import SlotFiles
from pocketk_firmware.slots.slot_state import read_state
from slot_bench import Bench, refused

BUNDLE = chip_bundle("1.0.0")


@pytest.fixture
def bench() -> Bench:
    return Bench()


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


def test_too_little_memory_is_said_and_leaves_the_set_before(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.good(BUNDLE)

    def fail(*_arguments: object) -> None:
        raise MemoryError

    monkeypatch.setattr(SignerTrust, "check", fail)
    assert bench.refuses(chip_bundle("2.0.0")) == MEMORY
    assert bench.table.start().slot == "a"


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
