"""From predictions to the calibration, thresholds and abstention band that a bundle carries."""
