"""The device's path beside the published chain: whole strips, single clips, cold starts.

A quick sample by default. POCKETK_BENCHMARK_ROUNDS and POCKETK_BENCHMARK_STARTS say how much, and with
POCKETK_BENCHMARK_PAGE=FOLDER everything is measured and performance.json and performance.md are written there;
`make benchmark-inference` sets all three.
"""

import os

import pytest

from inference.measurement import Effort, measure_performance
from inference.networks import POCKETK, PUBLISHED
from inference.page import page_markdown
from inference.record import PerformanceRecord
from inference.timed_files import ALL_FORMATS, FEW_FORMATS, INT8
from pocketk_models.atomic_file import write_atomically

pytestmark = [
    pytest.mark.timeout(3600),  # making the files takes minutes, once
    pytest.mark.filterwarnings("ignore"),  # the converter to LiteRT warns of its own packages
]

ROUNDS = int(os.environ.get("POCKETK_BENCHMARK_ROUNDS", "6"))
STARTS = int(os.environ.get("POCKETK_BENCHMARK_STARTS", "2"))
PAGE = os.environ.get("POCKETK_BENCHMARK_PAGE")


@pytest.fixture(scope="module")
def record(pytestconfig: pytest.Config) -> PerformanceRecord:
    pytest.importorskip("litert_torch", reason="the extra `export` makes the files that are timed")
    effort = Effort(ROUNDS, STARTS, ALL_FORMATS if PAGE else FEW_FORMATS)
    out = pytestconfig.rootpath / "out"
    found = measure_performance(
        effort, out / "benchmark-inference", out / "other-cpu" / "agreement.json", lambda words: print(f"\n{words}")
    )
    print(f"\n{page_markdown(found)}")
    if PAGE:
        text = found.to_json()
        page = page_markdown(PerformanceRecord.from_json(text))
        folder = pytestconfig.rootpath / PAGE
        write_atomically({folder / "performance.json": text.encode(), folder / "performance.md": page.encode()})
    return found


@pytest.mark.parametrize(("row", "network"), [("SPEED-STRIP-PUBLISHED", PUBLISHED), ("SPEED-STRIP-POCKETK-S", POCKETK)])
def test_a_strip_is_scored_many_times_as_fast_as_by_the_published_chain(record, row, network, measure):
    way = record.row(network, INT8, gate=False)
    measure(row, way.times_as_fast.median, n=way.ms.n, detail=f"{way.ms}")


@pytest.mark.parametrize(("row", "network"), [("SPEED-INFER-PUBLISHED", PUBLISHED), ("SPEED-INFER-POCKETK-S", POCKETK)])
def test_a_clip_is_inferred_many_times_as_fast_as_by_the_plain_graph(record, row, network, measure):
    way = record.row(network, INT8, gate=None)
    measure(row, way.times_as_fast.median, n=way.ms.n, detail=f"{way.ms}")


@pytest.mark.parametrize(("suffix", "network"), [("PUBLISHED", PUBLISHED), ("POCKETK-S", POCKETK)])
def test_a_fresh_process_soon_has_a_score(record, suffix, network, measure):
    (one,) = (each for each in record.cold if each.bundle == network)
    measure(f"COLD-START-{suffix}", one.first_score_s.median, n=one.first_score_s.n, detail=f"{one}")


@pytest.mark.parametrize(("suffix", "network"), [("PUBLISHED", PUBLISHED), ("POCKETK-S", POCKETK)])
def test_a_fresh_process_takes_little_memory_for_its_first_score(record, suffix, network, measure):
    (one,) = (each for each in record.cold if each.bundle == network)
    measure(f"COLD-RSS-{suffix}", one.peak_rss_mb.median, n=one.peak_rss_mb.n, detail=f"{one.peak_rss_mb}")
