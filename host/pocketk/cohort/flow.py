"""The flow diagram of a cohort: who came in, who went out and why, as numbers, text and picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl


@dataclass(frozen=True)
class Exclusion:
    """Recordings that leave the flow at a step.

    Attributes:
        reason: why.
        recordings: how many.
        patients: whose; a patient may stay with other recordings.
    """

    reason: str
    recordings: int
    patients: int


@dataclass(frozen=True)
class FlowStep:
    """A box of the diagram.

    Attributes:
        label: what the box holds.
        recordings: recordings that reach it.
        patients: their patients.
        excluded: what left on the way to it.
        note: what a reader must know of them; "" for nothing.
    """

    label: str
    recordings: int
    patients: int
    excluded: tuple[Exclusion, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Flow:
    """A whole diagram, from the source to the splits.

    Attributes:
        title: name of the cohort.
        steps: boxes from top to bottom; each holds the one above less what it excludes.
        splits: the last box divided.

    Raises:
        ValueError: the numbers do not add up.
    """

    title: str
    steps: tuple[FlowStep, ...]
    splits: tuple[FlowStep, ...] = ()

    def __post_init__(self) -> None:
        for above, below in zip(self.steps, self.steps[1:], strict=False):
            gone = sum(exclusion.recordings for exclusion in below.excluded)
            if above.recordings - gone != below.recordings:
                raise ValueError(f"{below.label}: {above.recordings} less {gone} is not {below.recordings}")
        if self.splits and sum(split.recordings for split in self.splits) != self.steps[-1].recordings:
            raise ValueError("the splits do not add up to the last step")

    def text(self) -> str:
        """The diagram as a tree of plain text."""
        lines = [self.title]
        for step in self.steps:
            lines += [f"├─ without: {_size(each)}  {each.reason}" for each in step.excluded]
            lines.append(f"{_size(step)}  {step.label}")
            lines += [f"│  {step.note}"] if step.note else []
        for split in self.splits:
            mark = "└" if split is self.splits[-1] else "├"
            lines.append(f"{mark}─ {_size(split)}  {split.label}")
        return "\n".join(lines)


def flow_of(document: Mapping[str, Any]) -> Flow:
    """The flow that `dataclasses.asdict` gave, as a cohort's card holds it."""

    def step(box: Mapping[str, Any]) -> FlowStep:
        excluded = tuple(Exclusion(**each) for each in box["excluded"])
        return FlowStep(box["label"], box["recordings"], box["patients"], excluded, box.get("note", ""))

    return Flow(document["title"], tuple(map(step, document["steps"])), tuple(map(step, document["splits"])))


def step_of(label: str, frame: pl.DataFrame, excluded: tuple[Exclusion, ...] = ()) -> FlowStep:
    """A box of the recordings in `frame` (column patient_id)."""
    return FlowStep(label, len(frame), frame["patient_id"].n_unique(), excluded)


def exclusions_of(frame: pl.DataFrame) -> tuple[Exclusion, ...]:
    """One exclusion for each reason in `frame` (columns patient_id and reason), the largest first."""
    counted = frame.group_by("reason").agg(pl.len().alias("n"), pl.col("patient_id").n_unique().alias("patients"))
    ordered = counted.sort(["n", "reason"], descending=[True, False])
    return tuple(Exclusion(row["reason"], row["n"], row["patients"]) for row in ordered.iter_rows(named=True))


def _size(box: FlowStep | Exclusion) -> str:
    return f"{box.recordings} recordings of {box.patients} patients"


def draw_flow(flow: Flow, path: Path) -> None:
    """Draw the diagram as a PNG at `path`.

    Raises:
        OSError: the file cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = len(flow.steps) + (1 if flow.splits else 0)
    figure = Figure(figsize=(11, 1.0 + 1.5 * rows), dpi=100)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 11), ylim=(-rows * 1.5, 1.0))
    axes.axis("off")
    axes.text(5.5, 0.6, flow.title, ha="center", va="center", fontsize=12, weight="bold")
    for place, step in enumerate(flow.steps):
        _box(axes, (3.0, -1.5 * place - 0.5), step.label, step)
        if step.note:
            axes.text(3.0, -1.5 * place - 0.95, step.note, ha="center", va="center", fontsize=7)
        if place:
            axes.annotate("", (3.0, -1.5 * place - 0.1), (3.0, -1.5 * place + 0.6), arrowprops={"arrowstyle": "->"})
        if step.excluded:
            lines = "\n".join(f"{_size(each)}: {each.reason}" for each in step.excluded)
            axes.text(5.2, -1.5 * place + 0.25, lines, va="center", fontsize=8, bbox={"fc": "#f4f4f4", "ec": "grey"})
            axes.plot([3.0, 5.1], [-1.5 * place + 0.25] * 2, color="grey", linewidth=0.8)
    for place, split in enumerate(flow.splits):
        centre = 11 * (place + 0.5) / len(flow.splits)
        _box(axes, (centre, -1.5 * (rows - 1) - 0.5), split.label, split)
        start = (3.0, -1.5 * (rows - 2) - 0.9)
        axes.annotate("", (centre, -1.5 * (rows - 1) - 0.1), start, arrowprops={"arrowstyle": "->", "color": "grey"})
    figure.savefig(path, metadata={"Software": None})


def _box(axes: object, centre: tuple[float, float], label: str, box: FlowStep) -> None:
    from matplotlib.axes import Axes

    assert isinstance(axes, Axes)  # noqa: S101 - narrows the type, matplotlib being imported late
    axes.text(
        *centre, f"{label}\n{_size(box)}", ha="center", va="center", fontsize=9, bbox={"fc": "white", "ec": "black"}
    )
