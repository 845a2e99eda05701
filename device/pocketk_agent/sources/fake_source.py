"""A source that does what a script says: for tests and for the bench."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from pocketk_agent.clock import Clock
from pocketk_agent.front_end import FrontEnd, FrontEndHealth, SampleBlock
from pocketk_agent.sources.source import EndOfStream, SelfTest, Source, SourceLostError


@dataclass(frozen=True)
class Silence:
    """Nothing comes for that many seconds of the clock."""

    seconds: float


@dataclass(frozen=True)
class Loss:
    """The front end is lost from here on, for the reason that the code names."""

    code: str = "front-end-lost"
    message: str = "The script ends with a loss."


ScriptStep = SampleBlock | Silence | Loss

_HEALTHY = FrontEndHealth(battery_percent=None, temperature_c=None, faults={})
_PASSED = SelfTest(True, "scripted")


class FakeSource(Source):
    """Delivers a script step by step; its end is the end of the stream.

    Args:
        front_end: what `open` returns.
        script: blocks, silences and a loss, in order.
        clock: what a silence passes on.
        health: what `health` returns.
        self_test: what `self_test` returns.
        refusal: where given, `open` is lost for this reason.
    """

    def __init__(
        self,
        front_end: FrontEnd,
        script: Iterable[ScriptStep],
        clock: Clock,
        *,
        health: FrontEndHealth = _HEALTHY,
        self_test: SelfTest = _PASSED,
        refusal: Loss | None = None,
    ) -> None:
        self._front_end = front_end
        self._script = tuple(script)
        self._clock = clock
        self._health = health
        self._self_test = self_test
        self._refusal = refusal
        self._steps: deque[ScriptStep] | None = None
        self._begun = False

    def open(self) -> FrontEnd:
        """Begin the script, or begin it again."""
        if self._refusal is not None:
            raise SourceLostError(self._refusal.code, self._refusal.message)
        self._steps = deque(self._script)
        self._begun = False
        return self._front_end

    def read(self, timeout_s: float) -> SampleBlock | None:
        """See `Source`; a silence is slept through on the clock."""
        if self._steps is None:
            raise SourceLostError("not-open", "The script is not open; call open() first.")
        self._begun = True
        left_s = max(0.0, timeout_s)
        while self._steps:
            step = self._steps[0]
            if isinstance(step, Loss):
                raise SourceLostError(step.code, step.message)
            self._steps.popleft()
            if isinstance(step, SampleBlock):
                return step
            self._clock.sleep(min(step.seconds, left_s))
            if step.seconds > left_s:
                self._steps.appendleft(Silence(step.seconds - left_s))
                return None
            left_s -= step.seconds
        raise EndOfStream("The script is played out.")

    def self_test(self) -> SelfTest:
        """The scripted verdict, once open and before the first read."""
        if self._steps is None or self._begun:
            return SelfTest(False, "A self-test runs after open() and before the first read.")
        return self._self_test

    def health(self) -> FrontEndHealth:
        """The scripted health."""
        return self._health

    def close(self) -> None:
        """Stop."""
        self._steps = None
