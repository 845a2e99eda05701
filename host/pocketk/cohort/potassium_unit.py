"""Units of potassium and what one of them is in mmol/L."""

from pocketk.cohort.cohort_error import CohortError

MMOL_L, MEQ_L, MG_DL = "mmol/L", "mEq/L", "mg/dL"
# mg/dL in one mmol/L: standard atomic weight of potassium 39.098 g/mol (IUPAC), over 10 dL/L.
MG_DL_PER_MMOL_L = 3.9098
# 1 mEq/L = 1 mmol/L: the ion carries one charge.
_PER_UNIT = {MMOL_L: 1.0, MEQ_L: 1.0, MG_DL: 1.0 / MG_DL_PER_MMOL_L}
_SPELLINGS = {
    "mmol/l": MMOL_L,
    "mmoll-1": MMOL_L,
    "mm": MMOL_L,
    "meq/l": MEQ_L,
    "mval/l": MEQ_L,
    "mg/dl": MG_DL,
    "mg%": MG_DL,
}


def unit_named(text: str) -> str | None:
    """The unit that a spelling means, None where it means none of them."""
    return _SPELLINGS.get(text.strip().lower().replace(" ", ""))


def mmol_l_per(unit: str) -> float:
    """Factor from `unit` to mmol/L.

    Raises:
        CohortError: not a unit of potassium.
    """
    named = unit_named(unit)
    if named is None:
        raise CohortError(f"Potassium unit {unit!r}; expected {MMOL_L}, {MEQ_L} or {MG_DL}.")
    return _PER_UNIT[named]
