"""Training of networks on cohorts: clips, recipes, the loop, and what a run leaves behind."""
