"""What goes wrong in an installation."""


class InstallError(Exception):
    """The installation cannot go on; the message says why and what to do."""
