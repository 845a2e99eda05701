"""The simulator's workstation part: physics atlas, potassium laid over real recordings, labels, cohorts, validation."""
