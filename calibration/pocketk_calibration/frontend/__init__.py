"""Fits a front end's gain, offset, true rate and noise to recordings of its own test signals."""
