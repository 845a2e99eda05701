"""The released model, from nothing to a bundle: every step is a command that a person can give too."""
