"""The statistics of an evaluation, on plain arrays: functions are told labels, scores and patients, nothing else."""
