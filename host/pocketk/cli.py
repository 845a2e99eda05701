"""The command `pocketk`: the workstation's tools."""

import sys
from collections.abc import Sequence

from cyclopts import App

from pocketk.bundle.errors import HostBundleError
from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort_command import cohort_app
from pocketk.evaluate_qrs_command import evaluate_qrs_command
from pocketk.export.parity import ParityError
from pocketk.export_command import export_command
from pocketk.import_weights import import_weights
from pocketk.requirements.command import requirements_command
from pocketk.requirements.error import RequirementsError
from pocketk.score_command import score_command
from pocketk.simulate_command import simulate_command
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

app = App(
    name="pocketk",
    help="Pocket-K on the workstation. Research demonstration, not for clinical use.",
    version=VERSION,
)
app.command(import_weights, name="import-weights")
app.command(export_command, name="export")
app.command(score_command, name="score")
app.command(simulate_command, name="simulate")
app.command(evaluate_qrs_command, name="evaluate-qrs")
app.command(requirements_command, name="requirements")
app.command(cohort_app)


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
