"""What every test shares: the register's ``measure``, and ``pocketk_data``, where the recordings are."""

pytest_plugins = ["measurement_plugin"]
