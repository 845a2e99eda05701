"""Chips on the buses of a Raspberry Pi: what they have in common."""
