"""The model card of a bundle, as Markdown."""

from pocketk.export.parity import ParityReport
from pocketk_agent.bundle.manifest import Manifest


def model_card(manifest: Manifest, parity: ParityReport, fitted_on: str = "") -> str:
    """What a person must know before using the model; only facts that the bundle itself shows."""
    risk = "It can give a risk tier." if manifest.trained and manifest.calibrated else "It can never give a risk tier."
    return f"""# {manifest.model_id} {manifest.model_version}

**{manifest.training_data}** {risk}

- Intended use: {manifest.intended_use}
- Training: {manifest.training}.
- Input: Lead I, 1 x 5000 samples at 500 Hz per clip, preprocessing `{manifest.variant}`.
- Outputs: {", ".join(f"`{name}`" for name in manifest.outputs)} (logits).
- Format: ONNX fp32, opset {parity.opset}; against torch on {parity.n_windows} generated windows the largest
  difference is {parity.max_abs_error:.2g} at a logit standard deviation of {parity.logit_sd:.2g}.
- Golden vectors: generated signals; a device must reproduce every logit within {manifest.golden_atol_logit:g}.
{f"- Calibration: {fitted_on}{chr(10)}" if fitted_on else ""}- Signature: none. This is a development bundle.
- Performance: not evaluated. No clinical claim is made.
"""
