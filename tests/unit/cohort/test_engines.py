"""Every engine gives the same manifest, and a killed worker costs no row."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import cohort_work
from cohort_work import Chunk, die_always, late_first, make_chunk, refuse_three, threads_of_libraries
from measurement_plugin import Measure
from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.engine import Engine
from pocketk.cohort.local_engine import LocalEngine
from pocketk.cohort.manifest import read_manifest, write_manifest
from pocketk.cohort.manifest_row import frame_of_rows
from pocketk.cohort.ray_engine import RayEngine

# Ray warns at its import and leaves sockets of its own processes to the interpreter's end.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SIZE = 20


@pytest.fixture(scope="module")
def ray_engine() -> Iterator[Engine]:
    """One Ray for the module: it takes ten seconds to start."""
    with pytest.MonkeyPatch.context() as patch:
        folders = [str(Path(cohort_work.__file__).parent), os.environ.get("PYTHONPATH", "")]
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, folders)))
        with RayEngine(processes=2) as engine:
            yield engine


@pytest.fixture(params=["local", "ray"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.getfixturevalue("ray_engine") if request.param == "ray" else LocalEngine(2)


def _build(engine: Engine, folder: Path, recordings: int, kill: bool = False) -> str:
    """The manifest's SHA-256 of a cohort made by the engine; its shards' bytes are checked by `_shards`."""
    folder.mkdir()
    chunks = recordings // SIZE
    sentinel = folder / "killed" if kill else None
    items = [Chunk(folder, index, SIZE, sentinel, chunks // 2) for index in range(chunks)]
    rows = [row for made in engine.map(make_chunk, items) for row in made]
    assert sentinel is None or sentinel.exists(), "no worker was killed, so this shows nothing"
    return write_manifest(folder, frame_of_rows(rows))


def _shards(folder: Path) -> str:
    shards = sorted(folder.glob("signals/shard-*.npy"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in shards)).hexdigest()


def _differing(one: Path, other: Path) -> int:
    first, second = read_manifest(one), read_manifest(other)
    apart = int(pl.concat([first, second]).is_unique().sum())
    return apart + abs(len(first) - len(second))


def test_results_come_in_the_order_of_the_items(engine: Engine) -> None:
    finished: list[int] = []
    assert list(engine.map(late_first, range(12), finished.append)) == list(range(12))
    assert sorted(finished) == list(range(12))


def test_what_the_work_raises_is_raised_as_it_is(engine: Engine) -> None:
    with pytest.raises(ValueError, match="three is not welcome"):
        list(engine.map(refuse_three, range(6)))


def test_no_item_is_no_result(engine: Engine) -> None:
    assert list(engine.map(late_first, [])) == []


def test_an_item_that_always_kills_its_worker_is_given_up(engine: Engine) -> None:
    with pytest.raises(CohortError, match="3 times"):
        list(engine.map(die_always, [0]))


def test_a_killed_worker_costs_no_row(engine: Engine, tmp_path: Path, measure: Measure) -> None:
    undisturbed = _build(LocalEngine(1), tmp_path / "undisturbed", 400)
    disturbed = _build(engine, tmp_path / "disturbed", 400, kill=True)
    differing = _differing(tmp_path / "undisturbed", tmp_path / "disturbed")
    measure("COHORT-KILL", differing, n=400, detail=type(engine).__name__)
    assert disturbed == undisturbed
    assert _shards(tmp_path / "disturbed") == _shards(tmp_path / "undisturbed")


@pytest.mark.parametrize("recordings", [400, pytest.param(10_000, marks=pytest.mark.slow)])
def test_engines_give_the_same_manifest(ray_engine: Engine, tmp_path: Path, measure: Measure, recordings: int) -> None:
    one, several = (_build(LocalEngine(n), tmp_path / f"local{n}", recordings) for n in (1, 2))
    ray = _build(ray_engine, tmp_path / "ray", recordings)
    measure("COHORT-ENGINES", _differing(tmp_path / "local1", tmp_path / "ray"), n=recordings)
    assert one == several == ray
    assert _shards(tmp_path / "local1") == _shards(tmp_path / "local2") == _shards(tmp_path / "ray")


def test_a_stopped_run_leaves_no_process_at_work(tmp_path: Path) -> None:
    run = LocalEngine(2).map(late_first, range(1000))
    assert next(run) == 0
    run.close()  # type: ignore[attr-defined] - a generator
    assert list(run) == []


def test_fewer_than_one_process_is_refused() -> None:
    with pytest.raises(ValueError, match="processes"):
        LocalEngine(0)


def test_each_of_several_processes_calculates_on_one_thread() -> None:
    threads = [count for counts in LocalEngine(2).map(threads_of_libraries, range(4)) for count in counts]
    assert threads
    assert set(threads) == {1}
