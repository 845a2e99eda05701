"""The provisional score of the newest 10 s, once a second while recording: for engineers, never a result."""

import threading
from dataclasses import dataclass

import numpy as np

from pocketk_agent.bundle.manifest import TIER_OUTPUT, Manifest
from pocketk_agent.clock import Clock
from pocketk_agent.inference.runner import Runner, RunnerError, checked_logits
from pocketk_agent.measurement.clip_search import find_clips
from pocketk_agent.measurement.decision import mean_score
from pocketk_agent.measurement.recorder import Recording
from pocketk_agent.measurement.strip import Strip
from pocketk_agent.measurement.worker import Worker
from pocketk_agent.signal.errors import SignalError
from pocketk_agent.signal.variant import find_variant

# Near-real-time: a score is due every second, and must be there before the next one is due.
PERIOD_S = 1.0
DEADLINE_S = 1.0


@dataclass(frozen=True)
class ProvisionalScore:
    """One score.

    Attributes:
        stop_index: device index after the newest sample it rests on.
        score: 0 to 1, the network's uncalibrated output.
        latency_s: from when it was due to when it was there.
    """

    stop_index: int
    score: float
    latency_s: float


@dataclass(frozen=True)
class Latency:
    """Latencies in milliseconds, over n of them."""

    n: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float

    @classmethod
    def of(cls, seconds: list[float]) -> "Latency | None":
        """Percentiles, None of nothing."""
        if not seconds:
            return None
        p50, p95, p99, largest = (float(v) for v in 1e3 * np.percentile(seconds, (50, 95, 99, 100)))
        return cls(len(seconds), p50, p95, p99, largest)


@dataclass(frozen=True)
class ProvisionalReport:
    """What became of the provisional scores of one measurement.

    Attributes:
        due: how many were due.
        withheld: for which the newest 10 s did not pass the gate; the network never saw them.
        failed: for which the network failed.
        overtaken: that never began, since the next one was due before.
        unfinished: not finished when the recording ended.
        missed: deadlines missed: late, overtaken, skipped, or unfinished for longer than the deadline.
        latency: of those that came to an answer of any kind.
        scores: in order of time.
    """

    due: int
    withheld: int
    failed: int
    overtaken: int
    unfinished: int
    missed: int
    latency: Latency | None
    scores: tuple[ProvisionalScore, ...]


class ProvisionalScorer:
    """Scores the newest clip on a worker and keeps account of its deadlines.

    The gate and the preprocessing are those of the measurement; they run on the worker as well.

    Args:
        manifest: of the bundle.
        runner: with its model loaded.
        mains_hz: 50 or 60.
        clock: for deadlines.
        worker: where the work is done.
    """

    def __init__(self, manifest: Manifest, runner: Runner, mains_hz: float, clock: Clock, worker: Worker) -> None:
        self._manifest, self._runner, self._mains_hz = manifest, runner, mains_hz
        self._clock, self._worker = clock, worker
        self._clip_s = find_variant(manifest.variant).clip_s
        self._next_s: float | None = None
        self._due_s = clock.monotonic_s()
        self._lock = threading.Lock()
        self._running: dict[int, float] = {}
        self._due = self._withheld = self._failed = self._overtaken = self._skipped = self._late = 0
        self._latencies: list[float] = []
        self._scores: list[ProvisionalScore] = []

    @property
    def window_s(self) -> float:
        """Seconds of signal that a score rests on."""
        return self._clip_s

    def due(self, now_s: float) -> bool:
        """Whether a score is due; the first one a second after this was first asked. Whole seconds slept through
        are deadlines missed.
        """
        if self._next_s is None:
            self._next_s = now_s + PERIOD_S
        if now_s < self._next_s:
            return False
        behind = int((now_s - self._next_s) / PERIOD_S)
        self._skipped += behind
        self._due += behind + 1
        self._due_s = self._next_s + behind * PERIOD_S
        self._next_s = self._due_s + PERIOD_S
        return True

    def pause(self) -> None:
        """Nothing is recorded at present, so nothing is due."""
        self._next_s = None

    def offer(self, newest: Recording) -> None:
        """Have the newest seconds scored; the recording must be the caller's to give away.

        Args:
            newest: settled signal up to now; shorter than `window_s` it is withheld.
        """
        due_s = self._due_s
        with self._lock:
            number = self._due
            self._running[number] = due_s
        if self._worker.offer(lambda: self._work(number, due_s, newest)):
            with self._lock:
                # Those before it that have not begun never will; the worker does one at a time.
                del self._running[max(k for k in self._running if k != number)]
                self._overtaken += 1

    def report(self) -> ProvisionalReport:
        """What became of them so far."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            overdue = sum(now_s - due_s > DEADLINE_S for due_s in self._running.values())
            return ProvisionalReport(
                due=self._due,
                withheld=self._withheld,
                failed=self._failed,
                overtaken=self._overtaken,
                unfinished=len(self._running),
                missed=self._late + self._overtaken + self._skipped + overdue,
                latency=Latency.of(self._latencies),
                scores=tuple(self._scores),
            )

    def _work(self, number: int, due_s: float, newest: Recording) -> None:
        score: float | None = None
        failed = False
        try:
            score = self._score(newest)
        except Exception:
            failed = True
        latency_s = self._clock.monotonic_s() - due_s
        with self._lock:
            self._running.pop(number, None)
            self._latencies.append(latency_s)
            self._late += latency_s > DEADLINE_S
            self._failed += failed
            self._withheld += score is None and not failed
            if score is not None:
                stop = newest.first_index + newest.counts.size
                self._scores.append(ProvisionalScore(stop, score, latency_s))

    def _score(self, newest: Recording) -> float | None:
        """The score of one clip, None where the gate refuses it."""
        strip = Strip.of_recording(newest, self._mains_hz)
        if strip.ecg_mv.size < round(self._clip_s * strip.fs_hz):
            return None
        try:
            found = find_clips(strip, self._manifest.variant)
        except SignalError:
            return None
        if not len(found.clips):
            return None
        clip = found.clips[:1]
        logits = checked_logits(self._runner.infer(clip), (1, len(self._manifest.outputs)))
        score = mean_score(logits, self._manifest.outputs.index(TIER_OUTPUT))
        if not np.isfinite(score):
            raise RunnerError("The provisional score is not a number.")
        return score
