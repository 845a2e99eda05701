"""What goes wrong when a kit is made or checked."""


class ProvisionError(ValueError):
    """A kit cannot be made, or is not what it says; the message says why and what to do."""
