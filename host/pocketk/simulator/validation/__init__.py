"""Does the simulated population look like the published one: numbers, bands, and what a model could read at best."""
