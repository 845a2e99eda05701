"""Front ends on a bus of the host: drivers, their ring and their rate."""
