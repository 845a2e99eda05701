"""The small networks of the Net1D family that this project trains and ships."""

from __future__ import annotations

from pocketk_models.net1d_config import Net1DConfig

# What a trained network says, in the order of its logits; the last is not a logit but potassium in mmol/L.
OUTPUTS = ("k_gt_5_5", "k_ge_6_0", "k_mmol_l")

# 240,571 parameters, 13.6 million multiply-accumulates a clip. The stem passes over every fourth sample: the
# preprocessing leaves nothing above 40 Hz, which 125 Hz hold. Widths: engineering choice, tried on simulated strips.
POCKETK_S = Net1DConfig(
    n_outputs=len(OUTPUTS),
    base_filters=16,
    filter_list=(16, 32, 32, 64, 64, 128, 128),
    m_blocks_list=(1,) * 7,
    stem_stride=4,
)
