"""Cell models beside what was seen in patients."""

from dataclasses import asdict, dataclass

import numpy as np

from pocketk.simulator.physics.atlas import Atlas, AtlasError

COMPARED_K_MMOL_L = (4.0, 5.0, 6.5, 8.0)


@dataclass(frozen=True)
class Evidence:
    """A T wave feature at about 6.5 mmol/L over the same patients' own at about 4.

    Attributes:
        measure: the field of `BeatMeasures`.
        low: smallest published ratio.
        high: largest published ratio.
        source: where it was read.
    """

    measure: str
    low: float
    high: float
    source: str


_HD = "haemodialysis patients beside their own normokalaemic ECG, abstract on the best ECG criteria (32 patients)"
EVIDENCE = (
    Evidence("t_amplitude", 1.35, 1.48, _HD),
    Evidence("t_width_ms", 0.51, 0.59, _HD),
    Evidence(
        "t_slope_over_amplitude_per_s", 1.4, 1.6, "Severi and Corsi, Computing in Cardiology: K = 1.21 S/A - 0.69"
    ),
    Evidence("t_area", 0.76, 0.79, _HD + ", height times width"),
)


@dataclass(frozen=True)
class ModelRow:
    """One cell model at one potassium; T features and QRS over those at 4 mmol/L."""

    cell: str
    k_mmol_l: float
    conduction_m_per_s: float
    qrs_ratio: float
    t_amplitude_ratio: float
    t_width_ratio: float
    t_slope_over_amplitude_ratio: float
    t_area_ratio: float


def model_rows(atlas: Atlas) -> list[ModelRow]:
    """The baseline of one atlas at `COMPARED_K_MMOL_L`, as far as it holds them.

    Raises:
        AtlasError: If the atlas has no baseline point at 4 mmol/L.
    """
    rows = atlas.along_potassium()
    k = atlas.parameters[rows, 0]
    if not np.any(k == COMPARED_K_MMOL_L[0]):
        raise AtlasError("The atlas has no baseline point at 4 mmol/L to compare with.")
    base = rows[int(np.flatnonzero(k == COMPARED_K_MMOL_L[0])[0])]
    names = ("qrs_ms", "t_amplitude", "t_width_ms", "t_slope_over_amplitude_per_s", "t_area")
    return [
        ModelRow(
            str(atlas.about["cell"]),
            float(atlas.parameters[row, 0]),
            round(float(atlas.measure("conduction_m_per_s")[row]), 3),
            *(round(float(atlas.measure(name)[row] / atlas.measure(name)[base]), 3) for name in names),
        )
        for row in rows
        if atlas.parameters[row, 0] in COMPARED_K_MMOL_L
    ]


def comparison(atlases: list[Atlas]) -> dict[str, list[dict[str, object]]]:
    """Evidence and models, as the sidecar holds them."""
    models = [asdict(row) for atlas in atlases for row in model_rows(atlas)]
    return {"evidence_at_6.5_over_4": [asdict(item) for item in EVIDENCE], "models_over_4": models}
