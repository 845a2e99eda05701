"""The chip models as the modules that a driver on a Raspberry Pi imports; CPython only."""
