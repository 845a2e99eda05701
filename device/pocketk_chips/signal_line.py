"""One digital line between a chip and its host."""


class SignalLine:
    """A line that one side drives and the other listens to.

    Attributes:
        level: 0 or 1.
        connected: False makes the listeners deaf, as a broken wire does.
    """

    def __init__(self, level: int = 1):
        self.level = level
        self.connected = True
        self._listeners = []

    def listen(self, callback) -> None:
        """Have `callback(level)` called on every change."""
        self._listeners.append(callback)

    def ignore(self, callback) -> None:
        """Take a listener off again."""
        self._listeners.remove(callback)

    def drive(self, level: int) -> None:
        """Set the level; without a change nobody is called."""
        if level == self.level:
            return
        self.level = level
        if self.connected:
            for callback in self._listeners:
                callback(level)
