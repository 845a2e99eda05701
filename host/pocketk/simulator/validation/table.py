"""The validation table: what beats at one potassium should look like, as data, and what they do look like.

Expected values are those of the prototype of these laws, which was tuned to published sign rates: Wrenn 1991, Rafique
2020, Varga 2019 and others for visible signs, Krogager 2019 for low potassium, Severi and Corsi for slope over
amplitude, within-patient dialysis studies for T. Where a value came without a tolerance, one is set here and called
"own band" in the row's basis.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk.simulator.validation import features
from pocketk.simulator.validation.population import population_at
from pocketk_agent.patient.beat_shape import BeatShapes
from pocketk_agent.patient.preset import DEFAULT, Preset

ByPotassium = Mapping[float, BeatShapes]

TABLE_POTASSIUMS_MMOL_L = (3.0, 3.1, 4.0, 4.1, 6.5, 8.0)
_COLUMNS_MMOL_L = (4.0, 6.5, 8.0)


@dataclass(frozen=True)
class TableTarget:
    """One row: what is measured and where it should lie.

    Attributes:
        feature: what, in words.
        k_mmol_l: at which potassium; of a ratio or difference, the one compared.
        unit: of the value and the band.
        expected: the prototype's or published value; None where there is only a band.
        low, high: the band, ends included; infinite where the row is shown and not judged.
        basis: where the band comes from.
        measure: from the beats at each potassium of `TABLE_POTASSIUMS_MMOL_L` to the value.
    """

    feature: str
    k_mmol_l: float
    unit: str
    expected: float | None
    low: float
    high: float
    basis: str
    measure: Callable[[ByPotassium], float]

    @property
    def judged(self) -> bool:
        """Whether the row has a band."""
        return bool(np.isfinite(self.low) or np.isfinite(self.high))


@dataclass(frozen=True)
class TableRow:
    """A row with what was measured on `n` patients."""

    target: TableTarget
    measured: float
    n: int

    @property
    def passed(self) -> bool:
        """Inside the band; a row that is not judged passes."""
        return self.target.low <= self.measured <= self.target.high


def validation_table(n: int, rng: np.random.Generator, preset: Preset = DEFAULT) -> list[TableRow]:
    """Measure every row on n patients at each potassium; the same patients at all of them.

    Args:
        n: patients, 2000 or more for a verdict.
        rng: source of the draws.
        preset: how readable potassium is; the bands are those of the default one.

    Raises:
        ValueError: fewer than 1 patient.
    """
    if n < 1:
        raise ValueError(f"Cannot measure {n} patients; give 1 or more, and 2000 or more for a verdict.")
    seed = int(rng.integers(2**63))
    shapes = {k: population_at(k, n, np.random.default_rng(seed), preset).shapes for k in TABLE_POTASSIUMS_MMOL_L}
    return [TableRow(target, target.measure(shapes), n) for target in TARGETS]


def _t_uv(shapes: BeatShapes) -> NDArray[np.float64]:
    return shapes.t_amplitude_uv


def _field(name: str) -> Callable[[BeatShapes], NDArray]:
    return lambda shapes: getattr(shapes, name)


def _with_p(shapes: BeatShapes) -> NDArray[np.bool_]:
    return ~shapes.fibrillates


def _everyone(shapes: BeatShapes) -> NDArray[np.bool_]:
    return np.ones(len(shapes), np.bool_)


@dataclass(frozen=True)
class _Feature:
    """A feature, its unit, who has it, and where its values come from."""

    name: str
    unit: str
    of: Callable[[BeatShapes], NDArray]
    who: Callable[[BeatShapes], NDArray[np.bool_]] = _everyone

    def quantile(self, q: float) -> Callable[[BeatShapes], float]:
        return lambda shapes: float(np.quantile(self.of(shapes)[self.who(shapes)], q))

    def share(self, shapes: BeatShapes) -> float:
        return float(100.0 * np.mean(self.of(shapes)[self.who(shapes)]))


def _at(k_mmol_l: float, value: Callable[[BeatShapes], float]) -> Callable[[ByPotassium], float]:
    return lambda shapes: value(shapes[k_mmol_l])


def _medians(
    feature: _Feature, expected: tuple[float, ...], tolerance: float, basis: str, absolute: bool = False
) -> Iterable[TableTarget]:
    """Medians at 4, 6.5 and 8 mmol/L within a relative, or absolute, tolerance."""
    for k, value in zip(_COLUMNS_MMOL_L, expected, strict=True):
        half = tolerance if absolute else tolerance * abs(value)
        measure = _at(k, feature.quantile(0.5))
        yield TableTarget(f"{feature.name}, median", k, feature.unit, value, value - half, value + half, basis, measure)


def _spread(feature: _Feature, expected: tuple[tuple[float, float], ...], judge: str = "both") -> Iterable[TableTarget]:
    """Tenth and ninetieth percentile at 4, 6.5 and 8 mmol/L, within 15 %."""
    for k, pair in zip(_COLUMNS_MMOL_L, expected, strict=True):
        for q, value, judged in ((0.1, pair[0], judge == "both"), (0.9, pair[1], True)):
            half = 0.15 * abs(value) if judged else np.inf
            basis = "own band, 15 %" if judged else "shown only; may be negative"
            name, measure = f"{feature.name}, p{q * 100:.0f}", _at(k, feature.quantile(q))
            yield TableTarget(name, k, feature.unit, value, value - half, value + half, basis, measure)


def _shares(feature: _Feature, bands: tuple[tuple[float, float], ...], basis: str) -> Iterable[TableTarget]:
    """Per cent of patients at 4, 6.5 and 8 mmol/L."""
    for k, (low, high) in zip(_COLUMNS_MMOL_L, bands, strict=True):
        yield TableTarget(feature.name, k, "%", None, low, high, basis, _at(k, feature.share))


def _ratio(feature: _Feature, k: float, band: tuple[float, float], basis: str) -> TableTarget:
    """Median at k over the median at 4 mmol/L."""
    median = feature.quantile(0.5)
    name = f"{feature.name}, median over that at 4"
    return TableTarget(name, k, "", None, *band, basis, lambda shapes: median(shapes[k]) / median(shapes[4.0]))


_T = _Feature("T amplitude", "uV", _t_uv)
_W = _Feature("T half width", "ms", _field("t_width_ms"))
_AREA = _Feature("T amplitude times width", "uV ms", features.t_area_uv_ms)
_SA = _Feature("T slope over amplitude", "1/s", features.slope_over_amplitude_per_s)
_ASYMMETRY = _Feature("T rise over fall", "", _field("t_asymmetry"))
_TR = _Feature("T over R", "", features.t_over_r)
_QRS = _Feature("QRS", "ms", _field("qrs_ms"))
_PR = _Feature("PR, no fibrillation", "ms", _field("pr_ms"), _with_p)
_P = _Feature("P amplitude, 0 in fibrillation", "uV", _field("p_amplitude_uv"))
_RATE = _Feature("heart rate", "1/min", _field("heart_rate_bpm"))
_QTC = _Feature("QTc", "ms", features.qtc_ms)
_INF = np.inf


def _low_potassium() -> Iterable[TableTarget]:
    qtc, t = _QTC.quantile(0.5), _T.quantile(0.5)
    krogager = "Krogager 2019"
    yield TableTarget("QTc, median minus that at 4", 3.0, "ms", 12.8, 10.0, 15.0, f"{krogager}: 12.8 ms",
                      lambda shapes: qtc(shapes[3.0]) - qtc(shapes[4.0]))  # fmt: skip
    yield TableTarget("T amplitude, median against that at 4.1", 3.1, "%", None, -20.0, -10.0, f"{krogager}: -43 uV",
                      lambda shapes: 100.0 * (t(shapes[3.1]) / t(shapes[4.1]) - 1.0))  # fmt: skip


TARGETS: tuple[TableTarget, ...] = (
    *_medians(_T, (149, 236, 316), 0.12, "12 %"),
    *_spread(_T, ((-33, 277), (-38, 523), (-42, 752)), judge="upper"),
    _ratio(_T, 6.5, (1.35, 1.75), "dialysis patients 1.35 to 1.48"),
    *_medians(_W, (99, 63, 47), 0.06, "6 %"),
    *_spread(_W, ((80, 123), (43, 90), (36, 73))),
    _ratio(_W, 6.5, (0.58, 0.70), "dialysis patients about 0.55"),
    _ratio(_AREA, 6.5, (0.90, 1.12), "dialysis patients 0.76 to 0.79, cable model 0.82"),
    _ratio(_AREA, 8.0, (0.85, 1.15), "see 6.5"),
    *_medians(_SA, (18, 25, 31), 0.10, "own band, 10 %"),
    *_spread(_SA, ((15, 23), (18, 36), (21, 41))),
    _ratio(_SA, 6.5, (1.3, 1.6), "Severi and Corsi, about 1.5"),
    *_medians(_ASYMMETRY, (1.54, 1.20, 1.02), 0.06, "0.06", absolute=True),
    *_medians(_TR, (0.21, 0.34, 0.49), 0.15, "15 %"),
    *_medians(_QRS, (93, 97, 108), 0.04, "4 %"),
    *_spread(_QRS, ((81, 112), (83, 122), (87, 173))),
    *_shares(_Feature("QRS above 120 ms", "%", features.wide_qrs), ((5, 10), (9, 16), (25, 40)), "normal 8.2, >7 31.6"),
    *_medians(_PR, (166, 171, 186), 0.04, "own band, 4 %"),
    *_shares(_Feature("PR above 200 ms, no fibrillation", "%", features.long_pr, _with_p), ((4, 8), (8, 15), (22, 35)),
             "normal 7.1, >7 18.4"),
    *_medians(_P, (60, 56, 21), 0.15, "own band, 15 %"),
    *_shares(_Feature("P below 20 uV, no fibrillation", "%", features.flat_p, _with_p), ((0, 0.5), (0, 4), (25, 45)),
             "none (below one half), under 4, 25 to 45"),
    *_medians(_RATE, (79, 75, 71), 0.04, "own band, 4 %"),
    *_shares(_Feature("rate below 55", "%", features.slow), ((5, 9), (9, 15), (15, 22)), "normal 6.5, >7 18.4"),
    *_shares(_Feature("peaked T (above 450 uV or 0.9 R)", "%", features.peaked_t), ((2, 5), (15, 22), (30, 40)),
             "normal 4.7, >=6.5 21, >7 18.4"),
    *_shares(_Feature("any gross sign", "%", features.any_gross_sign), ((18, 25), (35, 46), (70, 82)),
             "normal 24, >=6 46, emergency >=5.5 75"),
    *_low_potassium(),
)  # fmt: skip
