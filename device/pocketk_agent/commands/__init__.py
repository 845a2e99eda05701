"""What the commands of the agent do."""
