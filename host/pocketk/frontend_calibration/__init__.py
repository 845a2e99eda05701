"""Calibrating a front end from the workstation: fit, show, sign."""
