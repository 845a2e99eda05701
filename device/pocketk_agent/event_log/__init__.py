"""What a device writes down of itself: events without patients."""
