"""The commands `pocketk device ...`: what the workstation does to and for a device."""

from cyclopts import App

# Loaded when called.
_COMMANDS = {
    "calibrate": "pocketk.frontend_calibration.command:calibrate_device_command",
    "provision": "pocketk.provision.command:provision_app",
}

device_app = App(name="device", help="Make and look after devices.")
for _name, _place in _COMMANDS.items():
    device_app.command(_place, name=_name)
