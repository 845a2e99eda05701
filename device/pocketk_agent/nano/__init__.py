"""The numpy twin of what a microcontroller does: the same integers, many strips at once."""
