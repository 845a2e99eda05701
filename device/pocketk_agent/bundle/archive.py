"""A bundle as one file: a zip of one form only.

Every byte of the archive follows from the files: sorted, stored, one time, no comments. A reader that makes the
archive anew from what it read, and wants the same bytes, leaves no room for what zip files can hide. Stored, because
compressors differ between versions, and because nothing that is stored can grow.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.file_name import names_fault
from pocketk_agent.bundle.manifest import MANIFEST_NAME
from pocketk_agent.bundle.signature import SIGNATURE_NAME

# The published network in fp32 is 123 MB; read whole into memory, so a device bounds it.
MAX_ARCHIVE_BYTES = 300_000_000
MAX_FILES = 100
# APPNOTE.TXT 6.3.10 of PKWARE, sections 4.3.7, 4.3.12 and 4.3.16.
_LOCAL, _CENTRAL, _END = "<4s5H3I2H", "<4s6H3I5H2I", "<4s4H2IH"
_VERSION, _MADE_ON_UNIX = 20, (3 << 8) | 20
_TIME, _DATE = 0, (1 << 5) | 1  # 1980-01-01 00:00, the first that a zip can say
_PLAIN_FILE = (stat.S_IFREG | 0o644) << 16


def archive_bytes(files: Mapping[str, bytes]) -> bytes:
    """The one archive that holds these files."""
    local, central = io.BytesIO(), io.BytesIO()
    for name in _ordered(files):
        data, raw = files[name], name.encode("ascii")
        facts = (0, 0, _TIME, _DATE, zlib.crc32(data), len(data), len(data), len(raw), 0)
        central.write(
            struct.pack(_CENTRAL, b"PK\1\2", _MADE_ON_UNIX, _VERSION, *facts, 0, 0, 0, _PLAIN_FILE, local.tell()) + raw
        )
        local.write(struct.pack(_LOCAL, b"PK\3\4", _VERSION, *facts) + raw)
        local.write(data)
    end = struct.pack(_END, b"PK\5\6", 0, 0, len(files), len(files), central.tell(), local.tell(), 0)
    return local.getvalue() + central.getvalue() + end


def _ordered(names: Iterable[str]) -> list[str]:
    """What says who and what comes first."""
    first = (MANIFEST_NAME, SIGNATURE_NAME)
    return sorted(names, key=lambda name: (first.index(name) if name in first else len(first), name))


def archive_of(directory: Path) -> bytes:
    """The archive of a bundle's folder, which has been verified."""
    return archive_bytes({path.name: path.read_bytes() for path in directory.iterdir()})


def _fault(what: str) -> BundleError:
    return BundleError("bundle-archive", f"The archive {what}. Get it anew, or make it with pocketk bundle pack.")


def read_archive(data: bytes) -> dict[str, bytes]:
    """The files of an archive, by plain name.

    Raises:
        BundleError: code "bundle-archive"; anything but what `archive_bytes` writes.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_entries(archive.infolist(), len(data))
            files = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    except (
        zipfile.BadZipFile,
        struct.error,
        zlib.error,
        ValueError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OverflowError,
        OSError,
        AttributeError,
        IndexError,
    ) as error:
        raise _fault(f"is damaged or none: {error}") from error
    if archive_bytes(files) != data:
        raise _fault("is not in the one form that a bundle has: something is hidden in it, or it was made otherwise")
    return files


def _check_entries(entries: list[zipfile.ZipInfo], archive_size: int) -> None:
    if len(entries) > MAX_FILES:
        raise _fault(f"holds {len(entries)} files; at most {MAX_FILES} may be")
    # zipfile cuts a name off at a NUL and turns separators; what stands in the file is judged.
    if fault := names_fault(entry.orig_filename for entry in entries):
        raise _fault(f"holds {fault}")
    for entry in entries:
        mode = entry.external_attr >> 16
        if stat.S_ISLNK(mode):
            raise _fault(f"holds {entry.filename} as a symbolic link")
        if entry.flag_bits & 0x1:
            raise _fault(f"holds {entry.filename} encrypted")
        if entry.compress_type != zipfile.ZIP_STORED:
            raise _fault(f"holds {entry.filename} compressed; a bundle's files are stored, so that none can grow")
        if entry.file_size != entry.compress_size:
            raise _fault(f"says two sizes of {entry.filename}")
    if sum(entry.file_size for entry in entries) > archive_size:
        raise _fault("holds files that lie over one another")


def unpack(archive: Path, directory: Path) -> None:
    """Unpack into a folder that is there and empty; nothing is written before the whole archive was judged.

    Raises:
        BundleError: code "bundle-archive"; too large, or as `read_archive`.
        OSError: it cannot be read or written.
    """
    if archive.stat().st_size > MAX_ARCHIVE_BYTES:
        raise _fault(f"is larger than {MAX_ARCHIVE_BYTES:,} bytes")
    for name, content in read_archive(archive.read_bytes()).items():
        (directory / name).write_bytes(content)
