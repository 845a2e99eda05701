"""Everything that a model card is made of, so that its two forms cannot say different things."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pocketk.bundle.card_words import LIMITS, NOT_VALIDATED, SIMULATION_LIMITS, SIMULATION_TRAINED
from pocketk.bundle.judgement import Document, Judgement
from pocketk.bundle.measured_tolerance import FileAgreement
from pocketk.bundle.recordings_used import PublicRecordings, recordings_named
from pocketk.export.formats.format_result import FormatResult
from pocketk.export.parity import ParityReport
from pocketk_agent.bundle.manifest import Manifest

_SIMULATED = "simulated"


@dataclass(frozen=True)
class CardFacts:
    """What is known of a model that was trained and evaluated.

    Attributes:
        manifest: of the bundle, without hashes.
        parity: ONNX against torch.
        parameters: of the network.
        fitted_on: what the calibration was fitted on, empty where there is none.
        judgement: training and evaluation.
        sha256: file of the bundle -> hash, without the cards and the manifest.
        further: how close the files besides ONNX fp32 came to the network.
        across: how close each file came to itself on other CPUs.
    """

    manifest: Manifest
    parity: ParityReport
    parameters: int
    fitted_on: str
    judgement: Judgement
    sha256: Mapping[str, str]
    further: tuple[FormatResult, ...] = ()
    across: tuple[FileAgreement, ...] = ()

    @property
    def simulated(self) -> bool:
        """Whether the training was on simulated patients, by its cohort or by what is said of it."""
        cohort = self.data.get("cohort") or {}
        parts = (cohort.get("config") or {}).get("parts") or [cohort.get("kind")]
        return all(part == _SIMULATED for part in parts) or _SIMULATED in self.manifest.training_data.casefold()

    @property
    def headline(self) -> str:
        """What stands first."""
        return SIMULATION_TRAINED if self.simulated else NOT_VALIDATED

    @property
    def limits(self) -> tuple[str, ...]:
        """What the figures do not show and the network cannot do."""
        return (*SIMULATION_LIMITS, *LIMITS) if self.simulated else LIMITS

    @property
    def recordings(self) -> tuple[PublicRecordings, ...]:
        """Public recordings that the training used, as far as its statements name them."""
        return recordings_named((self.manifest.training_data, str(self.judgement.run.get("statement", ""))))

    @property
    def data(self) -> Document:
        """What the run's configuration says of its data."""
        return self.judgement.config.get("data") or {}

    @property
    def training(self) -> dict[str, Any]:
        """How the network was trained, plain values; None where the run does not say."""
        config, run = self.judgement.config, self.judgement.run
        preset, machine = config.get("preset") or {}, config.get("machine") or {}
        return {
            "statement": run.get("statement"),
            "preset": preset.get("name"),
            "about": preset.get("about"),
            "clips_seen": run.get("clips"),
            "seed": machine.get("seed"),
            "accelerator": machine.get("accelerator"),
            "threads": machine.get("threads"),
            "start": config.get("start"),
            "teacher_sha256": config.get("teacher_sha256"),
            "teacher_weight": preset.get("teacher_weight") if config.get("teacher_sha256") else None,
            "parts": self.data.get("parts"),
            "manifest_sha256": self.data.get("manifest_sha256"),
            "validation": run.get("validation"),
            "versions": config.get("versions"),
        }
