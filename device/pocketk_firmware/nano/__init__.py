"""The microcontroller's own way from raw counts to a score: integer filters, integer network, its file."""
