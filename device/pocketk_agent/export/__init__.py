"""Stored measurements in the formats of others."""
