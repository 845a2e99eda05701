"""Is this device ready to measure? Each check with what to do where it is not."""
