"""The agent as a service: measures whoever puts the thumbs on, day after day."""
