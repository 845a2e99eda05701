"""Register-level models of the chips that a front end may have: a bench without hardware.

The lowest floor beside the firmware: standard library only, and the same files run in CPython and in MicroPython.
`linux/` (CPython only) offers the models as `spidev`, `gpiod` and `smbus2`; `machine_shim` as MicroPython's `machine`.
"""
