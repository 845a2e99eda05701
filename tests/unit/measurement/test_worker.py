"""A slow or stalled network holds up nothing."""

import threading

import numpy as np
import pytest

from pocketk_agent.inference.runner import RunnerError
from pocketk_agent.measurement.timed_runner import TimedRunner
from pocketk_agent.measurement.worker import InlineWorker, ThreadWorker, Worker, WorkerStalledError
from session_rig import Always

CLIPS = np.zeros((3, 1, 5000), np.float32)


@pytest.fixture(params=[InlineWorker, ThreadWorker])
def worker(request: pytest.FixtureRequest):
    made: Worker = request.param()
    yield made
    made.close()


def test_a_call_gives_what_the_work_gave(worker: Worker):
    assert worker.call(lambda: 7, 5.0) == 7


def test_what_the_work_raises_is_raised_to_whoever_called(worker: Worker):
    def fails() -> None:
        raise MemoryError("full")

    with pytest.raises(MemoryError, match="full"):
        worker.call(fails, 5.0)
    assert worker.call(lambda: "still there", 5.0) == "still there"


def test_closing_twice_does_no_harm(worker: Worker):
    worker.close()
    worker.close()


def test_of_the_jobs_that_wait_only_the_newest_is_done():
    worker, busy, go = ThreadWorker(), threading.Event(), threading.Event()
    done: list[int] = []

    def hold() -> None:
        busy.set()
        go.wait(5.0)

    assert not worker.offer(hold)
    assert busy.wait(5.0)
    last = threading.Event()
    overtaken = [worker.offer(lambda k=k: done.append(k)) for k in range(3)]
    overtaken.append(worker.offer(last.set))
    go.set()
    assert last.wait(5.0)
    worker.close()
    assert overtaken == [False, True, True, True]
    assert done == []


def test_a_stalled_worker_is_given_up_in_time_and_keeps_nobody_waiting():
    worker, busy, go = ThreadWorker(), threading.Event(), threading.Event()

    def stall() -> None:
        busy.set()
        go.wait(10.0)

    worker.offer(stall)
    assert busy.wait(5.0)
    with pytest.raises(WorkerStalledError, match=r"0\.05 s"):
        worker.call(lambda: 1, 0.05)
    worker.close()
    go.set()


def test_a_timed_runner_asks_clip_by_clip():
    runner = Always()
    logits = TimedRunner(runner, InlineWorker()).infer(CLIPS)
    assert logits.shape == (3, 1)
    assert runner.calls == 3


def test_a_runner_that_does_not_answer_is_an_error():
    go = threading.Event()

    class Stalled(Always):
        def infer(self, clips):
            go.wait(10.0)
            return super().infer(clips)

    worker = ThreadWorker()
    with pytest.raises(RunnerError, match="stalled"):
        TimedRunner(Stalled(), worker, 0.05).infer(CLIPS)
    go.set()
    worker.close()
