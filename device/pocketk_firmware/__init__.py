"""Pocket-K front end: wire protocol, sample source and main loop of the handheld.

Standard library only, in the subset of the language that CPython 3.11 and MicroPython 1.28 both run
unchanged; the agent imports these same files.
"""

VERSION = "0.1.0"
