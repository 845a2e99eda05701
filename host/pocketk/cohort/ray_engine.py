"""The engine for cohorts larger than one machine: Ray Data, on this machine or on a cluster.

The folder of the cohort and the recordings must be reachable under the same path from every machine of the cluster.
Nothing is fetched and nothing reported: usage statistics and the dashboard are off.
"""

import contextlib
import logging
import os
import pickle
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.engine import MOST_ATTEMPTS, Engine, Item, Result

# Ray Data keeps account of every block; more blocks than this cost more than they spread.
_MOST_BLOCKS = 1000


class RayEngine(Engine):
    """Ray Data tasks, one or several chunks each, tried again when their worker or machine is lost.

    Args:
        address: of a running cluster, "host:port" or "auto"; None starts Ray on this machine until `close`.
        processes: CPUs to give a Ray started here; None for all.

    Raises:
        CohortError: Ray is not installed, or no cluster answers at `address`.
    """

    def __init__(self, address: str | None = None, processes: int | None = None) -> None:
        self._ray = _import_ray()
        self._started = False
        if self._ray.is_initialized():
            return
        where: dict[str, Any] = {"address": address} if address else {"address": "local", "num_cpus": processes}
        try:
            self._ray.init(
                **where,
                include_dashboard=None if address else False,
                log_to_driver=False,
                logging_level=logging.ERROR,
                configure_logging=True,
            )
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise CohortError(f"No Ray cluster answers at {address}: {error}") from error
        self._started = True

    def map(
        self, work: Callable[[Item], Result], items: Iterable[Item], on_done: Callable[[int], None] | None = None
    ) -> Iterator[Result]:
        """See `Engine.map`."""
        rows = [{"index": index, "item": self._ray.cloudpickle.dumps(item)} for index, item in enumerate(items)]
        if not rows:
            return
        back: dict[int, bytes] = {}
        following = 0
        for row in self._finished_rows(work, rows):
            index = int(row["index"])
            back[index] = row["result"]
            if on_done is not None:
                on_done(index)
            while following in back:
                outcome = pickle.loads(back.pop(following))  # noqa: S301 - pickled by our own task a moment ago
                if isinstance(outcome, _Raised):
                    raise outcome.error
                yield outcome
                following += 1
        if following != len(rows):
            raise CohortError(f"Ray gave {following} of {len(rows)} chunks back; build the cohort again.")

    def close(self) -> None:
        """Stop the Ray that this engine started, or leave the cluster."""
        if self._started:
            self._ray.shutdown()
            self._started = False

    def _finished_rows(self, work: Callable[[Item], Result], rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        import ray.data

        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        context.execution_options.verbose_progress = False
        # a failure is raised, with its cause, by this engine; Ray would print it several times over before that
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)
        blocks = min(len(rows), _MOST_BLOCKS)
        dataset = ray.data.from_items(rows, override_num_blocks=blocks)
        with warnings.catch_warnings():
            # Ray 2.60 announces another way of saying max_retries and does not have it yet
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.filterwarnings("ignore", message=".*ray_remote_args_fn.*")
            finished = dataset.map(_RowWork(work), num_cpus=1, ray_remote_args_fn=_remote_args)
        try:
            yield from finished.iter_rows()
        except self._ray.exceptions.RayError as error:
            raise CohortError(
                f"Workers of Ray were lost {MOST_ATTEMPTS} times at the same chunk, or Ray itself failed ({error}). "
                "Most often memory ran out: use fewer --processes."
            ) from error


def _remote_args() -> dict[str, Any]:
    # Ray Data would try for ever
    return {"max_retries": MOST_ATTEMPTS - 1}


class _RowWork:
    """`work` on one row of a Ray data set: bytes in, bytes out."""

    def __init__(self, work: Callable[[Any], Any]) -> None:
        self.work = work

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        try:
            outcome: object = self.work(pickle.loads(row["item"]))  # noqa: S301 - pickled by the engine a moment ago
        except Exception as error:  # it crosses to the engine as a value: Ray would wrap it and hide its kind
            outcome = _Raised(error)
        return {"index": row["index"], "result": pickle.dumps(outcome, protocol=5)}


@dataclass(frozen=True)
class _Raised:
    """What the work raised."""

    error: Exception


def _import_ray() -> Any:
    # read by Ray at its import and start
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    with contextlib.suppress(ModuleNotFoundError):
        import ray
        import ray.data
        import ray.exceptions

        return ray
    raise CohortError("--engine ray needs Ray: pip install 'pocketk[scale]'. Without it, use --engine local.")
