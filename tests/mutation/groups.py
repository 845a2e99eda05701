"""What is mutated, and by which tests a mutant is to be noticed."""

from dataclasses import dataclass

_MEASUREMENT, _QUALITY = "tests/unit/measurement", "tests/unit/quality"


@dataclass(frozen=True)
class Group:
    """Modules that are mutated together.

    Attributes:
        name: of the group.
        modules: paths under ``pocketk_agent``, without ``.py``.
        tests: files that are run on each mutant, only fast ones: every mutant runs those that reach it.
        left_out: tests among them that take too long to be run a thousand times.
        only: mutants whose name matches one of these shell patterns; all where empty.
    """

    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


GROUPS = (
    Group(
        "measurement",
        ("measurement/decision", "measurement/contact", "measurement/scoring", "measurement/flow"),
        tuple(
            f"{_MEASUREMENT}/test_{name}.py"
            for name in ("decision", "decision_wording", "contact", "scoring", "flow", "flow_edges")
        ),
        (
            f"{_MEASUREMENT}/test_decision.py::test_every_combination_of_reasons_faults_and_doubts_keeps_silent",
            f"{_MEASUREMENT}/test_decision.py::test_no_reason_of_any_kind_ever_yields_a_risk",
            f"{_MEASUREMENT}/test_flow.py::test_the_window_does_not_depend_on_how_samples_are_cut_into_blocks",
        ),
    ),
    Group("clip-search", ("measurement/clip_search",), (f"{_MEASUREMENT}/test_clip_search_edges.py",)),
    Group(
        "quality",
        tuple(
            f"quality/{name}"
            for name in (
                "gate",
                "sample_flags",
                "rhythm",
                "polarity",
                "pacing",
                "second_gate",
                "mains_noise",
                "noise_cause",
            )
        ),
        tuple(
            f"{_QUALITY}/test_{name}_rules.py"
            for name in ("gate", "sample_flags", "rhythm", "polarity", "pacing", "second_gate", "noise")
        ),
    ),
)
