"""Tables of a model card: figures of an evaluation in words, as Markdown."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pocketk.bundle.errors import HostBundleError
from pocketk.bundle.judgement import Document, table_of
from pocketk.evaluation.report_table import Cell, cell_text
from pocketk.evaluation.statistics.estimate import Estimate

# Of the scores that an evaluation reports: what a device uses, and its first clip alone.
_SCORES = ("mean of up to 3 clips", "first clip")
# Tables that only newer evaluations have: section, table, caption.
NEWER_TABLES = (
    ("tiers", "tiers", "What the device would say, by potassium in mmol/L"),
    ("coverage", "conformal-coverage", "Coverage of the prediction sets behind the abstention band"),
    ("coverage", "no-statement", "Scored recordings without a statement"),
)
_RECORDINGS, _PATIENTS = "recordings", "patients"
_Keep = Callable[[Document], bool]


@dataclass(frozen=True)
class CardTable:
    """Rows in words.

    Attributes:
        caption: one line above them.
        headings: one a column.
        rows: as long as the headings.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        """The table; only its caption and a remark where there is no row."""
        if not self.rows:
            return f"{self.caption}: not computed.\n"
        lines = (self.headings, tuple("---" for _ in self.headings), *self.rows)
        return f"{self.caption}:\n\n" + "".join(f"| {' | '.join(map(_escaped, line))} |\n" for line in lines)


def evaluation_tables(document: Document) -> tuple[CardTable, ...]:
    """What a card shows of an evaluation.

    Raises:
        HostBundleError: the document is not of this version.
    """
    return (
        _table(
            document,
            "discrimination",
            "discrimination",
            "Discrimination, with 95 % intervals; K >= 6.0 and K >= 6.5 against K <= 5.5",
            ("endpoint", "score", "recordings", "positive", "AUROC, patient bootstrap", "AUPRC", "prevalence"),
            lambda row: row.get("score") in _SCORES,
        ),
        _table(
            document,
            "operating_points",
            "operating-counts",
            "Frozen thresholds on the probability of K > 5.5",
            ("threshold", "value", "rule", "true positive", "false positive", "false negative", "true negative"),
        ),
        _table(
            document,
            "operating_points",
            "operating-study",
            "At the prevalence of these recordings",
            (
                "threshold",
                "sensitivity",
                "specificity",
                "PPV",
                "NPV",
                "NPV of saying no to everyone",
                "alerts per 1000",
            ),
        ),
        _table(
            document,
            "operating_points",
            "operating-prevalence",
            "The same at a stated prevalence",
            ("threshold", "prevalence", "PPV", "NPV", "NPV of saying no to everyone", "alerts per 1000"),
        ),
        _table(
            document,
            "calibration",
            "calibration",
            "Calibration",
            ("probability", "recordings", "intercept", "slope", "ECE, 10 equal-mass bins", "Brier"),
        ),
        _table(
            document,
            "refused",
            "refusals",
            "Refused by the preparation, and by the gate where it was asked",
            ("recordings", "all", "refused"),
        ),
        _table(document, "refused", "inconclusive", "Scored and called INCONCLUSIVE", ("why", "recordings", "share")),
        *_newer(document),
    )


def _newer(document: Document) -> Iterator[CardTable]:
    """Tables of sections that older evaluations lack, with all of their columns."""
    for section, name, caption in NEWER_TABLES:
        rows = table_of(document, section, name) if section in document["sections"] else ()
        if rows:
            yield _table(document, section, name, caption, tuple(rows[0]))


def comparison_table(document: Document) -> CardTable:
    """A comparison with the reference models on the same recordings.

    Raises:
        HostBundleError: the document is not of this version.
    """
    labels = ("source", "clips", "cut", "n_patients")
    columns = ("model", "oracle", "beat", "minus_oracle", "minus_beat", "minus_one_clip")
    try:
        rows = tuple(
            (*(_words(row[one]) for one in labels), _words(row["model"]["n"]), *(_words(row[one]) for one in columns))
            for row in document["rows"]
        )
    except (KeyError, TypeError) as error:
        raise HostBundleError(f"The comparison has no rows of this version ({error}); compare again.") from error
    headings = ("source", "clips", "positive", "patients", "recordings", "network", "oracle", "averaged beats")
    gaps = ("network - oracle", "network - averaged beats", "three clips - one")
    return CardTable("AUROC beside the reference models, with 95 % intervals", (*headings, *gaps), rows)


def seed_table(document: Document) -> CardTable:
    """Mean and range of every figure over seeds.

    Raises:
        HostBundleError: the document is not of this version.
    """
    try:
        rows = tuple(
            (
                str(row["name"]),
                _words(row["recordings"]),
                _words(row["mean"]),
                " to ".join(map(_words, row["range"] or ())),
            )
            for row in document["figures"]
        )
        seeds = len(document["models"])
    except (KeyError, TypeError) as error:
        raise HostBundleError(f"The comparison of seeds is not of this version ({error}); compare again.") from error
    return CardTable(f"Over {seeds} trainings with different seeds", ("figure", "recordings", "mean", "range"), rows)


def _table(
    document: Document,
    section: str,
    name: str,
    caption: str,
    columns: Sequence[str],
    keep: _Keep = lambda _: True,
) -> CardTable:
    rows = [row for row in table_of(document, section, name) if keep(row)]
    columns = _with_patients(columns, rows)
    try:
        lines = tuple(tuple(_words(row[column]) for column in columns) for row in rows)
    except (KeyError, TypeError) as error:
        raise HostBundleError(f"The evaluation's table {name!r} has no column {error}; evaluate again.") from error
    return CardTable(caption, tuple(columns), lines)


def _with_patients(columns: Sequence[str], rows: Sequence[Document]) -> Sequence[str]:
    """The columns, and how many patients the recordings are of where the evaluation says so."""
    at = columns.index(_RECORDINGS) + 1 if _RECORDINGS in columns else 0
    if not at or not rows or _PATIENTS in columns or not all(_PATIENTS in row for row in rows):
        return columns
    return (*columns[:at], _PATIENTS, *columns[at:])


def _words(value: Any) -> str:
    """A cell as the report shows it."""
    cell: Cell = Estimate(**value) if isinstance(value, Mapping) else value
    return cell_text(cell)


def _escaped(cell: str) -> str:
    return " ".join(cell.replace("|", "\\|").split())
