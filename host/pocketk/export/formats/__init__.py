"""Every file format a network is exported to, made, measured and compared in one table."""
