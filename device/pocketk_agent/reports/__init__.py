"""What a person keeps: the paper strip."""
