"""The Raspberry Pi agent: what a device does to a signal, from electrode to outcome.

from pocketk_agent import load_bundle
bundle = load_bundle("pocketk-untrained")
outcome = bundle.score(ecg_mv, fs_hz)
"""

from pocketk_agent.bundle.bundle import Bundle, load_bundle
from pocketk_agent.outcome import Outcome, OutcomeKind
from pocketk_agent.version import VERSION

__all__ = ["VERSION", "Bundle", "Outcome", "OutcomeKind", "load_bundle"]
