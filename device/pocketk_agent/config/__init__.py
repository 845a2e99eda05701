"""The one configuration file of a device, read and refused in words; nothing on the scoring path imports it."""
