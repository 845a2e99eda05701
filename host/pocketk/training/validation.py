"""What a network says of the validation part: how well it ranks, and the threshold that is frozen on it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score, roc_curve

from pocketk.training.label_check import POSITIVE_ABOVE_MMOL_L
from pocketk.training.loss import SEVERE_FROM_MMOL_L, TrainingLoss

Scored = Callable[[NDArray[np.int64]], NDArray[np.float32]]


@dataclass(frozen=True)
class Validation:
    """A network on recordings of the validation part, one clip each.

    Attributes:
        n: recordings.
        positive: of them with K > 5.5 mmol/L.
        loss: mean loss.
        auroc: for K > 5.5 mmol/L.
        auroc_severe: for K >= 6.0 against K <= 5.5 mmol/L; None where there is none of either.
    """

    n: int
    positive: int
    loss: float
    auroc: float
    auroc_severe: float | None


def validated(outputs: NDArray[np.float32], k_mmol_l: NDArray[np.float64], loss: TrainingLoss) -> Validation:
    """Judge outputs.

    Args:
        outputs: (V, H) of the network.
        k_mmol_l: (V,) laboratory potassium; both classes occur.
        loss: of the training.
    """
    positive = k_mmol_l > POSITIVE_ABOVE_MMOL_L
    severe = k_mmol_l >= SEVERE_FROM_MMOL_L
    judged = severe | ~positive
    auroc_severe = None
    if severe.any() and (judged & ~severe).any():
        auroc_severe = float(roc_auc_score(severe[judged], outputs[judged, 0]))
    with torch.no_grad():
        value = float(loss(torch.from_numpy(outputs), torch.from_numpy(k_mmol_l)))
    return Validation(
        len(k_mmol_l), int(positive.sum()), value, float(roc_auc_score(positive, outputs[:, 0])), auroc_severe
    )


@dataclass(frozen=True)
class FrozenCut:
    """A threshold on the first logit, frozen on the validation part before any test recording is read.

    Attributes:
        rule: how it was found.
        logit: say "high" from it on.
        sensitivity: on the validation part; optimistic, since the threshold was found there.
        specificity: likewise.
        n: recordings.
    """

    rule: str
    logit: float
    sensitivity: float
    specificity: float
    n: int

    def to_dict(self) -> dict[str, object]:
        """Plain values."""
        return asdict(self)


def youden_cut(logit: NDArray[np.float32], k_mmol_l: NDArray[np.float64]) -> FrozenCut:
    """The threshold with the largest sensitivity + specificity - 1 (Youden, Cancer 3:32, 1950).

    Args:
        logit: (V,) for K > 5.5 mmol/L.
        k_mmol_l: (V,) laboratory potassium; both classes occur.
    """
    fpr, tpr, cuts = roc_curve(k_mmol_l > POSITIVE_ABOVE_MMOL_L, logit)
    best = 1 + int(np.argmax((tpr - fpr)[1:]))  # the first point of the curve calls nothing high, at infinity
    return FrozenCut(
        "largest Youden index on the validation part",
        float(cuts[best]),
        float(tpr[best]),
        float(1.0 - fpr[best]),
        len(logit),
    )


@dataclass(frozen=True)
class ContextGap:
    """How far the first logit of a clip alone lies from that in its strip.

    Attributes:
        p99: 99th percentile of the absolute difference, in standard deviations of the logit.
        n: clips that have both versions.
    """

    p99: float
    n: int


def context_gap(in_strip: NDArray[np.float32], alone: NDArray[np.float32]) -> ContextGap | None:
    """Compare the two versions; None with fewer than two clips or logits that are all alike.

    Args:
        in_strip: (P,) logits.
        alone: (P,) of the same clips.
    """
    sd = float(in_strip.std()) if len(in_strip) > 1 else 0.0
    if sd == 0.0:
        return None
    return ContextGap(float(np.quantile(np.abs(in_strip - alone), 0.99)) / sd, len(in_strip))
