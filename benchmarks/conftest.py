"""Benchmarks share the tests' register, and use one thread so that a ratio compares like with like."""

import os

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

pytest_plugins = ["measurement_plugin"]
