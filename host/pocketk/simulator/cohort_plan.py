"""Everything that decides a simulated cohort, and how it is cut into chunks that can be made in any order."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from pocketk.cohort.cohort_error import CohortError
from pocketk_agent.patient.preset import preset_named

# Constant, so that the draws of a recording do not follow from the number of processes. 250 strips of 10 s at 500 Hz
# are 5 MB.
CHUNK_RECORDINGS = 250
FRONT_ENDS = ("mixed", "24-bit", "12-bit")
NOISES = ("none", "handheld")
MAINS_HZ = (50.0, 60.0)
# A background that stood under one potassium only would tell the label (simulator's rule against shortcuts).
FEWEST_MORPHS = 2
MOST_PATIENTS = 10_000_000
SHORTEST_S, LONGEST_S = 1.0, 3600.0


@dataclass(frozen=True)
class CohortPlan:
    """What to simulate; the same plan gives the same bytes.

    Attributes:
        patients: how many of them, backgrounds included.
        seed: of every draw, 0 or more.
        visits: recordings of each patient, 1 or more.
        seconds: length of a recording.
        fs_hz: its rate.
        mains_hz: 50 or 60.
        noise: one of `NOISES`.
        front_end: one of `FRONT_ENDS`; "mixed" draws one for each recording, whatever the potassium.
        preset: difficulty.
        positives: share of recordings with a laboratory value above 5.5 mmol/L; natural (3.3 %) where None.
        morph_share: share of the recordings that are morphed backgrounds; 0 without backgrounds.
        backgrounds: folder of a cohort of backgrounds, None without.
        internal_share: share of the drawn patients for the internal test, 0 to 1; a background stays in its split.

    Raises:
        CohortError: a value is out of range; the message says which.
    """

    patients: int
    seed: int = 0
    visits: int = 1
    seconds: float = 10.0
    fs_hz: float = 500.0
    mains_hz: float = 50.0
    noise: str = "handheld"
    front_end: str = "mixed"
    preset: str = "default"
    positives: float | None = None
    morph_share: float = 0.0
    backgrounds: Path | None = None
    internal_share: float = 0.2

    def __post_init__(self) -> None:
        faults = [message for holds, message in self._rules() if not holds]
        try:
            preset_named(self.preset)
        except ValueError as error:
            faults.append(str(error).rstrip("."))
        if faults:
            raise CohortError("This cohort cannot be simulated: " + "; ".join(faults) + ".")

    def _rules(self) -> Iterator[tuple[bool, str]]:
        yield 1 <= self.patients <= MOST_PATIENTS, f"--patients is {self.patients}; give 1 to {MOST_PATIENTS:,}"
        yield self.seed >= 0, f"--seed is {self.seed}; give 0 or more"
        yield 1 <= self.visits <= CHUNK_RECORDINGS, f"--visits is {self.visits}; give 1 to {CHUNK_RECORDINGS}"
        fits = math.isfinite(self.seconds) and SHORTEST_S <= self.seconds <= LONGEST_S
        yield fits, f"--seconds is {self.seconds}; give {SHORTEST_S:g} to {LONGEST_S:g}"
        yield 100.0 <= self.fs_hz <= 2000.0, f"--rate is {self.fs_hz}; give 100 to 2000 Hz"
        yield self.mains_hz in MAINS_HZ, f"--mains is {self.mains_hz:g}; give 50 or 60"
        yield self.noise in NOISES, f"--noise is {self.noise!r}; give {' or '.join(NOISES)}"
        yield self.front_end in FRONT_ENDS, f"--front-end is {self.front_end!r}; give one of {', '.join(FRONT_ENDS)}"
        share = self.positives
        yield share is None or 0.0 <= share <= 1.0, f"--positives is {share}; give a share from 0 to 1"
        yield 0.0 <= self.morph_share <= 1.0, f"--morph-share is {self.morph_share}; give a share from 0 to 1"
        yield 0.0 <= self.internal_share <= 1.0, f"--internal-share is {self.internal_share}; give a share from 0 to 1"
        with_backgrounds = self.morph_share == 0.0 or self.backgrounds is not None
        yield with_backgrounds, "--morph-share without --backgrounds; name a folder of backgrounds"

    @property
    def recordings(self) -> int:
        """How many recordings are asked for."""
        return self.patients * self.visits

    @property
    def synthetic_patients(self) -> int:
        """How many patients are simulated from nothing."""
        return self.patients - round(self.patients * self.morph_share)

    def config(self) -> dict[str, object]:
        """Every option as plain values, for the cohort's card."""
        values = asdict(self)
        values["backgrounds"] = None if self.backgrounds is None else self.backgrounds.name
        return values

    def rng(self, *key: int) -> np.random.Generator:
        """A generator of its own for whatever `key` stands for (numpy's SeedSequence, spawned by key)."""
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))


@dataclass(frozen=True)
class SyntheticChunk:
    """Consecutive synthetic patients.

    Attributes:
        index: of the shard.
        first_patient: index of the first of them in the cohort.
        patients: how many.
    """

    index: int
    first_patient: int
    patients: int


def synthetic_chunks(plan: CohortPlan) -> list[SyntheticChunk]:
    """The synthetic patients in chunks of at most 250 recordings."""
    step = max(1, CHUNK_RECORDINGS // plan.visits)
    starts = range(0, plan.synthetic_patients, step)
    return [SyntheticChunk(i, at, min(step, plan.synthetic_patients - at)) for i, at in enumerate(starts)]
