"""A network beside the reference models on the same recordings, per source, with paired differences over patients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pocketk.cohort.cohort_error import CohortError
from pocketk.evaluation.predictions import clip_column
from pocketk.evaluation.statistics.bootstrap import PatientBootstrap
from pocketk.evaluation.statistics.estimate import Estimate, missing
from pocketk.simulator.reference_models.oracle_model import ORACLES
from pocketk.simulator.validation.oracle import CUTS_MMOL_L, HIGH_MMOL_L
from pocketk_agent.bundle.manifest import TIER_OUTPUT

Floats = NDArray[np.float64]

LOGITS = clip_column(TIER_OUTPUT)
ONE_CLIP, THREE_CLIPS = "one clip", "mean of three clips"
_CLIPS: Mapping[str, int] = {ONE_CLIP: 1, THREE_CLIPS: 3}
# A network this far above everything that was drawn has found what potassium did not put there.
LEAK_ABOVE = 0.01
_NEEDED = ("record_id", "patient_id", "k_lab_mmol_l", "source", "refused", LOGITS)


@dataclass(frozen=True)
class PairedAurocs:
    """AUROCs of the same recordings.

    Attributes:
        source: of the recordings.
        cut: what counts as positive, against K <= 5.5.
        clips: `ONE_CLIP` (the first) or `THREE_CLIPS` (mean logit of three).
        n_patients: how many patients.
        model: the network.
        oracle: see `oracle_model`; that of a morphed source is a bound out of reach.
        beat: boosting on averaged beats, of as many clips as the network's.
        minus_oracle, minus_beat: network minus reference, paired.
        minus_one_clip: three clips minus the first of them, both the network's; None for one clip.
    """

    source: str
    cut: str
    clips: str
    n_patients: int
    model: Estimate
    oracle: Estimate
    beat: Estimate
    minus_oracle: Estimate
    minus_beat: Estimate
    minus_one_clip: Estimate | None

    @property
    def leak(self) -> bool:
        """Whether the network lies more than 0.01 above the oracle."""
        return self.minus_oracle.value is not None and self.minus_oracle.value > LEAK_ABOVE


@dataclass(frozen=True)
class ReferenceComparison:
    """What `compare` found.

    Attributes:
        rows: by source, clips and cut.
        n_compared: recordings in it.
        n_left_out: why -> how many recordings of either frame are not in it.
        draws, seed: of the bootstrap.
    """

    rows: tuple[PairedAurocs, ...]
    n_compared: int
    n_left_out: Mapping[str, int]
    draws: int
    seed: int

    @property
    def leaks(self) -> tuple[PairedAurocs, ...]:
        """The rows that raise the leak alarm."""
        return tuple(row for row in self.rows if row.leak)


@dataclass(frozen=True)
class _Scores:
    """(N,) each: network, oracle and beats; of three clips also the network's first one."""

    model: Floats
    oracle: Floats
    beat: Floats
    first: Floats | None

    def where(self, used: NDArray[np.bool_]) -> "_Scores":
        first = None if self.first is None else self.first[used]
        return _Scores(self.model[used], self.oracle[used], self.beat[used], first)


def compare(
    predictions: pl.DataFrame,
    references: pl.DataFrame,
    *,
    accepted_only: bool = False,
    draws: int = 2000,
    seed: int = 0,
) -> ReferenceComparison:
    """Compare a network with the references.

    All scores are log odds of K > 5.5, also where the cut is a higher one, as the oracle's are. 95 % intervals are
    percentiles over patients, who are drawn with all their recordings.

    Args:
        predictions: one row a recording with record_id, patient_id, k_lab_mmol_l, source, refused and
            logits_k_gt_5_5 (list of one logit a clip, in the strip's order).
        references: of `reference_scores`; beat_logit stands for beat_logit_mean where that is absent.
        accepted_only: leave out what the quality gate refused; else it counts where it has logits.
        draws: of the bootstrap.
        seed: of the bootstrap.

    Raises:
        CohortError: a column is missing, a recording occurs twice, or nothing is left to compare.
    """
    joined, left_out = _joined(predictions, references, accepted_only)
    rows: list[PairedAurocs] = []
    for source in sorted(joined["source"].unique()):
        of_source = joined.filter(pl.col("source") == source)
        for clips, least in _CLIPS.items():
            part = of_source.filter(pl.col(LOGITS).list.len() >= least)
            if part.height:
                bootstrap = PatientBootstrap(part["patient_id"].to_numpy(), draws=draws, seed=seed)
                rows += _rows(part, source, clips, bootstrap)
    return ReferenceComparison(tuple(rows), joined.height, left_out, draws, seed)


def cut_name(cut_mmol_l: float) -> str:
    """How a cut is written: "K > 5.5", "K >= 6.0"."""
    return f"K {'>' if cut_mmol_l == HIGH_MMOL_L else '>='} {cut_mmol_l:.1f}"


def _joined(
    predictions: pl.DataFrame, references: pl.DataFrame, accepted_only: bool
) -> tuple[pl.DataFrame, dict[str, int]]:
    _check(predictions, _NEEDED, "predictions")
    _check(references, ("record_id", "oracle_logit", "beat_logit"), "reference scores")
    if "beat_logit_mean" not in references.columns:
        references = references.with_columns(pl.col("beat_logit").alias("beat_logit_mean"))
    scores = references.select("record_id", "oracle_logit", "beat_logit", "beat_logit_mean")
    both = predictions.select(_NEEDED).join(scores, on="record_id", maintain_order="left")
    scored = both.filter((pl.col(LOGITS).list.len() > 0) & pl.col("k_lab_mmol_l").is_not_null())
    kept = scored.filter(~pl.col("refused")) if accepted_only else scored
    if kept.is_empty():
        raise CohortError(
            f"None of {predictions.height} predicted recordings has logits, a potassium and reference scores; give "
            "the predictions of the test cohort."
        )
    left_out = {
        "predicted, no reference": predictions.height - both.height,
        "reference, not predicted": references.height - both.height,
        "no clip to score": both.height - scored.height,
        "refused by the quality gate": scored.height - kept.height,
    }
    return kept, {why: count for why, count in left_out.items() if count}


def _check(frame: pl.DataFrame, names: Sequence[str], what: str) -> None:
    if missing := [name for name in names if name not in frame.columns]:
        raise CohortError(f"The {what} lack the column(s) {', '.join(missing)}; they have {', '.join(frame.columns)}.")
    if frame["record_id"].is_duplicated().any():
        raise CohortError(f"The {what} hold a recording more than once; give one row a recording.")


def _rows(part: pl.DataFrame, source: str, clips: str, bootstrap: PatientBootstrap) -> list[PairedAurocs]:
    scores = _scores(part, clips)
    k_lab = part["k_lab_mmol_l"].to_numpy()
    rows = []
    for cut in CUTS_MMOL_L:
        positive = k_lab >= cut if cut > HIGH_MMOL_L else k_lab > HIGH_MMOL_L
        used = positive | (k_lab <= HIGH_MMOL_L)
        rows.append(_row((source, cut_name(cut), clips), bootstrap.of(used), positive[used], scores.where(used)))
    return rows


def _scores(part: pl.DataFrame, clips: str) -> _Scores:
    first = part[LOGITS].list.first().to_numpy().astype(np.float64)
    oracle = part["oracle_logit"].cast(pl.Float64).to_numpy()
    if clips == ONE_CLIP:
        return _Scores(first, oracle, part["beat_logit"].to_numpy(), None)
    mean = part[LOGITS].list.head(_CLIPS[clips]).list.mean().to_numpy().astype(np.float64)
    return _Scores(mean, oracle, part["beat_logit_mean"].to_numpy(), first)


def _row(
    named: tuple[str, str, str], bootstrap: PatientBootstrap, positive: NDArray[np.bool_], scores: _Scores
) -> PairedAurocs:
    """One row; every estimate rests on the same resamples."""
    source, cut, clips = named
    oracle = minus_oracle = missing(_no_oracle(source), positive.size, int(positive.sum()), bootstrap.method)
    if not np.isnan(scores.oracle).any():
        oracle = bootstrap.auroc(positive, scores.oracle)
        minus_oracle = bootstrap.auroc_difference(positive, scores.model, scores.oracle)
    first = scores.first
    return PairedAurocs(
        source,
        cut,
        clips,
        bootstrap.n_patients,
        model=bootstrap.auroc(positive, scores.model),
        oracle=oracle,
        beat=bootstrap.auroc(positive, scores.beat),
        minus_oracle=minus_oracle,
        minus_beat=bootstrap.auroc_difference(positive, scores.model, scores.beat),
        minus_one_clip=None if first is None else bootstrap.auroc_difference(positive, scores.model, first),
    )


def _no_oracle(source: str) -> str:
    if source in ORACLES:
        return f"no oracle: the training cohort has too few recordings of the source {source}"
    return f"no oracle: nothing is known of recordings of the source {source}"
