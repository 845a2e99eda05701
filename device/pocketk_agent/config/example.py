"""A configuration to begin with: every key with its default and what it means."""

EXAMPLE = """\
# Configuration of pocketk-agent. Every key that is commented out has the value shown.
# Unknown keys are refused. Check with: pocketk-agent doctor --config FILE

[front_end]
# "ads1292r", "max30003" (SPI), "serial" (the handheld on USB), "replay" (a recording), "simulated-patient";
# "ads1115-ad8232" and "mcp3008-ad8232" are demonstration grade, not for screening.
kind = "serial"
# serial = "PK-0001"            # serial number; else the board's own
# spi_bus = 0                   # /dev/spidev<bus>.<device>
# spi_device = 0
# spi_hz = 1000000
# drdy_chip = "/dev/gpiochip0"  # where the chip's data-ready line ends
# drdy_line = 25
# i2c_bus = 1
# i2c_address = 0x48
# lead_off_plus_line = 17       # of an AD8232, on drdy_chip
# lead_off_minus_line = 27
# port = "/dev/ttyACM0"         # of "serial"
# file = "strip.edf"            # of "replay"
# virtual = false               # true: a model of the chip instead of the bus, to try out

[measurement]
# mains_hz = 50                 # or 60
# store = "/var/lib/pocketk/measurements"
# bundle = "pocketk-s"          # folder, archive or shipped name; else the shipped one
# trust = "/var/lib/pocketk/trust"  # folder with trusted_keys.json
# repeat_after_s = 10.0         # measure again without waiting for the thumbs to be lifted

[bundle]
# slots = "/var/lib/pocketk/slots"  # where pocketk-agent slots installs bundles; until then [measurement] bundle runs

[calibration]
# folder = "/var/lib/pocketk/calibration"

[clock]
# require_verified = false      # true: no measurement while the time of day is not verified

[log]
# level = "info"                # "debug", "info", "warning", "error"
# folder = "/var/log/pocketk"   # else standard error, which systemd keeps

[watchdog]
# memory_mb = 32                # less available memory is a device error
# clock_step_s = 0.5            # so far may wall time move against the monotonic clock during a measurement
# answer_s = 1.5                # so long may the network take for one clip
# retry_s = 2.0                 # between two attempts to leave FAULT

[service]
# status_file = "/run/pocketk/status.json"
"""
