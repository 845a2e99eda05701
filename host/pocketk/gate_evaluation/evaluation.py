"""Every judge on every clip, and what follows for a data set."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pocketk.gate_evaluation.graded_clip import GradedClip
from pocketk.gate_evaluation.judge import Judge, Verdict


@dataclass(frozen=True)
class ClipResult:
    """One judge on one clip.

    Attributes:
        data_set, group, subject, name: of the clip.
        good: its grade.
        held_out: whether it is only measured on.
        judge: name.
        accepted: what the judge says.
        reasons: why not.
        error: what the judge raised, which counts as a refusal; None where it ran.
    """

    data_set: str
    group: str
    subject: str
    name: str
    good: bool
    held_out: bool
    judge: str
    accepted: bool
    reasons: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class Summary:
    """One judge on some clips.

    Attributes:
        good: clips that are good.
        accepted: of them, those accepted.
        bad: clips that are not.
        refused: of them, those refused.
        reasons: how often each reason was given, over all of these clips.
    """

    good: int
    accepted: int
    bad: int
    refused: int
    reasons: tuple[tuple[str, int], ...] = ()

    @property
    def specificity(self) -> float:
        """Share of the good clips that are accepted; not a number without any."""
        return self.accepted / self.good if self.good else math.nan

    @property
    def sensitivity(self) -> float:
        """Share of the bad clips that are refused; not a number without any."""
        return self.refused / self.bad if self.bad else math.nan

    @property
    def balanced_accuracy(self) -> float:
        """Mean of the two; not a number where one is not defined."""
        return 0.5 * (self.sensitivity + self.specificity)


def summarise(results: Iterable[ClipResult]) -> Summary:
    """Counts over some clips of one judge."""
    kept = list(results)
    good, bad = [r for r in kept if r.good], [r for r in kept if not r.good]
    reasons = Counter(reason for r in kept for reason in r.reasons)
    return Summary(
        len(good),
        sum(r.accepted for r in good),
        len(bad),
        sum(not r.accepted for r in bad),
        tuple(reasons.most_common()),
    )


@dataclass(frozen=True)
class Evaluation:
    """What was measured.

    Attributes:
        results: one for each clip and judge.
        judges: those that ran, ours first.
        absent: names of judges that are not installed.
        missing: data sets that were not found.
    """

    results: tuple[ClipResult, ...]
    judges: tuple[Judge, ...]
    absent: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def data_sets(self) -> list[str]:
        """Names in the order in which they were read."""
        return list(dict.fromkeys(result.data_set for result in self.results))

    def of(self, data_set: str, judge: str, held_out: bool, group: str | None = None) -> list[ClipResult]:
        """Results of one judge on one half of a data set, or on one group of it."""
        return [
            r
            for r in self.results
            if (r.data_set, r.judge, r.held_out) == (data_set, judge, held_out) and group in (None, r.group)
        ]

    def groups(self, data_set: str) -> list[str]:
        """What is told apart within a data set."""
        return sorted({r.group for r in self.results if r.data_set == data_set})


def examine(clip: GradedClip, judge: Judge) -> ClipResult:
    """Let one judge loose on one clip; where it raises, it refused."""
    error = None
    try:
        verdict = judge.judge(clip)
    except Exception as fault:
        verdict, error = Verdict(False), f"{type(fault).__name__}: {fault}"
    return ClipResult(
        clip.data_set,
        clip.group,
        clip.subject,
        clip.name,
        clip.good,
        clip.held_out,
        judge.name,
        verdict.good,
        verdict.reasons,
        error,
    )


def examine_all(clips: Iterable[GradedClip], judges: Sequence[Judge]) -> list[ClipResult]:
    """Every judge on every clip, clip by clip."""
    return [examine(clip, judge) for clip in clips for judge in judges]
