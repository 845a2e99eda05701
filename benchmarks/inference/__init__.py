"""What scoring costs on the device's path: measured beside the published chain, kept as JSON, shown as a page."""
