"""The command `pocketk bench-check`: page, document and exit status."""

import json
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pocketk import bench_check_command as module
from pocketk.bench_check.amplitude import amplitude_check
from pocketk.bench_check.bench_report import Check
from pocketk.bench_check.limit import Limit
from pocketk.bench_check.not_checked import NOT_CHECKED
from pocketk.bench_check.pulse_response import step_check
from pocketk.bench_check_command import bench_check_command

LIMIT = Limit("BENCH-X", "a <b> title", "clause", "source & more", False, 0.0, 1.0, "mV")


def run(monkeypatch: pytest.MonkeyPatch, checks: Sequence[Check], **arguments) -> int:
    real = module.run_bench
    monkeypatch.setattr(module, "run_bench", lambda chain, _checks: real(chain, checks))
    return bench_check_command(**arguments)


def test_what_passes_and_what_fails_as_it_must_end_with_0(monkeypatch, capsys) -> None:
    assert run(monkeypatch, (amplitude_check, step_check)) == 0
    said = capsys.readouterr().out
    assert "fails as expected" in " ".join(said.split())
    assert "UNVERIFIED" in said


@pytest.mark.parametrize("measured", [1.5, float("nan")])
def test_what_fails_ends_with_1(monkeypatch, measured: float) -> None:
    assert run(monkeypatch, (lambda _chain, _rng: (LIMIT.judged(measured),),)) == 1


def test_what_passes_against_expectation_ends_with_1(monkeypatch) -> None:
    label = Limit("BENCH-Y", "title", "clause", "source", True, 0.0, 1.0, "mV", expected_to_fail=True)
    assert run(monkeypatch, (lambda _chain, _rng: (label.judged(0.5),),)) == 1


def test_a_front_end_that_is_not_known_ends_with_2(capsys) -> None:
    assert bench_check_command(front_end="ads1298") == 2
    assert "known: simulated-ads1292r" in capsys.readouterr().err


def test_the_document_holds_every_result_and_no_number_that_json_lacks(monkeypatch, tmp_path: Path, capsys) -> None:
    checks = (amplitude_check, step_check, lambda _chain, _rng: (LIMIT.judged(float("nan")),))
    run(monkeypatch, checks, out=tmp_path, json_output=True)
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((tmp_path / module.DOCUMENT).read_text(encoding="utf-8"))
    assert [r["measured"] for r in printed["results"] if r["id"] == "BENCH-X"] == [None]
    assert len(printed["unverified"]) == len(NOT_CHECKED) + sum(not r["verified"] for r in printed["results"])


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs) -> None:
        self.seen.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_self_contained_and_escapes_its_text(monkeypatch, tmp_path: Path) -> None:
    run(monkeypatch, (lambda _chain, _rng: (LIMIT.judged(0.5),),), out=tmp_path)
    page = (tmp_path / module.PAGE).read_text(encoding="utf-8")
    tags = _Tags()
    tags.feed(page)
    assert tags.open == []
    assert "script" not in tags.seen
    assert "link" not in tags.seen
    assert "a &lt;b&gt; title" in page
    assert "source &amp; more" in page
    assert "no conformity is claimed" in page
    assert all(point.what.split(",")[0] in page.replace("&#x27;", "'") for point in NOT_CHECKED)
