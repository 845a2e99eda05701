"""From a cohort and a model to a report: predictions, statistics, pages."""
