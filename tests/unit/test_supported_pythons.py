"""The extras resolve for every Python that pyproject.toml claims, on workstations and on a Raspberry Pi."""

import os
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dependency_resolution import Answer, Environment, Resolution, answer_of, resolve, uv_command
from measurement_plugin import Measure

PYTHONS = ("3.11", "3.12", "3.13")
WORKSTATION, PI = "x86_64-manylinux_2_28", "aarch64-manylinux_2_28"
WORKSTATION_EXTRAS = ("dev", "scale", "export", "litert", "onnx", "pi", "update")
PI_EXTRAS = ("device", "demo", "litert", "onnx", "pi", "update")
# tflite-runtime was built against numpy 1 without saying so, for Python 3.11 at the latest and, on a Pi, for the
# glibc of Debian 12: an environment of its own, without the pins.
DEBIAN_12_PI = "aarch64-manylinux_2_36"
TFLITE = ("tflite",)

ENVIRONMENTS = (
    *(Environment(python, WORKSTATION, WORKSTATION_EXTRAS) for python in PYTHONS),
    *(Environment(python, PI, PI_EXTRAS) for python in PYTHONS),
    *(
        Environment("3.11", platform, TFLITE, constraints=None, also=("numpy<2",))
        for platform in (WORKSTATION, DEBIAN_12_PI)
    ),
)


@pytest.fixture(scope="module")
def uv() -> str:
    found = uv_command()
    if found is None:
        pytest.fail("found no uv: install the extra `dev`")
    return found


def _not_run(why: str) -> None:
    reason = f"{Answer.NOT_RUN}; {why}"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason} (with CI=true that is a failure)", pytrace=False)
    pytest.skip(reason)


def test_every_extra_resolves_for_every_supported_python(
    pytestconfig: pytest.Config, uv: str, measure: Measure
) -> None:
    root = pytestconfig.rootpath
    with ThreadPoolExecutor(4) as pool:  # they wait for the index, not for a processor
        found = list(pool.map(lambda environment: resolve(uv, environment, root), ENVIRONMENTS))
    for resolution in found:
        if resolution.answer is Answer.NOT_RUN:
            _not_run(resolution.why)
    failures = _failures(found)
    versions = {environment.python for environment, _ in failures}
    detail = "\n".join(f"{environment}: {resolution.why}" for environment, resolution in failures)
    measure("RESOLVE", len(versions), n=len(ENVIRONMENTS), detail=detail)


def _failures(found: list[Resolution]) -> list[tuple[Environment, Resolution]]:
    """Return the environments without a solution, or with one that lacks the numpy every one of them needs."""
    pairs = zip(ENVIRONMENTS, found, strict=True)
    return [
        (environment, resolution)
        for environment, resolution in pairs
        if resolution.answer is not Answer.RESOLVES or not any(pin.startswith("numpy==") for pin in resolution.pins)
    ]


def test_the_environments_cover_every_extra_and_every_claimed_python(pytestconfig: pytest.Config) -> None:
    project = tomllib.loads((pytestconfig.rootpath / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11,<3.14"
    extras = project["optional-dependencies"]
    asked = {extra for environment in ENVIRONMENTS for extra in environment.extras}
    # `dev` brings host and demo, which bring device, which brings the rest
    within = {name for name in extras for one in ("dev", "host", "demo", "device") if _includes(extras[one], name)}
    assert set(extras) <= asked | within


def _includes(requirements: list[str], extra: str) -> bool:
    named = [one.partition("[")[2].partition("]")[0].split(",") for one in requirements if one.startswith("pocketk[")]
    return any(extra in names for names in named)


def test_a_conflict_is_reported(pytestconfig: pytest.Config, uv: str) -> None:
    # constraints.txt pins numpy 2
    impossible = Environment("3.11", WORKSTATION, (), also=("numpy<2",))
    resolution = resolve(uv, impossible, pytestconfig.rootpath)
    if resolution.answer is Answer.NOT_RUN:
        _not_run(resolution.why)
    assert resolution.answer is Answer.CONFLICT
    assert "numpy" in resolution.why


def test_an_unreachable_index_is_not_run_rather_than_a_conflict(tmp_path: Path, uv: str) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\ndependencies = ["numpy"]\n')
    nowhere = Environment("3.11", WORKSTATION, (), constraints=None)
    resolution = resolve(uv, nowhere, tmp_path, index="http://127.0.0.1:9/simple")
    assert resolution.answer is Answer.NOT_RUN, resolution.why


@pytest.mark.parametrize(
    ("return_code", "said", "answer"),
    [
        (0, "warning: slow", Answer.RESOLVES),
        (1, "error: No solution found when resolving dependencies", Answer.CONFLICT),
        (1, "No solution found; Packages were unavailable because the network was disabled.", Answer.NOT_RUN),
        (2, "error: Couldn't parse requirement", Answer.CONFLICT),
        (2, "error: Request failed after 3 retries\n cause: dns error", Answer.NOT_RUN),
    ],
)
def test_what_uv_says_is_understood(return_code: int, said: str, answer: Answer) -> None:
    assert answer_of(return_code, said) is answer
