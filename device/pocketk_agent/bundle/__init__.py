"""Models, thresholds, calibration and preprocessing as one verified thing."""
