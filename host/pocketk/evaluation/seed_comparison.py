"""Several trainings of one recipe with different seeds, judged on the same recordings: mean and range."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pocketk.evaluation.evaluation_error import EvaluationError

_COHORT, _MODEL, _GATE, _SPLIT = "cohort", "SHA-256 of the model", "gate", "split"
# What must be the same for a range to be one of seeds and of nothing else.
_SAME = (_COHORT, _SPLIT, _GATE)
_AUROC = "AUROC, patient bootstrap"


@dataclass(frozen=True)
class SeedFigure:
    """One figure over all seeds.

    Attributes:
        name: of the figure.
        recordings: that it is over, the same for every seed.
        values: one a seed, in the order given; None where a seed's could not be computed.
    """

    name: str
    recordings: int
    values: tuple[float | None, ...]

    @property
    def mean(self) -> float | None:
        """Arithmetic mean; None where a value is missing."""
        known = [value for value in self.values if value is not None]
        return sum(known) / len(known) if len(known) == len(self.values) else None

    @property
    def range(self) -> tuple[float, float] | None:
        """Smallest and largest; None where a value is missing."""
        known = [value for value in self.values if value is not None]
        return (min(known), max(known)) if len(known) == len(self.values) else None


@dataclass(frozen=True)
class SeedComparison:
    """What seeds do to the figures of an evaluation.

    Attributes:
        cohort: of all evaluations, in words.
        models: SHA-256 of the weights, one a seed.
        figures: in order.
    """

    cohort: str
    models: tuple[str, ...]
    figures: tuple[SeedFigure, ...]


def compare_seeds(documents: Sequence[Mapping[str, Any]]) -> SeedComparison:
    """Bring the figures of several evaluations together.

    Args:
        documents: of `pocketk evaluate`, one a seed, of different weights on the same recordings.

    Raises:
        EvaluationError: fewer than two, not of the same recordings in the same way, twice the same weights, or not
            evaluations of this version.
    """
    if len(documents) < 2:
        raise EvaluationError(f"{len(documents)} evaluation(s) were given; a range over seeds needs two or more.")
    facts = [_facts(document) for document in documents]
    for fact in _SAME:
        values = sorted({str(each.get(fact)) for each in facts})
        if len(values) > 1:
            raise EvaluationError(
                f"The evaluations differ in {fact}: {'; '.join(values)}. Evaluate every seed on the same recordings."
            )
    models = tuple(str(each.get(_MODEL)) for each in facts)
    if len(set(models)) < len(models):
        raise EvaluationError("Two evaluations are of the same weights; give one evaluation of each seed.")
    try:
        gathered = [_figures(document) for document in documents]
    except (KeyError, TypeError, AttributeError) as error:
        raise EvaluationError(f"An evaluation lacks {error}; evaluate again with this version.") from error
    figures = tuple(_together(name, [one.get(name) for one in gathered]) for name in gathered[0])
    return SeedComparison(str(facts[0].get(_COHORT)), models, figures)


def _facts(document: Mapping[str, Any]) -> Mapping[str, Any]:
    facts = document.get("facts")
    if not isinstance(facts, Mapping):
        raise EvaluationError("A document holds no facts; give folders of pocketk evaluate.")
    return facts


def _figures(document: Mapping[str, Any]) -> dict[str, tuple[int, float | None]]:
    """Name -> (recordings, value)."""
    tables = document["sections"]["discrimination"]["tables"]
    found = {
        f"AUROC {row['endpoint']}, {row['score']}": (int(row["recordings"]), row[_AUROC]["value"])
        for row in tables["discrimination"]
    }
    for row in tables.get("clips", ()):
        value = row["value"]  # an estimate with its interval, or a number that has none
        found[str(row["figure"])] = (int(row["recordings"]), value["value"] if isinstance(value, Mapping) else value)
    return found


def _together(name: str, seeds: Sequence[tuple[int, float | None] | None]) -> SeedFigure:
    known = [seed for seed in seeds if seed is not None]
    if len(known) < len(seeds) or len({n for n, _ in known}) > 1:
        raise EvaluationError(f"{name}: not every evaluation has it for the same recordings; evaluate again.")
    return SeedFigure(name, known[0][0], tuple(value for _, value in known))
