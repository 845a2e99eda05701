"""The screen of a bench: the last picture, for whoever asks."""

from threading import Lock

from pocketk_agent.front_end import FrontEnd
from pocketk_agent.outcome import Outcome
from pocketk_agent.screen.screen import Screen, ScreenFrame


class ProgressScreen(Screen):
    """Keeps the newest frame; may be asked from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._frame: ScreenFrame | None = None
        self._front_end: FrontEnd | None = None

    def open(self, front_end: FrontEnd, notice: str) -> None:
        """See `Screen`."""
        del notice
        with self._lock:
            self._front_end, self._frame = front_end, None

    def show(self, frame: ScreenFrame) -> None:
        """See `Screen`."""
        with self._lock:
            self._frame = frame

    def finish(self, outcome: Outcome, advice: str) -> None:
        """See `Screen`; the outcome is asked for by itself."""

    def inform(self, lines: tuple[str, ...]) -> None:
        """See `Screen`."""

    def close(self) -> None:
        """See `Screen`; no old picture is ever given out."""
        with self._lock:
            self._frame = None

    def progress(self) -> dict[str, object] | None:
        """What a person would see now, None where nothing is shown."""
        with self._lock:
            frame = self._frame
        if frame is None:
            return None
        return {
            "flow": frame.state.value,
            "contact": frame.contact,
            "good": frame.good,
            "signal": frame.quality_in_words,
            "recorded_s": round(frame.recorded_s, 3),
            "target_s": frame.target_s,
            "gaps": frame.gaps,
        }
