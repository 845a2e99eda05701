"""What can be wrong with a wish for a bundle."""


class HostBundleError(Exception):
    """A bundle cannot be made as asked; the message says what to change."""
