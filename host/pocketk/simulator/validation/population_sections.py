"""The parts of a validation that need no signal: the table, the data set, the presets."""

import numpy as np

from pocketk.simulator.validation import dataset
from pocketk.simulator.validation.oracle import FULL, NINE, aurocs, oracle_scores
from pocketk.simulator.validation.population import natural_population
from pocketk.simulator.validation.report import Finding, Section
from pocketk.simulator.validation.table import TableRow, validation_table
from pocketk_agent.patient.preset import DEFAULT, PRESETS, Preset

_CUTS = ("above 5.5", "from 6.0 (against up to 5.5)", "from 6.5 (against up to 5.5)")
_NINE_FEATURES = "nine features, as the prototype's oracle"


def table_section(n: int, rng: np.random.Generator, preset: Preset) -> Section:
    """Beats at one potassium against their bands."""
    rows = tuple(_table_finding(row, preset) for row in validation_table(n, rng, preset))
    words = (
        f"{n:,} patients, three quarters with kidney disease, at one true potassium after another. Bands are those of "
        "the default preset; under another preset values are shown only."
    )
    return Section("Beats at one potassium", words, rows)


def data_set_section(n: int, rng: np.random.Generator, preset: Preset) -> Section:
    """Prevalence, people's signs, and what models read at natural prevalence."""
    train, test = natural_population(n, rng, preset), natural_population(n, rng, preset)
    found = aurocs(test, oracle_scores(train, test))
    reader = dataset.rule_reader_in_kidney_disease(test)
    values = (
        ("laboratory value above 5.5 mmol/L", "", dataset.prevalence(test), dataset.PREVALENCE_BAND),
        ("oracle's AUROC", _CUTS[0], found.above_5_5, dataset.AUROC_55_BAND),
        ("oracle's AUROC", _CUTS[1], found.from_6_0, dataset.AUROC_60_BAND),
        ("T over R, AUROC", "kidney disease", dataset.t_over_r_auroc_in_kidney_disease(test), dataset.T_OVER_R_BAND),
        ("rule reader's sensitivity", "K above 6.5", reader.sensitivity, dataset.READER_SENSITIVITY_BAND),
        ("rule reader's specificity", "K up to 5.0", reader.specificity, dataset.READER_SPECIFICITY_BAND),
        ("AUROC with labels permuted", "", dataset.permuted_auroc(train, test, rng), dataset.PERMUTED_BAND),
    )
    # Prevalence, and chance, are the same whatever the preset.
    always = {"laboratory value above 5.5 mmol/L", "AUROC with labels permuted"}
    rows = tuple(
        Finding(name, where, value, *(band if preset == DEFAULT or name in always else (None, None)), "", n)
        for name, where, value, band in values
    )
    words = "Natural mixture of potassium; fitted on as many other patients. The oracle sees every drawn parameter."
    return Section("A whole data set", words, rows)


def preset_section(n: int, rng: np.random.Generator) -> Section:
    """How readable potassium is under each preset."""
    rows: list[Finding] = []
    for name, preset in PRESETS.items():
        train, test = natural_population(n, rng, preset), natural_population(n, rng, preset)
        nine, full = (aurocs(test, oracle_scores(train, test, names)) for names in (NINE, FULL))
        pairs = zip(_CUTS, vars(nine).values(), vars(full).values(), dataset.PRESET_AUROCS[name], strict=True)
        for cut, of_nine, of_all, expected in pairs:
            low, high = expected - dataset.PRESET_TOLERANCE, expected + dataset.PRESET_TOLERANCE
            rows.append(Finding(f"{name}: AUROC", cut, of_nine, low, high, "", n, _NINE_FEATURES))
            rows.append(Finding(f"{name}: AUROC", cut, of_all, None, None, "", n, "every drawn parameter"))
    words = (
        "AUROC of gradient boosting on what is drawn, without noise. The numbers were calibrated in, to published "
        "ones; that they agree is no evidence."
    )
    return Section("Difficulty presets", words, tuple(rows))


def _table_finding(row: TableRow, preset: Preset) -> Finding:
    target = row.target
    judged = target.judged and preset == DEFAULT
    low = target.low if judged and np.isfinite(target.low) else None
    high = target.high if judged and np.isfinite(target.high) else None
    expected = "" if target.expected is None else f"expected {target.expected:g}; "
    return Finding(
        target.feature, f"K = {target.k_mmol_l:g}", row.measured, low, high, target.unit, row.n, expected + target.basis
    )
