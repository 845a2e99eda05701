"""One measurement, from contact to outcome."""
