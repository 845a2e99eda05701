"""How fast the models of a bundle are on this very device, and which of them it may run."""
