"""Fits what devices apply to a score: probabilities, thresholds and the band without a statement."""
