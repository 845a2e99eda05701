"""One sentence on what a network was trained on, with the counts of its own run."""

import re
from dataclasses import dataclass

from pocketk.bundle.card_words import SIMULATION_TRAINED
from pocketk.bundle.errors import HostBundleError
from pocketk.bundle.judgement import Document, Judgement

# Sources whose potassium no laboratory measured, as cohort manifests name them; one of them over real recordings.
_SIMULATED, _MORPHED = {"synthetic", "real+morph", "gan"}, "real+morph"
# How a run's statement names the sources of what it trained on.
_SOURCES = re.compile(r"seen of [\d,]+ recordings \(([^()]+)\)")


@dataclass(frozen=True)
class TrainingWords:
    """What to say of the training.

    Attributes:
        training_data: One sentence on what the weights were trained on; every screen and report shows it. Where not
            given, the counts of --run say it where that learnt from simulated patients, else what the weights file
            says of itself.
        public_recordings: With --run: a public data set that potassium was laid over; may be given again.
        remark: With --run: a few words to say before the counts.
    """

    training_data: str = ""
    public_recordings: tuple[str, ...] = ()
    remark: str = ""


def training_sentence(words: TrainingWords, own: str, judgement: Judgement | None) -> str:
    """What every screen and report shows.

    Args:
        words: what the maker says.
        own: what the weights file says of itself.
        judgement: with the run, None where none was named.

    Raises:
        HostBundleError: words that go with a run's counts, and no such counts.
    """
    simulated = judgement is not None and _is_simulated(judgement.run)
    if (words.public_recordings or words.remark) and (words.training_data or not simulated):
        raise HostBundleError(
            "--public-recordings and --remark go with the counts of a run on simulated patients: name that --run, and "
            "leave --training-data out."
        )
    said = words.training_data or own
    if judgement is not None and simulated and not words.training_data:
        said = _counted(words, judgement)
    return said[:1].upper() + said[1:].rstrip(". ") + "."


def _counted(words: TrainingWords, judgement: Judgement) -> str:
    remark = f" {words.remark.strip().rstrip(';')};" if words.remark.strip() else ""
    try:
        train = judgement.config["data"]["parts"]["train"]
        counts = f"{int(train['recordings']):,} simulated recordings of {int(train['patients']):,} patients"
    except (KeyError, TypeError, ValueError) as error:
        raise HostBundleError(
            f"The run's configuration counts no recordings and patients that it trained on ({error}); train anew, or "
            "say it with --training-data."
        ) from error
    over = _over(words.public_recordings, _sources(judgement.run))
    return f"{SIMULATION_TRAINED}:{remark} trained on {counts}{over}"


def _over(names: tuple[str, ...], sources: tuple[str, ...]) -> str:
    """Which of them are public recordings with potassium laid over."""
    if _MORPHED not in sources:
        return ""
    share = "some" if len(sources) > 1 else "all"
    named = f" ({', '.join(names)})" if names else ""
    return f", {share} of them potassium laid over public recordings{named}"


def _sources(run: Document) -> tuple[str, ...]:
    found = _SOURCES.search(str(run.get("statement", "")))
    return () if found is None else tuple(name.strip() for name in found[1].split(","))


def _is_simulated(run: Document) -> bool:
    sources = _sources(run)
    return bool(sources) and set(sources) <= _SIMULATED
