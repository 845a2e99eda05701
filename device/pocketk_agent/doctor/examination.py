"""All checks of a device, in the order in which a person would mend them."""

from pathlib import Path

from pocketk_agent.config.config_error import ConfigError
from pocketk_agent.config.config_file import load_config
from pocketk_agent.config.sections import AgentConfig
from pocketk_agent.doctor.check import Check, Grade, failed, ok
from pocketk_agent.doctor.data_checks import check_bundle, check_store
from pocketk_agent.doctor.front_end_checks import check_front_end
from pocketk_agent.doctor.machine import Machine
from pocketk_agent.doctor.machine_checks import check_python, check_runtime, check_system, check_time, check_unit


def examine(path: Path, machine: Machine) -> list[Check]:
    """Check everything that can be checked; what needs a configuration is left out where there is none.

    Args:
        path: of the configuration.
        machine: what is asked.
    """
    checks = [check_system(machine), check_python(machine), check_runtime(machine)]
    config, of_config = _configuration(path)
    checks.append(of_config)
    if config is not None:
        checks += check_front_end(config.front_end, machine)
        checks += check_bundle(config.measurement, config.bundle.slots)
        checks.append(check_store(config.measurement.store, machine))
    return [*checks, check_time(machine), check_unit(machine)]


def is_fit(checks: list[Check]) -> bool:
    """Whether nothing keeps the device from measuring."""
    return all(check.grade is not Grade.FAILED for check in checks)


def _configuration(path: Path) -> tuple[AgentConfig | None, Check]:
    try:
        config = load_config(path)
    except ConfigError as error:
        return None, failed(
            "configuration", str(error), f"Correct {path}; `pocketk-agent config --example` shows all keys."
        )
    except ModuleNotFoundError as error:
        return None, failed("configuration", str(error), "pip install 'pocketk[run]'.")
    return config, ok("configuration", f"{path}: front end {config.front_end.kind}")
