"""Which tests of the agent run on an emulated aarch64, and with what; a few minutes of them, no more than ten.

Chosen for what may differ between CPUs or their packages: floating point (filters, gate, scoring), the two runtimes and
golden vectors, signatures (cryptography), bytes and their order (bundles, wire, archives).
"""

FILES = (
    "tests/unit/signal/test_block_filter.py",
    "tests/unit/signal/test_coefficients.py",
    "tests/unit/signal/test_prepare.py",
    "tests/unit/signal/test_resampling.py",
    "tests/unit/quality/test_gate.py",
    "tests/unit/quality/test_gate_rules.py",
    "tests/unit/quality/test_noise_rules.py",
    "tests/unit/quality/test_rhythm_rules.py",
    "tests/unit/quality/test_sample_flags_rules.py",
    "tests/unit/measurement/test_decision.py",
    "tests/unit/measurement/test_flow.py",
    "tests/unit/measurement/test_scoring.py",
    "tests/unit/bundle/test_archive.py",
    "tests/unit/bundle/test_manifest.py",
    "tests/unit/bundle/test_shipped_bundles.py",
    "tests/unit/sources/test_played_counts.py",
    "tests/unit/sources/test_replay_source.py",
    "tests/unit/sources/test_simulated_patient_source.py",
    "tests/unit/sources/test_ads1115_source.py",
    "tests/unit/sources/test_max30003_source.py",
    "tests/unit/chips/test_ads1292r_commands.py",
    "tests/unit/chips/test_ads1292r_signals.py",
    "tests/unit/chips/test_max30003.py",
    "tests/unit/chips/test_ads1115.py",
    "tests/unit/chips/test_mcp3008.py",
    "tests/unit/probability/test_calibration_curves.py",
)
# Pure Python, or for aarch64; versions as in constraints.txt.
PACKAGES = (
    *("pytest", "pytest-timeout", "iniconfig", "pluggy", "packaging", "pygments", "hypothesis", "sortedcontainers"),
    *("rich", "markdown-it-py", "mdurl", "pydantic", "pydantic-core", "typing-extensions", "annotated-types"),
    *("typing-inspection", "pyserial", "smbus2", "gpiod"),
)
# Logic over every combination, in pure Python: the same on any CPU, and half an hour on an emulated one.
DESELECTED = (
    "tests/unit/measurement/test_decision.py::test_every_combination_of_reasons_faults_and_doubts_keeps_silent",
)
