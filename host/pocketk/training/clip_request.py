"""What clips a store is to hold."""

from dataclasses import dataclass

from pocketk_agent.signal.variant import check_mains, find_variant

DEFAULT_VARIANT = "pocketk-handheld-v1"
# Fewer leave the odds of a validation to chance (a standard error of AUROC above .05); engineering choice.
LEAST_POSITIVES = 20


@dataclass(frozen=True)
class ClipRequest:
    """What clips a store is to hold.

    Attributes:
        variant: preprocessing id.
        mains_hz: 50 or 60, where the recordings were made.
        clips: most clips taken from the strip of one recording, 1 to 3.
        alone: whether the first clip of a recording longer than a clip is stored a second time, cut out before it is
            filtered, so that a network learns not to mind the strip around a clip.
        gate: ask the device's quality gate of every clip (about 20 ms of a core each, ten times the preparation).
            Without it rails, flat lines and missing samples are still kept out, but noise is not: clips that a device
            would refuse are then learnt from.
        chunk: recordings one worker takes at a time; bounds the memory, not the result.
        part_seed: of the draw of the parts (`part.part_of_patient`).
        labelled: take recordings with a potassium only; False takes all, for a pre-training that reads no label.
        least_positives: recordings with K > 5.5 mmol/L without which no store is built; 0 for any number.

    Raises:
        ValueError: a number out of range.
        SignalError: no such variant or mains frequency.
    """

    variant: str = DEFAULT_VARIANT
    mains_hz: float = 50.0
    clips: int = 3
    alone: bool = True
    gate: bool = True
    chunk: int = 256
    part_seed: int = 0
    labelled: bool = True
    least_positives: int = LEAST_POSITIVES

    def __post_init__(self) -> None:
        most = find_variant(self.variant).n_clips
        check_mains(self.mains_hz)
        if not 1 <= self.clips <= most:
            raise ValueError(f"clips is {self.clips}; expected 1 to {most}, the clips of a measurement")
        if self.chunk < 1:
            raise ValueError(f"chunk is {self.chunk}; expected 1 recording or more")
        if self.least_positives < 0:
            raise ValueError(f"least_positives is {self.least_positives}; expected 0 or more")
