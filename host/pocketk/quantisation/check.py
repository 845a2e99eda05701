"""From paired logits to a judgement."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocketk.evaluation.scored_model import tier_index
from pocketk.quantisation.check_scoring import PairedLogits, runtime_of
from pocketk_agent.bundle.manifest import Manifest
from pocketk_agent.measurement.decision import calibrated_probability, mean_score
from pocketk_calibration.quantisation.agreement import logit_agreement, output_range
from pocketk_calibration.quantisation.judgement import LabelledPair, QuantisationJudgement, judge

POSITIVE_ABOVE_MMOL_L = 5.5
Floats = NDArray[np.float64]


def judge_pairs(
    pairs: PairedLogits, manifest: Manifest, candidate: Path, *, draws: int, seed: int
) -> QuantisationJudgement:
    """Judge a candidate.

    Logits are compared clip by clip, decisions and AUROC recording by recording, by the mean score of its clips and
    the manifest's calibration and thresholds; without those only logits are judged. Recordings without a potassium
    count for the logits alone.

    Raises:
        ValueError: fewer than two clips, or logits that are not finite.
    """
    reference, other = pairs.reference.astype(np.float64), pairs.candidate.astype(np.float64)
    low, high = output_limits(candidate, reference.shape[1])
    outputs = logit_agreement(reference, other, manifest.outputs)
    held = output_range(reference, other, low, high)
    rng = np.random.default_rng(seed)
    pair = labelled_pair(pairs, manifest)
    return judge(outputs, held, pair, outcome_bounds(manifest), rng, draws)


def outcome_bounds(manifest: Manifest) -> tuple[float, ...]:
    """Probabilities at which what a device says changes: thresholds, and the ends of the band without a statement."""
    held, band = manifest.thresholds, manifest.abstention
    bounds = set() if held is None else {held.t_low, held.t_high}
    # The band's upper end belongs to it, a threshold does not belong to what lies below.
    bounds |= set() if band is None else {band.low, float(np.nextafter(band.high, 1.0))}
    return tuple(sorted(bounds))


def labelled_pair(pairs: PairedLogits, manifest: Manifest) -> LabelledPair | None:
    """Probabilities and labels of the recordings that have both; None where the model has no calibration."""
    used = (pairs.clips > 0) & ~np.isnan(pairs.k_mmol_l)
    if manifest.calibration is None or not used.any():
        return None
    patient = np.unique(np.asarray(pairs.patient, object)[used].astype(str), return_inverse=True)[1]
    return LabelledPair(
        _probabilities(pairs.reference, pairs.clips, manifest)[used],
        _probabilities(pairs.candidate, pairs.clips, manifest)[used],
        pairs.k_mmol_l[used] > POSITIVE_ABOVE_MMOL_L,
        patient.astype(np.int64),
    )


def _probabilities(logits: NDArray[np.float32], clips: NDArray[np.int64], manifest: Manifest) -> Floats:
    """(R,) as the device computes them; NaN for a recording without clips."""
    index, ends = tier_index(manifest), np.cumsum(clips)
    return np.array(
        [
            calibrated_probability(mean_score(logits[end - n : end], index), manifest) if n else np.nan
            for n, end in zip(clips, ends, strict=True)
        ]
    )


def output_limits(candidate: Path, outputs: int) -> tuple[Floats, Floats]:
    """(H,) lowest and highest logit that a file can give; infinite for floating point."""
    endless = np.full(outputs, np.inf)
    if runtime_of(candidate) != "litert":
        return -endless, endless
    interpreter = import_module("ai_edge_litert.interpreter").Interpreter(model_path=str(candidate))
    (output,) = interpreter.get_output_details()
    scale, zero = output["quantization"]
    if output["dtype"] != np.int8 or scale == 0:
        return -endless, endless
    return np.full(outputs, (-128 - zero) * scale), np.full(outputs, (127 - zero) * scale)


def patients_in(pairs: PairedLogits) -> int:
    """Patients with a result."""
    named: Sequence[str] = [name for name, n in zip(pairs.patient, pairs.clips, strict=True) if n]
    return len(set(named))
