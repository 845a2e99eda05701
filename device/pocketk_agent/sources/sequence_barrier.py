"""A moment in the stream of frames that frames may have been overtaken by."""

from pocketk_firmware.frame import REORDER_WINDOW


class SequenceBarrier:
    """Tells frames from before a moment from those after it, as long as late frames may still come.

    Args:
        sequence: sequence number of the frame that marks the moment.
    """

    def __init__(self, sequence: int) -> None:
        self._sequence = sequence
        self._watching = REORDER_WINDOW

    def is_late(self, sequence: int) -> bool:
        """True for a frame that was sent before the moment; to be asked once for each frame that comes after it.

        The frame reader lets no frame be later than its window, so that after as many frames nothing is late, and a
        sequence number that has wrapped round is not mistaken for one.
        """
        if self._watching == 0:
            return False
        self._watching -= 1
        return 0 < (self._sequence - sequence) & 0xFFFF <= REORDER_WINDOW
