"""Signatures and slots in CPython and in MicroPython with a Pico's heap: the same verdicts, the same steps."""

import hashlib
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chip_bundles import STRANGER, ChipBundle, chip_bundle
from ed25519_vectors import ORDER, VECTORS
from measurement_plugin import Measure
from pocketk_agent.bundle.trust import keys_json
from pocketk_firmware.slots.signer_trust import KEYS_NAME
from signed_bundles import fake_key

RunScript = Callable[..., list[str]]
MODEL_BYTES = 30_000  # the most that int8 weights take
N_DRAWN = 60


def drawn_cases(rng: random.Random) -> list[tuple[bytes, bytes, bytes, bool]]:
    """Genuine signatures, and each with one bit of key, signature or message turned over."""
    cases = []
    for _ in range(N_DRAWN // 2):
        private = Ed25519PrivateKey.from_private_bytes(rng.randbytes(32))
        message = rng.randbytes(rng.randrange(1, 300))
        whole = bytearray(private.public_key().public_bytes_raw() + private.sign(message) + message)
        cases.append((bytes(whole[:32]), bytes(whole[32:96]), bytes(whole[96:]), True))
        bit = rng.randrange(8 * len(whole))
        whole[bit // 8] ^= 1 << bit % 8
        cases.append((bytes(whole[:32]), bytes(whole[32:96]), bytes(whole[96:]), False))
    return cases


def all_cases() -> list[tuple[bytes, bytes, bytes, bool]]:
    cases = [(key, signature, message, True) for key, message, signature in VECTORS]
    key, message, signature = VECTORS[1]
    unreduced = int.from_bytes(signature[32:], "little") + ORDER
    cases.append((key, signature[:32] + unreduced.to_bytes(32, "little"), message, False))
    cases.append(((2).to_bytes(32, "little"), signature, message, False))  # no point of the curve
    return cases + drawn_cases(random.Random(8032))


def test_signatures_are_judged_alike(
    runtime: str, run_script: RunScript, tmp_path: Path, measure: Measure, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = all_cases()
    path = tmp_path / "cases.txt"
    path.write_text("".join(f"{key.hex()} {sig.hex()} :{message.hex()}\n" for key, sig, message, _ in cases))
    *lines, time = run_script(runtime, "run_ed25519.py", path)
    expected = [f"{genuine:d} {hashlib.sha512(message).hexdigest()}" for _, _, message, genuine in cases]
    wrong = [case for case, line, wanted in zip(cases, lines, expected, strict=True) if line != wanted]
    with capsys.disabled():
        print(f"\nEd25519 in {Path(runtime).name}: {time}")  # noqa: T201  a time of this machine promises nothing
    device = "cpython" if runtime == "cpython" else "micropython"
    measure("SLOT-ED25519", len(wrong), n=len(cases), device=device)


def put(bundle: ChipBundle, folder: Path) -> None:
    folder.mkdir(parents=True)
    for number, content in enumerate(bundle.transfers):
        (folder / str(number)).write_bytes(content)


@pytest.fixture
def bundles(tmp_path: Path) -> Path:
    folder = tmp_path / "bundles"
    put(chip_bundle("1.0.0", MODEL_BYTES), folder / "first")
    put(chip_bundle("1.1.0", MODEL_BYTES), folder / "second")
    put(chip_bundle("1.0.0", MODEL_BYTES, STRANGER), folder / "forged")
    return folder


STEPS = [
    "new: None",
    "forged: bundle-signer",
    "first: done",
    "start: a runs on trial (pocketk-nano 1.0.0), 2 more starts",
    "good: done",
    "cut: done",
    "start: a runs (pocketk-nano 1.0.0)",
    "second: done",
    "start: b runs on trial (pocketk-nano 1.1.0), 2 more starts",
    "start: b runs on trial (pocketk-nano 1.1.0), 1 more starts",
    "start: b runs on trial (pocketk-nano 1.1.0), 0 more starts",
    "good: done",
    "older: bundle-rollback",
    "back: done",
    "back again: slot-empty",
    "after going back: a runs (pocketk-nano 1.0.0)",
    "second again: done",
    "start: b runs on trial (pocketk-nano 1.1.0), 2 more starts",
    "good: done",
    "damaged: None bundle-hash",
    "report: (1, 255, 0, 16842752, 'pocketk-nano 1.0.0', 'pocketk-nano 1.1.0')",
]


def test_a_chip_lives_through_installing_losing_power_and_going_back(
    runtime: str, run_script: RunScript, bundles: Path, tmp_path: Path, measure: Measure
) -> None:
    flash = tmp_path / "flash"
    flash.mkdir()
    (flash / KEYS_NAME).write_text(keys_json((fake_key("vendor"),)))
    *lines, heap = run_script(runtime, "install_on_chip.py", flash, bundles)
    assert lines == STEPS
    if runtime != "cpython":
        measure("SLOT-HEAP", int(heap.split()[1]), n=len(lines), device="micropython")
