"""Self-supervised pre-training: what a Lead I looks like, learnt without a single laboratory value."""
