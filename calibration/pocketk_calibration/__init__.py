"""Fits what devices apply: quantisation ranges, probabilities and thresholds, front-end gain and offset."""
