"""Signed bundles on a device: two slots, which of them runs, and why the other does not."""
