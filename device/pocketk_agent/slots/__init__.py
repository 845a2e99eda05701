"""The device's two slots for bundles on a computer: the firmware's state machine over a disk."""
