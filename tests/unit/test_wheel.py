"""What a device gets when it installs the wheel."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"pocketk", "pocketk_agent", "pocketk_firmware", "pocketk_chips", "pocketk_models", "pocketk_calibration"}


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory) -> list[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_the_wheel_holds_the_six_packages_and_nothing_else(wheel_names: list[str]):
    tops = {name.split("/")[0] for name in wheel_names}
    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES


def test_every_shipped_bundle_is_inside_with_all_of_its_files(wheel_names: list[str]):
    inside = {n.removeprefix("pocketk_agent/bundles/") for n in wheel_names if n.startswith("pocketk_agent/bundles/")}
    bundles = ROOT / "models" / "bundles"
    assert inside == {str(path.relative_to(bundles)) for path in bundles.rglob("*") if path.is_file()}
    assert "pocketk-untrained/manifest.json" in inside


def test_no_recording_is_inside(wheel_names: list[str]):
    recordings = {".dat", ".hea", ".mat", ".edf", ".csv", ".gz", ".npy", ".counts"}
    assert [name for name in wheel_names if Path(name).suffix in recordings] == []


def test_the_unit_that_systemd_starts_is_inside(wheel_names: list[str]):
    assert "pocketk_agent/service/pocketk-agent.service" in wheel_names
