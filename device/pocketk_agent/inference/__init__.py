"""Models on the device."""
