"""A loaded bundle: from a strip to an outcome in three lines."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from pocketk_agent.bundle.archive import unpack
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.golden import check_golden
from pocketk_agent.bundle.manifest import Manifest
from pocketk_agent.bundle.open_model import open_preferred, open_with
from pocketk_agent.bundle.standing import Standing
from pocketk_agent.bundle.trust import Trust, installed_trust
from pocketk_agent.bundle.verify import verify
from pocketk_agent.clock import Clock, SystemClock
from pocketk_agent.inference.runner import Runner
from pocketk_agent.measurement.scoring import Scored, Strip, score_strip
from pocketk_agent.outcome import Outcome
from pocketk_agent.signal.arrays import single_lead
from pocketk_agent.signal.errors import TooShortError
from pocketk_agent.signal.resampling import check_rate
from pocketk_agent.signal.variant import find_variant


@dataclass(frozen=True)
class Bundle:
    """A verified bundle with its model in a runtime.

    Attributes:
        name: directory name.
        manifest: what it says of itself.
        runner: with the model loaded.
        golden_error_logit: largest difference of a golden logit on this device.
        standing: who signed it.
        model_file: which of its models runs, empty for one that came from no bundle.
        engine: what runs it, as pip knows it, empty where the caller brought the runner.
        note: one sentence where another model runs than this device had chosen, else empty.
    """

    name: str
    manifest: Manifest
    runner: Runner
    golden_error_logit: float
    standing: Standing = field(default_factory=Standing)
    model_file: str = ""
    engine: str = ""
    note: str = ""

    @property
    def notice(self) -> str:
        """What every surface that shows a result must say, whatever the model was trained on."""
        return f"Research demonstration, not for clinical use. {self.standing.sentence}"

    @property
    def statement(self) -> str:
        """The same with what it was trained on."""
        return f"{self.notice} {self.manifest.training_data}"

    def score(self, ecg_mv: ArrayLike, fs_hz: float, mains_hz: float = 50.0) -> Outcome:
        """Score a strip.

        Args:
            ecg_mv: Lead I in millivolts, 10 s or more; (T,), (T, 1), (1, T), (T, 12) or (12, T); NaN marks
                missing samples.
            fs_hz: its rate, 100 to 20,000 Hz.
            mains_hz: 50 or 60.

        Returns:
            The outcome; `clips_used` says how many 10 s clips it rests on.

        Raises:
            SignalError: wrong rate, shape or units, mostly missing, or shorter than 10 s.
        """
        lead = np.ascontiguousarray(single_lead(ecg_mv))
        return self.score_strip(Strip(lead, check_rate(fs_hz), mains_hz=mains_hz)).outcome

    def score_strip(self, strip: Strip) -> Scored:
        """Score a strip of 10 s or more with what its front end knows about contact and rails.

        Raises:
            SignalError: as `score`.
        """
        shortest_s = find_variant(self.manifest.variant).clip_s
        rate = check_rate(strip.fs_hz)
        if strip.ecg_mv.size < round(shortest_s * rate):
            raise TooShortError(
                f"The strip is {strip.seconds:.1f} s long; at least {shortest_s:g} s are needed. Check the rate, or "
                "record longer."
            )
        return score_strip(strip, self.manifest, self.runner, full_measurement=False)

    def score_measurement(self, strip: Strip) -> Scored:
        """Score what a measurement recorded; anything less than all of its clips is inconclusive.

        Raises:
            SignalError: the signal cannot be prepared at all.
        """
        return score_strip(strip, self.manifest, self.runner, full_measurement=True)


def shipped_bundles() -> dict[str, Path]:
    """The bundles that came with this installation, by name."""
    here = Path(__file__).resolve().parents[1]
    # In a wheel the bundles lie inside the agent, in a checkout under models/.
    for root in (here / "bundles", here.parents[1] / "models" / "bundles"):
        if root.is_dir():
            return {p.name: p for p in sorted(root.iterdir()) if p.is_dir()}
    return {}


def _located(path_or_name: str | Path) -> Path:
    path = Path(path_or_name)
    if path.is_dir() or path.is_file():
        return path
    shipped = shipped_bundles()
    if str(path_or_name) in shipped:
        return shipped[str(path_or_name)]
    import difflib  # only a refusal needs it; a device starts 10 ms sooner without

    near = difflib.get_close_matches(str(path_or_name), shipped, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    known = ", ".join(shipped) or "none"
    raise BundleError(
        "bundle-absent",
        f"No bundle {str(path_or_name)!r}: neither a directory nor an archive, and shipped are {known}.{hint}",
    )


@contextmanager
def bundle_folder(path_or_name: str | Path) -> Iterator[Path]:
    """The folder of a bundle, of a shipped one by its name, or of an archive, unpacked as long as this lasts.

    Raises:
        BundleError: absent, or an archive that is not a bundle's.
    """
    path = _located(path_or_name)
    if path.is_dir():
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="pocketk-") as scratch:
        directory = Path(scratch) / path.stem
        directory.mkdir()
        unpack(path, directory)
        yield directory


def load_bundle(
    path_or_name: str | Path, runner: Runner | None = None, trust: Trust | None = None, clock: Clock | None = None
) -> Bundle:
    """Verify a bundle, load one of its models, and prove it on its golden vectors.

    The model is the one that `pocketk-agent benchmark` chose on this device, else the first that a package here runs.

    Args:
        path_or_name: a bundle directory or archive, or the name of a shipped bundle.
        runner: the runtime for the bundle's first model; one of this device's where not given.
        trust: whose bundles are accepted; what is installed on this machine where not given.
        clock: of the device; the system's where none is given.

    Raises:
        BundleError: absent, damaged, of a signer who is not trusted, expired, older than what this device has run, for
            another agent, not loadable, or not reproducing its golden vectors.
    """
    trust = installed_trust() if trust is None else trust
    try:
        with bundle_folder(path_or_name) as directory:
            return _loaded(directory, runner, trust, clock or SystemClock())
    except OSError as error:
        raise BundleError("bundle-files", f"{path_or_name} cannot be read: {error.strerror}.") from error


def _loaded(directory: Path, runner: Runner | None, trust: Trust, clock: Clock) -> Bundle:
    verified = verify(directory, trust, clock.now())
    manifest = verified.manifest
    if runner is None:
        choice = None if trust.choices is None else trust.choices.read(manifest.sha256)
        opened = open_preferred(directory, manifest, choice)
    else:
        opened = open_with(directory, manifest, runner)
    error = check_golden(directory, manifest, opened.model, opened.runner)
    verified.remember(trust)
    return Bundle(
        directory.name,
        manifest,
        opened.runner,
        error,
        verified.standing,
        model_file=opened.model.file,
        engine=opened.package,
        note=opened.note,
    )
