"""Beats measured in raw millivolts: where the waves of one lead begin and end, and what lies between."""
