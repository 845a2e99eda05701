"""The file of a printed strip: same bytes, whole or not at all, imports late."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

from pocketk_agent.reports.strip_png import strip_png, write_strip_png
from unit.reports.drawn_strip import (
    flat_strip,
    square_wave,
)


def test_the_same_strip_gives_the_same_bytes_whatever_the_users_settings() -> None:
    strip = square_wave()
    first = strip_png(strip)
    with mpl.rc_context({"lines.linewidth": 9, "font.family": "monospace", "savefig.dpi": 40, "text.color": "red"}):
        assert strip_png(strip) == first
        assert mpl.rcParams["lines.linewidth"] == 9


def test_a_strip_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    strip = flat_strip(0.5)
    path = tmp_path / "strip.png"
    write_strip_png(path, strip=strip)
    assert path.read_bytes() == strip_png(strip)

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_strip_png(path, strip=replace(strip, device_serial="other"))
    with pytest.raises(OSError, match="No space left"):
        write_strip_png(tmp_path / "new.png", strip=strip)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == strip_png(strip)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ecg_mv": np.zeros(0), "lead_off": np.zeros(0, bool), "saturated": np.zeros(0, bool)}, "expected three"),
        ({"ecg_mv": np.zeros((500, 1))}, "expected three"),
        ({"lead_off": np.zeros(499, bool)}, "expected three"),
        ({"saturated": np.zeros(501, bool)}, "expected three"),
        ({"fs_hz": 0.0}, "expected a positive number"),
        ({"fs_hz": float("nan")}, "expected a positive number"),
        ({"fs_hz": 8.0}, "at most 60 s"),
    ],
)
def test_what_is_no_strip_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(flat_strip(1), **change)  # pyright: ignore[reportArgumentType]


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ModuleNotFoundError, match=r"install pocketk\[reports\]"):
        write_strip_png(tmp_path / "strip.png", strip=flat_strip(0.5))
    assert list(tmp_path.iterdir()) == []


def test_matplotlib_is_imported_late_and_pyplot_never() -> None:
    program = (
        "import sys\n"
        "from pocketk_agent.reports import strip_png\n"
        "assert 'matplotlib' not in sys.modules\n"
        "from pocketk_agent.reports.strip_page import StripPage\n"
        "StripPage(10, 10).png_bytes()\n"
        "assert 'matplotlib' in sys.modules and 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
