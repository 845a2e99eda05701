"""The workstation: export, bundles, requirements and everything that later steps train and evaluate."""
