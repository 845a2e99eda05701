"""Recordings written in every format, by the formats' own packages, for the readers to read back."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from edfio import Edf, EdfSignal
from numpy.typing import NDArray

from pocketk_firmware.counts_file import CountsHeader


@contextmanager
def wfdb_on_new_pandas() -> Iterator[None]:
    """The newest wfdb, 4.3, builds its tables with calls that pandas 3.1 deprecates."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"The inplace keyword in DataFrame\.(set_index|drop) is deprecated")
        yield


with wfdb_on_new_pandas():
    import wfdb

FS_HZ = 250.0


def some_counts(n: int = 1500, largest: int = 2000) -> NDArray[np.int32]:
    """(n,) int32 whole numbers within +-largest, every stretch unlike every other."""
    return np.random.default_rng(7).integers(-largest, largest + 1, n).astype(np.int32)


def write_wfdb(folder: Path, counts: NDArray[np.int32], names: list[str], **changes: object) -> Path:
    """Write a record of one channel per name; channel k holds `counts + k`. Return the header's path."""
    n = len(names)
    fields: dict[str, object] = {
        "fs": FS_HZ,
        "units": ["mV"] * n,
        "adc_gain": [400.0] * n,
        "baseline": [12] * n,
        "fmt": ["16"] * n,
    }
    columns = np.stack([counts.astype(np.int64) + k for k in range(n)], axis=1)
    with wfdb_on_new_pandas():
        wfdb.wrsamp("rec", sig_name=names, d_signal=columns, write_dir=str(folder), **(fields | changes))  # type: ignore[arg-type]
    return folder / "rec.hea"


def write_edf(path: Path, counts: NDArray[np.int32], names: list[str], unit: str = "uV") -> Path:
    """Write a file of one channel per name, 0.5 units a count with zero at count -10; channel k holds `counts + k`."""
    signals = [
        EdfSignal.from_digital(
            (counts + k).astype(np.int16),
            FS_HZ,
            label=name,
            physical_dimension=unit,
            digital_range=(-3010, 2990),
            physical_range=(-1500, 1500),
        )
        for k, name in enumerate(names)
    ]
    Edf(signals).write(path)
    return path


def counts_header(**changes: object) -> CountsHeader:
    """A valid header of a counts file with some fields changed."""
    fields: dict[str, object] = {
        "fs_millihz": round(FS_HZ * 1000),
        "lsb_pv": 24_000,
        "zero_counts": -12,
        "rail_low_counts": -8_388_608,
        "rail_high_counts": 8_388_607,
        "adc_bits": 24,
        "lead": "I",
        "profile": "ads1292r-x6",
        "serial": "PK-0001",
        "note": "",
    }
    return CountsHeader(**(fields | changes))


def write_counts(path: Path, counts: NDArray[np.int32], flags: NDArray[np.uint8]) -> Path:
    """Write a counts file record by record, without the code under test."""
    rows = (int(c).to_bytes(4, "little", signed=True) + bytes([f]) for c, f in zip(counts, flags, strict=True))
    path.write_bytes(counts_header().to_line() + b"".join(rows))
    return path
