"""What is wanted of a released model, and whether its evaluation reaches it.

The bars are engineering choices, set before the model was trained, on what published work on Lead I alone reached and
on what a network may lose against a simulator's own variables. They are judged on simulated recordings only.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import ge, gt, le, lt

from pocketk.bundle.errors import HostBundleError
from pocketk.bundle.judgement import Document, Judgement, table_of

_COMPARE: dict[str, Callable[[float, float], bool]] = {">=": ge, ">": gt, "<=": le, "<": lt}
_SOURCE, _ONE_CLIP, _CUT = "synthetic", "one clip", "K > 5.5"
_GAIN = "AUROC of three clips less that of the first"
_CONTEXT = "first clip alone against in its strip: 99th percentile of the difference, in SD of the logit"
_AFTER = "after calibration"
_EITHER = "either: INCONCLUSIVE"


@dataclass(frozen=True)
class Bar:
    """One thing that is wanted.

    Attributes:
        id: of the requirements register too.
        text: what is measured.
        wanted: comparison and number, all of which have to hold.
        clear_of_zero: whether the 95 % interval has to lie above 0 besides.
    """

    id: str
    text: str
    wanted: tuple[tuple[str, float], ...]
    clear_of_zero: bool = False

    @property
    def limit(self) -> str:
        """What is wanted, in words."""
        words = [f"{sign} {number:g}" for sign, number in self.wanted]
        return ", ".join([*words, *(["interval above 0"] if self.clear_of_zero else [])])


@dataclass(frozen=True)
class Measured:
    """A figure of an evaluation or a comparison.

    Attributes:
        value: the figure.
        low, high: its 95 % interval, None where it has none.
        n: recordings that it rests on.
    """

    value: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class JudgedBar:
    """A bar beside what was measured.

    Attributes:
        id, text, limit: of the bar.
        measured: the figure, None where it was not measured.
        low, high: its 95 % interval, None where it has none.
        n: recordings that it rests on, None where it was not measured.
        reached: None where it was not measured.
    """

    id: str
    text: str
    limit: str
    measured: float | None
    low: float | None
    high: float | None
    n: int | None
    reached: bool | None

    @property
    def in_words(self) -> str:
        """The figure with its interval; four decimals, so that rounding never lifts it over its bar."""
        if self.measured is None:
            return "not measured"
        interval = "" if self.low is None or self.high is None else f" ({self.low:.4f} to {self.high:.4f})"
        return f"{self.measured:.4f}{interval}"

    @property
    def n_in_words(self) -> str:
        """How many recordings it rests on, a dash where it was not measured."""
        return "-" if self.n is None else f"{self.n:,}"

    @property
    def verdict(self) -> str:
        """Whether it was reached, in words."""
        return {True: "reached", False: "NOT REACHED", None: "not measured"}[self.reached]


BARS = (
    Bar("MODEL-AUROC", "AUROC for K > 5.5, one clip", ((">=", 0.845),)),
    Bar("MODEL-AUROC-SEVERE", "AUROC for K >= 6.0 against K <= 5.5, one clip", ((">=", 0.91),)),
    Bar("MODEL-THREE-CLIPS", "AUROC for K > 5.5, mean of three clips less the first", ((">=", 0.005),)),
    Bar("MODEL-SLOPE", "calibration slope, after calibration", ((">=", 0.9), ("<=", 1.1))),
    Bar("MODEL-ECE", "expected calibration error, after calibration", (("<", 0.02),)),
    Bar("MODEL-INCONCLUSIVE", "share of scored recordings called INCONCLUSIVE", (("<=", 0.15),)),
    Bar("MODEL-CONTEXT", "clip alone against in its strip, 99th percentile in SD of the logit", (("<", 0.1),)),
    Bar("MODEL-ORACLE", "AUROC for K > 5.5, one clip, network less oracle", ((">=", -0.02),)),
    Bar("MODEL-BEATS", "AUROC for K > 5.5, one clip, network less averaged beats", ((">=", 0.02),), clear_of_zero=True),
    Bar("MODEL-LEAK", "leak alarm: largest AUROC of the network less that of the oracle", (("<=", 0.01),)),
    Bar(
        "MODEL-RISK", "mean risk over K 4.5 to 8 of two fixed patients: largest fall; 1 without a rise", (("<=", 0.01),)
    ),
)


def judge_bars(judgement: Judgement) -> tuple[JudgedBar, ...]:
    """Every bar, in order; by the first evaluation, and by the comparisons where there are some.

    Raises:
        HostBundleError: the evaluation or a comparison is not of this version.
    """
    found = _figures(judgement)
    return tuple(_judged(bar, found.get(bar.id)) for bar in BARS)


def _judged(bar: Bar, found: Measured | None) -> JudgedBar:
    if found is None:
        return JudgedBar(bar.id, bar.text, bar.limit, None, None, None, None, None)
    reached = all(_COMPARE[sign](found.value, number) for sign, number in bar.wanted)
    if bar.clear_of_zero:
        reached = reached and found.low is not None and found.low > 0.0
    return JudgedBar(bar.id, bar.text, bar.limit, found.value, found.low, found.high, found.n, reached)


def _figures(judgement: Judgement) -> dict[str, Measured]:
    """Figure of each bar that was measured, by the bar's id."""
    try:
        found = dict(_of_evaluation(judgement.evaluations[0])) if judgement.evaluations else {}
        rows = [row for document in judgement.comparisons for row in document["rows"] if row["source"] == _SOURCE]
        found |= dict(_of_comparison(rows))
        curves = [curve for document in judgement.comparisons for curve in document.get("risk", ())]
        found["MODEL-RISK"] = _of_risk(curves)
    except (KeyError, TypeError) as error:
        raise HostBundleError(
            f"Evaluation or comparison are not of this version ({error}); evaluate and compare again."
        ) from error
    return {name: figure for name, figure in found.items() if figure is not None}


def _of_evaluation(document: Document) -> Iterator[tuple[str, Measured | None]]:
    for row in table_of(document, "discrimination", "discrimination"):
        ids = {"K > 5.5": "MODEL-AUROC", "K >= 6.0": "MODEL-AUROC-SEVERE"}
        if row["score"] == "first clip" and row["endpoint"] in ids:
            yield ids[row["endpoint"]], _measured(row["AUROC, patient bootstrap"], row["recordings"])
    for row in table_of(document, "discrimination", "clips"):
        ids = {_GAIN: "MODEL-THREE-CLIPS", _CONTEXT: "MODEL-CONTEXT"}
        if row["figure"] in ids:
            yield ids[row["figure"]], _measured(row["value"], row["recordings"])
    for row in table_of(document, "calibration", "calibration"):
        if row["probability"] == _AFTER:
            yield "MODEL-SLOPE", _measured(row["slope"], row["recordings"])
            yield "MODEL-ECE", _measured(row["ECE, 10 equal-mass bins"], row["recordings"])
    yield "MODEL-INCONCLUSIVE", _inconclusive(document)


def _inconclusive(document: Document) -> Measured | None:
    """The share with either reason; where it was not counted, their sum, which is never too little."""
    if "coverage" in document["sections"]:
        for row in table_of(document, "coverage", "no-statement"):
            if row["why"] == _EITHER:
                return _measured(row["all"], row["all"]["n"])
    rows = table_of(document, "refused", "inconclusive")
    shares = [_measured(row["share"], row["recordings"]) for row in rows]
    whole = [share for share in shares if share is not None]
    if not whole or len(whole) < len(shares):
        return None
    return Measured(sum(share.value for share in whole), None, None, whole[0].n)


def _of_comparison(rows: list[Document]) -> Iterator[tuple[str, Measured | None]]:
    gaps = [_measured(row["minus_oracle"], row["model"]["n"]) for row in rows]
    known = [gap for gap in gaps if gap is not None]
    if known:
        yield "MODEL-LEAK", max(known, key=lambda gap: gap.value)
    for row in rows:
        if (row["clips"], row["cut"]) == (_ONE_CLIP, _CUT):
            yield "MODEL-ORACLE", _measured(row["minus_oracle"], row["model"]["n"])
            yield "MODEL-BEATS", _measured(row["minus_beat"], row["model"]["n"])


def _of_risk(curves: list[Document]) -> Measured | None:
    """The worse of the profiles; its n is the number of strips."""
    if not curves:
        return None
    falls = [curve["largest_fall"] if curve["mean_risk"][-1] > curve["mean_risk"][0] else 1.0 for curve in curves]
    n = sum(curve["strips"] * len(curve["potassium_mmol_l"]) for curve in curves)
    return Measured(max(falls), None, None, n)


def _measured(figure: Document | float | str | None, n: int) -> Measured | None:
    """An estimate or a bare number; None where there is none, or words in its place."""
    if isinstance(figure, int | float):
        return Measured(float(figure), None, None, n)
    if figure is None or isinstance(figure, str) or figure["value"] is None:
        return None
    return Measured(figure["value"], figure["low"], figure["high"], n)
