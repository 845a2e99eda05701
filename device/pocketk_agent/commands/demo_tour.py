"""Three demonstrations one after another: a real strip, a simulated patient at a normal and at a high potassium."""

from collections.abc import Iterator
from dataclasses import replace

from pocketk_agent.commands.demo import DemoWish, play
from pocketk_agent.commands.measure import EXIT_OK, exit_status
from pocketk_agent.commands.simulated_strip import DEFAULT_PROFILE, SimulatedPerson
from pocketk_agent.commands.speech import say
from pocketk_agent.commands.unusable import UnusableError
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.wording import lead_in_words, percent

# Normal, and high enough that the sensitive profile's ECG shows it to the eye.
POTASSIUM_MMOL_L = (4.0, 7.0)


def folder_name(potassium_mmol_l: float) -> str:
    """Folder of a simulated patient's files, inside that of the tour."""
    return f"potassium-{potassium_mmol_l:.1f}"


def run_tour(wish: DemoWish) -> int:
    """Play the real strip, then the simulated patients, and say all outcomes in a line each.

    The real strip's files lie in the wish's folder, those of the simulated patients in folders inside it.

    Returns:
        The exit status; after the first that is not 0 nothing further is played.

    Raises:
        UnusableError: a recording or a potassium beside the tour, a patient's pseudonym, or as `play`.
    """
    if wish.strip is not None or wish.simulated is not None or wish.patient_id is not None:
        raise UnusableError("--tour plays three different hearts: leave out --strip, --potassium and --patient.")
    played: list[tuple[str, MeasurementResult]] = []
    for name, each in _stops(wish):
        played.append((name, play(each)))
        say("")
        if exit_status(played[-1][1]) != EXIT_OK:
            break
    for name, result in played:
        say(_line(name, result))
    last = played[-1][1]
    if last.model is not None:
        say(last.model.statement)
    return exit_status(last)


def _stops(wish: DemoWish) -> Iterator[tuple[str, DemoWish]]:
    yield "real strip, potassium unknown", wish
    for potassium in POTASSIUM_MMOL_L:
        person = SimulatedPerson(potassium, DEFAULT_PROFILE)
        yield (
            f"simulated, potassium {potassium:.1f}",
            replace(wish, simulated=person, out=wish.out / folder_name(potassium)),
        )


def _line(name: str, result: MeasurementResult) -> str:
    outcome, words = result.outcome, ""
    if outcome.risk is not None:
        words = (
            f"  probability of potassium > 5.5 mmol/L {percent(outcome.risk.probability)} at a prevalence of "
            f"{100 * outcome.risk.prevalence:.2g} %"
        )
    if result.front_end is not None and result.front_end.lead != "I":
        name = f"{name} ({lead_in_words(result.front_end.lead)})"
    return f"{name:<56}{outcome}{words}"
