"""Cohorts: one manifest for real, morphed and simulated recordings, and what builds it."""
