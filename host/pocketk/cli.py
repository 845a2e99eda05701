"""The command `pocketk`: the workstation's tools."""

import sys
from collections.abc import Sequence

from cyclopts import App

from pocketk.bundle.errors import HostBundleError
from pocketk.cohort.cohort_error import CohortError
from pocketk.evaluation.evaluation_error import EvaluationError
from pocketk.export.formats.format_error import FormatError
from pocketk.export.parity_error import ParityError
from pocketk.probability.calibration_error import CalibrationError
from pocketk.provision.provision_error import ProvisionError
from pocketk.release.release_error import ReleaseError
from pocketk.requirements.error import RequirementsError
from pocketk.signing.signing_error import SigningError
from pocketk.simulator.simulation_error import SimulationError
from pocketk.training.training_error import TrainingError
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.front_end_calibration.error import FrontEndCalibrationError
from pocketk_agent.recording_file.recording_file_error import RecordingFileError
from pocketk_agent.signal.errors import SignalError
from pocketk_agent.version import VERSION
from pocketk_calibration.frontend.fit_error import FrontEndFitError
from pocketk_models.checkpoint_error import CheckpointError

EXIT_UNUSABLE = 2
_EXPECTED = (
    BundleError,
    CalibrationError,
    CheckpointError,
    CohortError,
    EvaluationError,
    FormatError,
    FrontEndCalibrationError,
    FrontEndFitError,
    HostBundleError,
    ParityError,
    ProvisionError,
    RecordingFileError,
    ReleaseError,
    RequirementsError,
    SignalError,
    SigningError,
    SimulationError,
    TrainingError,
)
# Loaded when called: torch alone takes longer than most commands.
_COMMANDS = {
    "import-weights": "pocketk.import_weights:import_weights",
    "calibrate": "pocketk.calibrate_command:calibrate_command",
    "recalibrate-site": "pocketk.recalibrate_site_command:recalibrate_site_command",
    "export": "pocketk.export_command:export_command",
    "key": "pocketk.key_command:key_app",
    "bundle": "pocketk.bundle_command:bundle_app",
    "score": "pocketk.score_command:score_command",
    "device": "pocketk.device_command:device_app",
    "simulate": "pocketk.simulate_command:simulate_command",
    "cohort": "pocketk.cohort_command:cohort_app",
    "pretrain": "pocketk.pretrain_command:pretrain_command",
    "train": "pocketk.train_command:train_command",
    "release": "pocketk.release_command:release_command",
    "evaluate": "pocketk.evaluate_command:evaluate_command",
    "evaluate-qrs": "pocketk.evaluate_qrs_command:evaluate_qrs_command",
    "evaluate-boundaries": "pocketk.boundary_command:evaluate_boundaries_command",
    "evaluate-gate": "pocketk.gate_command:evaluate_gate_command",
    "compare-references": "pocketk.compare_references_command:compare_references_command",
    "compare-seeds": "pocketk.compare_seeds_command:compare_seeds_command",
    "bench-check": "pocketk.bench_check_command:bench_check_command",
    "quantise-check": "pocketk.quantise_check_command:quantise_check_command",
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
