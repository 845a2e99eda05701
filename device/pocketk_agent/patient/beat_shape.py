"""Everything about one visit's beat that is rendered, and nothing that is not."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BeatShapes:
    """Lead I beats of N visits as arrays of shape (N,); an oracle that reads all of them reads all that is drawn.

    Attributes:
        heart_rate_bpm: mean ventricular rate.
        p_amplitude_uv: peak of the P wave; 0 in atrial fibrillation.
        p_duration_ms: P onset to P end.
        pr_ms: P onset to QRS onset.
        qrs_ms: QRS onset to QRS end.
        q_amplitude_uv: initial negative deflection, 0 or below.
        r_amplitude_uv: main positive deflection; negative where the lead's axis points away.
        s_amplitude_uv: terminal deflection, 0 or below.
        st_level_uv: level just after the QRS, decaying towards T.
        t_amplitude_uv: peak of T, negative where inverted.
        t_width_ms: T's full width at half height.
        t_asymmetry: sigma of T's rise over sigma of its fall.
        qt_ms: QRS onset to T end, as drawn.
        u_amplitude_uv: peak of the U wave.
        sine_weight: 0 to 1, the share of the sine-like beat of extreme potassium.
        fibrillates: bool, irregular RR and no P.
        mimic: int64, a `Mimic`.
    """

    heart_rate_bpm: Floats
    p_amplitude_uv: Floats
    p_duration_ms: Floats
    pr_ms: Floats
    qrs_ms: Floats
    q_amplitude_uv: Floats
    r_amplitude_uv: Floats
    s_amplitude_uv: Floats
    st_level_uv: Floats
    t_amplitude_uv: Floats
    t_width_ms: Floats
    t_asymmetry: Floats
    qt_ms: Floats
    u_amplitude_uv: Floats
    sine_weight: Floats
    fibrillates: NDArray[np.bool_]
    mimic: NDArray[np.int64]

    def __len__(self) -> int:
        return int(self.heart_rate_bpm.shape[0])

    def one(self, index: int) -> "BeatShape":
        """One visit's beat as plain numbers."""
        return BeatShape(**{field.name: getattr(self, field.name)[index].item() for field in fields(self)})


@dataclass(frozen=True)
class BeatShape:
    """One visit's beat; the fields of `BeatShapes` as plain numbers."""

    heart_rate_bpm: float
    p_amplitude_uv: float
    p_duration_ms: float
    pr_ms: float
    qrs_ms: float
    q_amplitude_uv: float
    r_amplitude_uv: float
    s_amplitude_uv: float
    st_level_uv: float
    t_amplitude_uv: float
    t_width_ms: float
    t_asymmetry: float
    qt_ms: float
    u_amplitude_uv: float
    sine_weight: float
    fibrillates: bool
    mimic: int
