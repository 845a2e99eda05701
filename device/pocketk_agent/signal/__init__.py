"""What a device does to a signal, written once: training, evaluation and the agent call the same functions."""

from pocketk_agent.signal.errors import SignalError
from pocketk_agent.signal.preparation import PreparedStrip, prepare_clips, prepare_strip
from pocketk_agent.signal.variant import VARIANTS, Variant, find_variant

__all__ = [
    "VARIANTS",
    "PreparedStrip",
    "SignalError",
    "Variant",
    "find_variant",
    "prepare_clips",
    "prepare_strip",
]
