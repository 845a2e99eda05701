"""Writing golden vectors: what this host computed from generated counts."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pocketk.bundle.golden_signal import GOLDEN_STRIPS, GeneratedStrip, generate
from pocketk_agent.bundle.golden import GoldenCase, arrays_of
from pocketk_agent.bundle.manifest import Manifest
from pocketk_agent.inference.runner import Runner
from pocketk_agent.measurement.recorder import Recording
from pocketk_agent.measurement.scoring import Strip, score_strip

# A zip entry must carry a date; this one is the earliest that the format knows.
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def golden_case(generated: GeneratedStrip, manifest: Manifest, runner: Runner) -> GoldenCase:
    """Compute one golden vector with the agent's own code."""
    counts, lead_off = generate(generated)
    recording = Recording(generated.front_end, 0, counts, lead_off, np.zeros(counts.size, bool))
    strip = Strip.of_recording(recording, generated.mains_hz)
    scored = score_strip(strip, manifest, runner, full_measurement=False)
    no_logits = np.zeros((0, len(manifest.outputs)), np.float32)
    return GoldenCase(
        name=generated.name,
        front_end=generated.front_end,
        mains_hz=generated.mains_hz,
        counts=counts,
        lead_off=lead_off,
        ecg_mv=generated.front_end.to_mv(counts).astype(np.float32),
        clips=scored.clips,
        logits=no_logits if scored.logits is None else scored.logits,
        outcome=str(scored.outcome),
    )


def write_golden(path: Path, manifest: Manifest, runners: Mapping[str, Runner]) -> dict[str, list[GoldenCase]]:
    """Write all golden vectors of a bundle; the same models on the same machine give the same bytes.

    Args:
        path: of the golden file.
        manifest: of the bundle.
        runners: of each of its models, by file.

    Returns:
        What became of every recording with each model, by file.
    """
    cases = {
        model.file: [golden_case(strip, manifest, runners[model.file]) for strip in GOLDEN_STRIPS]
        for model in manifest.models
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays_of(cases).items():
            data = io.BytesIO()
            np.lib.format.write_array(data, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data.getvalue(), compresslevel=9)
    return cases
