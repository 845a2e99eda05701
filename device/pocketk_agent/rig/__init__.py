"""The agent at the far end of a cable, for a hardware bench: commands over TCP, one JSON object a line."""
