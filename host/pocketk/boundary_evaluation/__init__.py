"""Boundaries of P, QRS and T from several delineators beside the marks of readers."""
