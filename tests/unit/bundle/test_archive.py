"""An archive is read in the one form that a bundle has, or refused."""

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketk_agent.bundle.archive import archive_bytes, archive_of, read_archive
from pocketk_agent.bundle.bundle import load_bundle
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.trust import Trust
from signed_bundles import put_signature, unsigned_copy

FILES = {"model.onnx": b"network", "manifest.json": b"{}\n", "SIGNATURE": b"s", "golden.npz": bytes(1000)}
NAMES = st.from_regex(r"[a-z][a-z0-9._-]{0,20}[a-z0-9]", fullmatch=True)


def made(*entries: tuple[str | zipfile.ZipInfo, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for entry, content in entries:
            archive.writestr(entry, content)
    return out.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(BundleError) as info:
        read_archive(data)
    assert info.value.code == "bundle-archive"
    return str(info.value)


def test_the_same_files_give_the_same_bytes_in_any_order():
    assert archive_bytes(FILES) == archive_bytes(dict(reversed(FILES.items())))


def test_the_archive_is_a_zip_that_others_read_with_manifest_and_signature_first():
    with zipfile.ZipFile(io.BytesIO(archive_bytes(FILES))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["manifest.json", "SIGNATURE", "golden.npz", "model.onnx"]


def test_an_archive_loads_as_its_folder_does(tmp_path: Path):
    folder = unsigned_copy(tmp_path)
    put_signature(folder)
    packed = tmp_path / "packed.zip"
    packed.write_bytes(archive_of(folder))
    bundle = load_bundle(packed, trust=Trust(demonstration=True))
    assert bundle.manifest == load_bundle(folder, trust=Trust(demonstration=True)).manifest
    assert bundle.name == "packed"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("../model.onnx", "leads out"),
        ("/model.onnx", "absolute"),
        ("a\\model.onnx", "backslash"),
        ("C:model.onnx", "drive"),
        ("sub/model.onnx", "folder"),
        ("sub/", "folder"),
    ],
)
def test_a_path_trick_in_an_archive_is_refused(name: str, says: str):
    assert says in refusal(made((name, b"x")))


def test_a_nul_in_a_name_is_refused():
    data = made(("modelX.onnx", b"x")).replace(b"modelX.onnx", b"model\0.onnx")
    assert "NUL" in refusal(data)


def test_names_that_differ_in_case_only_are_refused():
    assert "case does not count" in refusal(made(("a.bin", b"x"), ("A.bin", b"y")))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_refused():
    assert "'a.bin' twice" in refusal(made(("a.bin", b"x"), ("a.bin", b"y")))


def test_a_symbolic_link_is_refused():
    link = zipfile.ZipInfo("model.onnx")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    assert "symbolic link" in refusal(made((link, b"/etc/passwd")))


def test_a_decompression_bomb_is_refused_before_it_is_unpacked():
    bomb = made(("model.onnx", bytes(50_000_000)), compression=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 100_000
    assert "compressed" in refusal(bomb)


def test_files_that_lie_over_one_another_are_refused():
    """Many names for one content: what grows without compression."""
    content = bytes(10_000)
    data = archive_bytes({"a.bin": content})
    central = data[data.index(b"PK\1\2") : data.index(b"PK\5\6")]
    many = b"".join(central[:-5] + bytes([97 + i]) + central[-4:] for i in range(20))
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 20, 20, len(many), data.index(b"PK\1\2"), 0)
    assert "lie over one another" in refusal(data[: data.index(b"PK\1\2")] + many + end)


def test_too_many_files_are_refused():
    assert "101 files" in refusal(archive_bytes({f"f{i}": b"" for i in range(101)}))


def test_an_oversize_archive_is_refused(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("pocketk_agent.bundle.archive.MAX_ARCHIVE_BYTES", 100)
    (tmp_path / "b.zip").write_bytes(archive_bytes(FILES))
    with pytest.raises(BundleError, match="larger than 100 bytes"):
        load_bundle(tmp_path / "b.zip")


@pytest.mark.parametrize(
    "data",
    [
        b"prefix" + archive_bytes(FILES),
        archive_bytes(FILES) + b"suffix",
        archive_bytes(FILES)[:-2] + b"\4\0note",
        made(*FILES.items()),
    ],
    ids=["prefix", "suffix", "comment", "other times and order"],
)
def test_an_archive_of_another_form_is_refused(data: bytes):
    assert "one form" in refusal(data) or "damaged" in refusal(data)


@given(st.dictionaries(NAMES, st.binary(max_size=200), min_size=1, max_size=6))
def test_what_is_packed_comes_back(files: dict[str, bytes]):
    assert read_archive(archive_bytes(files)) == files


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(data: bytes):
    refusal(data)


@given(at=st.integers(0, len(archive_bytes(FILES)) - 1), bit=st.integers(0, 7))
def test_a_changed_bit_anywhere_is_refused_or_a_changed_content_is_never_taken_for_the_old(at: int, bit: int):
    data = bytearray(archive_bytes(FILES))
    data[at] ^= 1 << bit
    try:
        files = read_archive(bytes(data))
    except BundleError:
        return
    assert archive_bytes(files) == bytes(data)
    assert files != FILES
