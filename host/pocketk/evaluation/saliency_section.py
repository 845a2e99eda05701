"""What the network looked at, on a few recordings, drawn over raw millivolts."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pocketk.cohort.card import CARD_FILE, read_card
from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.manifest_row import ManifestRow, rows_of_frame
from pocketk.cohort.signal_shard import read_signal
from pocketk.evaluation.clip_gathering import GatherRule, gather_clips
from pocketk.evaluation.report_figure import ReportFigure, drawn
from pocketk.evaluation.report_section import Section
from pocketk.evaluation.report_table import Cell, Table
from pocketk.evaluation.saliency import Attribution, integrated_gradients, randomised, rank_correlation, smoothed
from pocketk.evaluation.scored_model import ModelSource, open_model, tier_index, without_result
from pocketk.evaluation.study import Study, StudyRows
from pocketk.evaluation.torch_runner import TorchRunner
from pocketk_agent.signal.variant import find_variant

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NO_NETWORK = "Saliency: needs the network itself; name its training run with --run and a number with --saliency."
_INTRODUCTION = (
    "Integrated gradients from a flat line (Sundararajan et al. 2017), as absolute value over 40 ms, over the first "
    "clip in raw millivolts; the network itself sees it filtered and scaled to unit variance, so that height in "
    "millivolts is lost to it. The check (Adebayo et al. 2018) repeats them with the network's weights in random "
    "order: a correlation near 1 would mean that the picture shows the recording and not what was learnt. Where "
    "attributions lie says nothing of why."
)
_SEEDS = (1, 2, 3)
_HEADINGS = (
    "recording",
    "kind",
    "potassium",
    "logit",
    "completeness error",
    "rank correlation with randomised weights, mean of three",
)


@dataclass(frozen=True)
class SaliencyRequest:
    """What to draw.

    Attributes:
        cohort: the cohort's folder.
        model: the run.
        rule: how clips are taken.
        each: recordings of each kind.
    """

    cohort: Path
    model: ModelSource
    rule: GatherRule
    each: int


@dataclass(frozen=True)
class _Drawn:
    row: ManifestRow
    kind: str
    raw_mv: NDArray[np.float64]
    attribution: Attribution
    correlations: tuple[float, ...]


def saliency_section(study: Study, request: SaliencyRequest | None) -> Section:
    """Integrated gradients of the highest true positives, the highest false positives and the lowest scores."""
    title = "Saliency"
    if request is None or request.each < 1:
        return Section("saliency", title, "", not_computed=(NO_NETWORK,))
    runner = open_model(request.model).runner
    if not isinstance(runner, TorchRunner):
        return Section("saliency", title, "", not_computed=(NO_NETWORK,))
    made = [one for row, kind in _chosen(study.scored, request.each) if (one := _one(row, kind, request, runner))]
    if not made:
        return Section("saliency", title, "", not_computed=("Saliency: no recording of any kind could be read.",))
    lines = tuple(map(_line, made))
    return Section(
        "saliency",
        title,
        _INTRODUCTION,
        (Table("saliency", "Recordings and the randomisation check", _HEADINGS, lines),),
        (_picture(made),),
    )


def _chosen(rows: StudyRows, each: int) -> list[tuple[ManifestRow, str]]:
    order = np.argsort(-rows.score, kind="stable")
    kinds = (
        ("highest with K > 5.5", order[rows.positive[order]]),
        ("highest with K <= 5.5", order[~rows.positive[order]]),
        ("lowest", order[::-1]),
    )
    found: list[tuple[ManifestRow, str]] = []
    for kind, places in kinds:
        frame: pl.DataFrame = rows.frame[[int(at) for at in places[:each]]]
        found += [(row, kind) for row in rows_of_frame(frame)]
    return found


def _one(row: ManifestRow, kind: str, request: SaliencyRequest, runner: TorchRunner) -> _Drawn | None:
    model = open_model(request.model)
    card = read_card(request.cohort) if (request.cohort / CARD_FILE).is_file() else None
    place = None if card is None or card.recordings is None else Path(card.recordings)
    try:
        ecg_mv = read_signal(request.cohort, row, place).astype(np.float64)
    except CohortError:
        return None
    taken = gather_clips(ecg_mv, row.fs_hz, without_result(model.manifest), request.rule)
    if not len(taken.clips):
        return None
    index, clip = tier_index(model.manifest), taken.clips[0]
    attribution = integrated_gradients(runner.net, clip, index)
    others = [integrated_gradients(randomised(runner.net, seed), clip, index) for seed in _SEEDS]
    start = round(taken.start_s[0] * row.fs_hz)
    raw = ecg_mv[start : start + round(find_variant(model.manifest.variant).clip_s * row.fs_hz)]
    correlations = tuple(rank_correlation(attribution.values, other.values) for other in others)
    return _Drawn(row, kind, raw, attribution, correlations)


def _line(one: _Drawn) -> tuple[Cell, ...]:
    mean = float(np.mean(one.correlations))
    made = one.attribution
    return (one.row.record_id, one.kind, one.row.k_lab_mmol_l, made.output, made.completeness_error, mean)


def _picture(made: list[_Drawn]) -> ReportFigure:
    def draw(figure: "Figure") -> None:
        places = figure.subplots(len(made), 1, squeeze=False)[:, 0]
        for axes, one in zip(places, made, strict=True):
            seconds = np.arange(one.raw_mv.size) / one.row.fs_hz
            weight = smoothed(one.attribution.values)
            at = np.arange(weight.size) * (one.raw_mv.size / one.row.fs_hz) / weight.size
            heat = np.interp(seconds, at, weight / max(float(weight.max()), 1e-12))
            low, high = float(np.nanmin(one.raw_mv)), float(np.nanmax(one.raw_mv))
            axes.imshow(
                heat[None], aspect="auto", cmap="Oranges", vmin=0.0, vmax=1.0, extent=(0.0, seconds[-1], low, high)
            )
            axes.plot(seconds, one.raw_mv, color="black", linewidth=0.7)
            axes.set_ylabel("mV")
            words = f"{one.kind}: K {one.row.k_lab_mmol_l:.1f} mmol/L, logit {one.attribution.output:.2f}"
            axes.set_title(words, loc="left", fontsize=8)
        places[-1].set_xlabel("s")

    words = "First clips in raw millivolts, darker where the network's output owes more to the signal"
    data = drawn(draw, (11.0, 0.6 + 1.5 * len(made)), "png")
    return ReportFigure("saliency", f"{words}; each scaled to its own maximum.", words, data, "png")
