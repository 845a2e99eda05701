"""The same training over the processes of Ray Train, on this machine or on a cluster.

Ray starts the workers and connects them; in each of them runs what `training_run.train` would have started. The store
of clips and the run's folder must be reachable under the same path from every machine. A run that was stopped goes on
with `pocketk train --resume` on one machine.
"""

import logging
from typing import Any

from lightning_fabric import Fabric
from lightning_fabric.plugins.environments.torchelastic import TorchElasticEnvironment
from lightning_fabric.strategies.ddp import DDPStrategy

from pocketk.cohort.ray_engine import RayEngine
from pocketk.training.run_folder import check_new
from pocketk.training.training_error import TrainingError
from pocketk.training.training_plan import TrainingPlan
from pocketk.training.training_run import TrainingResult, result_of, train_worker


def train_with_ray(plan: TrainingPlan, address: str | None = None) -> TrainingResult:
    """Train with one Ray worker a device.

    Args:
        plan: what; `plan.devices` workers share each batch.
        address: of a running cluster, None to start Ray here.

    Raises:
        TrainingError: a run is there already, or the training failed; the cause is named.
        CohortError: Ray is not installed, or no cluster answers.
    """
    check_new(plan.out)
    with RayEngine(address):
        from ray.train import RunConfig, ScalingConfig
        from ray.train.torch import TorchConfig, TorchTrainer

        logging.getLogger("ray.train").setLevel(logging.ERROR)
        on_gpu = plan.accelerator == "cuda"
        trainer = TorchTrainer(
            _work,
            train_loop_config={"plan": plan},
            torch_config=TorchConfig(backend="nccl" if on_gpu else "gloo"),
            scaling_config=ScalingConfig(num_workers=plan.devices, use_gpu=on_gpu),
            run_config=RunConfig(name="ray", storage_path=str(plan.out.resolve().parent / f".{plan.out.name}.ray")),
        )
        try:
            trainer.fit()
        except Exception as error:  # Ray has an error of its own for each way a worker may be lost
            raise TrainingError(f"The training under Ray failed: {error}") from error
    return result_of(plan.out, 0)


def _work(config: dict[str, Any]) -> None:
    """One worker; Ray has set rank, world and address in its environment and connected it."""
    from ray.train import get_context

    plan: TrainingPlan = config["plan"]
    context = get_context()
    here = context.get_local_world_size()
    fabric = Fabric(
        accelerator=plan.accelerator,
        devices=here,
        num_nodes=max(1, context.get_world_size() // here),
        strategy=DDPStrategy(cluster_environment=TorchElasticEnvironment()),
        precision=plan.precision,
    )
    fabric.launch()
    train_worker(fabric, plan, resume=False)
