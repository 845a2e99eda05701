"""Calibration of an analogue front end: what was recorded, what was fitted and signed, and how it is applied."""
