"""When a front end has been silent for too long."""

from pocketk_agent.sources.source import SourceLostError

# S4: the loss is stated within 2 s; what comes after it (storing, showing) must fit in as well.
SILENCE_S = 1.0


class SilenceWatch:
    """Adds up the time that was waited in vain.

    Waited for, not passed: a host that was itself asleep for a while has not heard a silent chip.
    """

    def __init__(self) -> None:
        self._waited_s = 0.0

    def note(self, taken: int, waited_s: float) -> None:
        """Take note of one wait.

        Args:
            taken: samples that came.
            waited_s: how long it waited at most.

        Raises:
            SourceLostError: silent for longer than `SILENCE_S`.
        """
        self._waited_s = 0.0 if taken else self._waited_s + waited_s
        if self._waited_s > SILENCE_S:
            raise SourceLostError("front-end-silent", f"The front end sent nothing for {SILENCE_S:g} s.")
