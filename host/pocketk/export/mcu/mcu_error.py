"""What is said when a network cannot become a `.mcu` file."""


class McuExportError(ValueError):
    """The network does not fit the format, or not without changing its numbers; the message says what to do."""
