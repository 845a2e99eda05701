"""What a person sees of a training: a bar with speed and time left, and a line for every validation."""

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

# Steps that the shown speed is the mean of; engineering choice.
_SPEED_STEPS = 50


class TrainingProgress:
    """Progress on the terminal's error stream.

    Args:
        clips: of the whole training.
        show: False draws nothing.
    """

    def __init__(self, clips: int, show: bool) -> None:
        self._clips, self._show = clips, show
        self._console = Console(stderr=True, soft_wrap=True)
        columns = ("training", BarColumn(), "{task.fields[text]}", TimeElapsedColumn())
        self._bar = Progress(
            *(TextColumn(each) if isinstance(each, str) else each for each in columns),
            console=self._console,
            refresh_per_second=2,
            disable=not show,
        )
        self._task = TaskID(0)
        self._marks: list[tuple[float, int]] = []

    def __enter__(self) -> "TrainingProgress":
        self._bar.start()
        self._task = self._bar.add_task("training", total=self._clips, text="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def step(self, clips: int, loss: float) -> None:
        """Note the clips seen so far."""
        if not self._show:
            return
        self._marks = [*self._marks[-_SPEED_STEPS:], (time.monotonic(), clips)]
        text = f"{clips:,}/{self._clips:,} clips  {self._pace(clips)}  loss {loss:.3f}"
        self._bar.update(self._task, completed=clips, text=text)

    def say(self, text: str) -> None:
        """Print a line above the bar."""
        if self._show:
            self._console.print(text, markup=False, highlight=False)

    def validation(self, row: dict[str, float]) -> None:
        """Print a validation."""
        clips = int(row["clips"])
        self.say(
            f"{clips:>11,} clips  loss {row['train_loss']:.3f}  validation {row['validation_loss']:.3f}  "
            f"AUROC {row['auroc']:.3f} (K >= 6.0: {row['auroc_severe']:.3f})  {self._pace(clips)}"
        )
        self._marks = []

    def _pace(self, clips: int) -> str:
        if len(self._marks) < 2 or self._marks[-1][0] <= self._marks[0][0]:
            return "- clips/s"
        (begun, first), (now, last) = self._marks[0], self._marks[-1]
        speed = (last - first) / (now - begun)
        minutes, seconds = divmod(round((self._clips - clips) / speed), 60)
        return f"{speed:,.0f} clips/s, {minutes}:{seconds:02d} left"
