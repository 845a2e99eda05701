"""Ask whoever sits at the terminal about a time of day for which nothing vouches."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TextIO

from pocketk_agent.clock import AnchoredClock, Clock
from pocketk_agent.commands.speech import say
from pocketk_agent.time_standing import BY_HAND, TimeStanding, machine_time

_FORMAT = "%Y-%m-%d %H:%M"
_ATTEMPTS = 3


@dataclass(frozen=True)
class TimeAnswer:
    """The clock to measure with.

    Attributes:
        clock: the one given, or one that runs from the time that was typed in.
        time: what vouches for it at present.
    """

    clock: Clock
    time: Callable[[], TimeStanding]


def settle_time(
    clock: Clock,
    machine: Callable[[], TimeStanding] = machine_time,
    ask: TextIO | None = None,
) -> TimeAnswer:
    """The clock and what vouches for it; at a terminal somebody may confirm or set an unverified time.

    Args:
        clock: of this machine.
        machine: what this machine says of its time.
        ask: where answers come from; standard input by default, and nobody is asked where that is no terminal.
    """
    answers = sys.stdin if ask is None else ask
    standing = machine()
    if standing.verified:
        return TimeAnswer(clock, machine)
    if answers is None or not answers.isatty():
        say(f"note       The time of day is not verified ({standing.source}); reports say so.")
        return TimeAnswer(clock, machine)
    return _asked(clock, machine, answers)


def _asked(clock: Clock, machine: Callable[[], TimeStanding], answers: TextIO) -> TimeAnswer:
    say(f"The time of day is not verified: {machine().source}.")
    for _ in range(_ATTEMPTS):
        say(f"It is taken to be {clock.now():{_FORMAT}} UTC. Type y if that is right, the right time in UTC as")
        say("YYYY-MM-DD HH:MM if it is not, or just Enter to go on with a time that reports call not verified:")
        sys.stdout.flush()
        words = answers.readline().strip()
        if not words:
            break
        if words.casefold() in ("y", "yes"):
            return TimeAnswer(AnchoredClock(clock, clock.now()), lambda: BY_HAND)
        try:
            given = datetime.strptime(words, _FORMAT).replace(tzinfo=UTC)
        except ValueError:
            say(f"{words!r} is no time.")
            continue
        return TimeAnswer(AnchoredClock(clock, given), lambda: BY_HAND)
    return TimeAnswer(clock, machine)
