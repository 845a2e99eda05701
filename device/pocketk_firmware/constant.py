"""`const`: MicroPython folds it at compile time, CPython passes the value through."""


def const(value: int) -> int:
    """Return `value` unchanged; MicroPython's own `const` replaces this one where there is one."""
    return value


try:  # noqa: SIM105  MicroPython has no contextlib
    from micropython import const  # noqa: F401  # pyright: ignore[reportMissingImports]
except ImportError:
    pass
