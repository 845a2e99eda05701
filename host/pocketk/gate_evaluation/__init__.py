"""How well the quality gate tells good recordings from bad ones, beside public baselines."""
