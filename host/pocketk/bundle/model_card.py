"""The model card of a bundle, as Markdown."""

from collections.abc import Iterable, Sequence

from pocketk.bundle.card_words import SIGNATURE
from pocketk.bundle.measured_tolerance import FileAgreement
from pocketk.export.formats.format_result import FormatResult
from pocketk.export.parity import ParityReport
from pocketk_agent.bundle.manifest import Manifest


def model_lines(
    manifest: Manifest, parity: ParityReport, further: Sequence[FormatResult], across: Sequence[FileAgreement] = ()
) -> Iterable[str]:
    """What there is to say of each file of the network, in order of preference."""
    yield (
        f"Format: ONNX fp32, opset {parity.opset}; against torch on {parity.n_windows} generated windows the largest "
        f"difference is {parity.max_abs_error:.2g} at a logit standard deviation of {parity.logit_sd:.2g}."
    )
    for row in further:
        if row.agreement is not None:
            yield (
                f"Format: {row.name}; against torch on {row.agreement.n} clips a logit differs by "
                f"{row.agreement.max_abs_error:.2g} at most, by {row.agreement.mae_of_sd:.2%} of its standard "
                "deviation in the mean."
            )
    if len(manifest.models) > 1:
        files = ", ".join(f"`{model.file}` ({model.runtime})" for model in manifest.models)
        yield f"In order of preference: {files}; `pocketk-agent benchmark` chooses the fastest on a device."
    bounds = " or ".join(
        "bit for bit" if not atol else f"within {atol:g}"
        for atol in dict.fromkeys(model.golden_atol_logit for model in manifest.models)
    )
    yield f"Golden vectors: generated signals; a device must reproduce every logit {bounds}."
    for each in across:
        said = "; ".join(one.sentence for one in each.agreements)
        yield f"`{each.file}` on other CPUs, emulated: {said}."


def model_card(
    manifest: Manifest,
    parity: ParityReport,
    further: Sequence[FormatResult] = (),
    fitted_on: str = "",
    across: Sequence[FileAgreement] = (),
) -> str:
    """What a person must know before using the model; only facts that the bundle itself shows."""
    risk = "It can give a risk tier." if manifest.trained and manifest.calibrated else "It can never give a risk tier."
    lines = [*model_lines(manifest, parity, further, across), *([f"Calibration: {fitted_on}"] if fitted_on else [])]
    listed = "".join(f"- {line}\n" for line in lines)
    return f"""# {manifest.model_id} {manifest.model_version}

**{manifest.training_data}** {risk}

- Intended use: {manifest.intended_use}
- Training: {manifest.training}.
- Input: Lead I, 1 x 5000 samples at 500 Hz per clip, preprocessing `{manifest.variant}`.
- Outputs: {", ".join(f"`{name}`" for name in manifest.outputs)} (logits).
{listed}- Signature: {SIGNATURE}
- Performance: not evaluated. No clinical claim is made.
"""
