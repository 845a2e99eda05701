"""Golden vectors: a bundle proves at start-up that this device computes what its maker measured (S2)."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.manifest import GOLDEN_NAME, Manifest
from pocketk_agent.bundle.model_file import ModelFile
from pocketk_agent.front_end import FrontEnd
from pocketk_agent.inference.runner import Runner
from pocketk_agent.measurement.recorder import Recording
from pocketk_agent.measurement.scoring import Scored, Strip, score_strip
from pocketk_agent.outcome import OutcomeKind
from pocketk_agent.signal.errors import SignalError

# Unpacked; those of a network of 5,000 samples are 3 MB. A file that grows beyond this is no golden file.
_MAX_UNPACKED_BYTES = 200_000_000
# The preprocessing is float64; what is left after rounding to float32 is one unit in the last place of a
# z-score of about 20.
_CLIP_ATOL_Z = 1e-5


@dataclass(frozen=True)
class GoldenCase:
    """One generated recording and everything that became of it with one model of the bundle.

    Attributes:
        name: what it shows.
        front_end: scale of the counts.
        mains_hz: 50 or 60.
        counts: (T,) int32.
        lead_off: (T,) bool.
        ecg_mv: (T,) float32.
        clips: (n, 1, N) float32 that passed the gate.
        logits: (n, H) float32, n = 0 where the gate refused all.
        outcome: as printed.
    """

    name: str
    front_end: FrontEnd
    mains_hz: float
    counts: NDArray[np.int32]
    lead_off: NDArray[np.bool_]
    ecg_mv: NDArray[np.float32]
    clips: NDArray[np.float32]
    logits: NDArray[np.float32]
    outcome: str


_FRONT_END_TEXTS = ("serial", "firmware", "runtime", "profile", "lead")
# Alike whatever the model; its logits and outcome stand beside them once a model.
_SHARED_ARRAYS = ("counts", "lead_off", "ecg_mv", "clips")


def arrays_of(cases: Mapping[str, Sequence[GoldenCase]]) -> dict[str, NDArray]:
    """The arrays of a golden file, by name; `index` is a JSON text as bytes.

    Args:
        cases: of each model, by its file, in the order of the manifest; the same recordings for all.
    """
    of_models = list(cases.values())
    index = {
        "models": list(cases),
        "cases": [
            {
                "name": same[0].name,
                "mains_hz": same[0].mains_hz,
                "front_end": vars(same[0].front_end),
                "outcomes": [case.outcome for case in same],
            }
            for same in zip(*of_models, strict=True)
        ],
    }
    arrays: dict[str, NDArray] = {"index": np.frombuffer(json.dumps(index, sort_keys=True).encode(), np.uint8)}
    for i, same in enumerate(zip(*of_models, strict=True)):
        arrays |= {f"{name}_{i}": getattr(same[0], name) for name in _SHARED_ARRAYS}
        arrays |= {f"logits_{i}_{m}": case.logits for m, case in enumerate(same)}
    return arrays


def read_golden(path: Path, model: str | None = None) -> list[GoldenCase]:
    """Read what a golden file holds of one model.

    Args:
        path: of the golden file.
        model: its file's name; the first model where not given.

    Raises:
        BundleError: code "golden-file"; damaged, without a case, or without this model.
    """
    try:
        _check_size(path)
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            index = json.loads(file["index"].tobytes())
            place = 0 if model is None else index["models"].index(model)
            cases = [
                GoldenCase(
                    name=entry["name"],
                    front_end=FrontEnd(**entry["front_end"]),
                    mains_hz=entry["mains_hz"],
                    outcome=entry["outcomes"][place],
                    logits=file[f"logits_{i}_{place}"],
                    **{name: file[f"{name}_{i}"] for name in _SHARED_ARRAYS},
                )
                for i, entry in enumerate(index["cases"])
            ]
    # The file is somebody else's, and numpy, zipfile and json let through what they stumble over: fuzzing found
    # SyntaxError and TokenError from the header of an array.
    except Exception as error:
        raise BundleError("golden-file", f"{path.name} cannot be read: {error}") from error
    for case in cases:
        _check_well_formed(case, path.name)
    if not any(len(case.logits) for case in cases):
        raise BundleError("golden-file", f"{path.name} holds no case with a logit, so it proves nothing.")
    return cases


def _check_size(path: Path) -> None:
    """Refuse a file that would fill the memory when unpacked."""
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MAX_UNPACKED_BYTES:
            raise ValueError(f"unpacked it would have more than {_MAX_UNPACKED_BYTES:,} bytes")


def _check_well_formed(case: GoldenCase, file_name: str) -> None:
    """Refuse a case that could be compared wrongly, or always successfully."""
    numbers = [v for k, v in vars(case.front_end).items() if k not in _FRONT_END_TEXTS]
    sound = (
        # np.load gives bytes for an entry that is no array.
        all(isinstance(one, np.ndarray) for one in (case.counts, case.lead_off, case.ecg_mv, case.clips, case.logits))
        and all(isinstance(v, int | float) and not isinstance(v, bool) for v in (*numbers, case.mains_hz))
        and case.counts.dtype == np.int32
        and case.lead_off.dtype == np.bool_
        and case.counts.ndim == 1
        and case.counts.shape == case.lead_off.shape == case.ecg_mv.shape
        and all(array.dtype == np.float32 for array in (case.ecg_mv, case.clips, case.logits))
        and (case.clips.ndim, case.logits.ndim) == (3, 2)
        and len(case.clips) == len(case.logits)
        and bool(np.isfinite(case.logits).all())
        and isinstance(case.outcome, str)
        and not case.outcome.startswith(OutcomeKind.DEVICE_ERROR)
    )
    if not sound:
        raise BundleError("golden-file", f"{file_name} holds a case that proves nothing: {case.name!r}.")


def score_golden(case: GoldenCase, manifest: Manifest, runner: Runner) -> Scored:
    """Score a case's raw counts exactly as a measurement does, with as many clips as it gives.

    Raises:
        SignalError: the signal cannot be prepared.
    """
    recording = Recording(case.front_end, 0, case.counts, case.lead_off, np.zeros(case.counts.size, bool))
    return score_strip(Strip.of_recording(recording, case.mains_hz), manifest, runner, full_measurement=False)


def check_golden(directory: Path, manifest: Manifest, model: ModelFile, runner: Runner) -> float:
    """Run every golden vector on this device.

    Args:
        directory: of the bundle.
        manifest: of the bundle.
        model: which of its models.
        runner: with that model loaded.

    Returns:
        The largest difference of a logit.

    Raises:
        BundleError: code "golden-file" if there are none, "golden-mismatch" if one does not reproduce.
    """
    if GOLDEN_NAME not in manifest.files:
        raise BundleError(
            "golden-file",
            f"The bundle has no {GOLDEN_NAME}, so nothing shows that this device computes right.",
        )
    cases = read_golden(directory / GOLDEN_NAME, model.file)
    return max(_check_case(case, manifest, model, runner) for case in cases)


def _check_case(case: GoldenCase, manifest: Manifest, model: ModelFile, runner: Runner) -> float:
    def mismatch(what: str) -> BundleError:
        return BundleError(
            "golden-mismatch",
            f"Golden vector {case.name!r} of {model.file}: {what}. This device must not show a result with this "
            "model; pocketk-agent benchmark looks for one that it may use.",
        )

    if not np.array_equal(case.front_end.to_mv(case.counts).astype(np.float32), case.ecg_mv):
        raise mismatch("the millivolts differ")
    try:
        scored = score_golden(case, manifest, runner)
    except SignalError as error:
        raise mismatch(f"the signal is refused ({error})") from error
    if str(scored.outcome) != case.outcome:
        raise mismatch(f"the outcome is {scored.outcome}, not {case.outcome}")
    if scored.clips.shape != case.clips.shape or not np.allclose(scored.clips, case.clips, rtol=0.0, atol=_CLIP_ATOL_Z):
        raise mismatch("the model's input differs")
    if scored.logits is None:
        return 0.0
    if scored.logits.shape != case.logits.shape:
        raise mismatch(f"the model gives {scored.logits.shape} logits, not {case.logits.shape}")
    worst = float(np.max(np.abs(scored.logits - case.logits)))
    if not worst <= model.golden_atol_logit:
        raise mismatch(f"a logit differs by {worst:.3g}, more than {model.golden_atol_logit:.3g}")
    return worst
