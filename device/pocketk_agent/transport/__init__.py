"""What carries the bytes of the wire protocol."""
