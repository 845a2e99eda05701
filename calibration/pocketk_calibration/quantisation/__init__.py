"""Quantisation: which windows ranges are chosen on, how, and how far the logits may move by it."""
