"""The command `pocketk`: the workstation's tools."""

import sys
from collections.abc import Sequence

from cyclopts import App

from pocketk.bundle.errors import HostBundleError
from pocketk.cohort.cohort_error import CohortError
from pocketk.export.parity_error import ParityError
from pocketk.requirements.error import RequirementsError
from pocketk.simulator.simulation_error import SimulationError
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.recording_file.recording_file_error import RecordingFileError
from pocketk_agent.signal.errors import SignalError
from pocketk_agent.version import VERSION
from pocketk_models.checkpoint_error import CheckpointError

EXIT_UNUSABLE = 2
_EXPECTED = (
    BundleError,
    CheckpointError,
    CohortError,
    HostBundleError,
    ParityError,
    RecordingFileError,
    RequirementsError,
    SignalError,
    SimulationError,
)
# Loaded when called: torch alone takes longer than most commands.
_COMMANDS = {
    "import-weights": "pocketk.import_weights:import_weights",
    "export": "pocketk.export_command:export_command",
    "score": "pocketk.score_command:score_command",
    "simulate": "pocketk.simulate_command:simulate_command",
    "cohort": "pocketk.cohort_command:cohort_app",
    "evaluate-qrs": "pocketk.evaluate_qrs_command:evaluate_qrs_command",
    "evaluate-boundaries": "pocketk.boundary_command:evaluate_boundaries_command",
    "evaluate-gate": "pocketk.gate_command:evaluate_gate_command",
    "bench-check": "pocketk.bench_check_command:bench_check_command",
    "requirements": "pocketk.requirements.command:requirements_command",
}

app = App(
    name="pocketk",
    help="Pocket-K on the workstation. Research demonstration, not for clinical use.",
    version=VERSION,
)
for _name, _place in _COMMANDS.items():
    app.command(_place, name=_name)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; what a user can mend is said in one line, with exit status 2."""
    try:
        status = app(arguments)
    except _EXPECTED as error:
        print(f"pocketk: {error}", file=sys.stderr)
        sys.exit(EXIT_UNUSABLE)
    except KeyboardInterrupt:
        print("pocketk: stopped; nothing half-written is left.", file=sys.stderr)
        sys.exit(130)
    sys.exit(status if isinstance(status, int) else 0)
