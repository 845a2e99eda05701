"""Whether a front end is of demonstration grade, decided in one place from its profile, and what is said of it."""

from enum import Enum

from pocketk_agent.front_end import FrontEnd

# A profile whose id ends so is of demonstration grade; the id travels in every stored recording.
DEMONSTRATION_SUFFIX = "-demonstration"
DEMONSTRATION_SENTENCE = "DEMONSTRATION GRADE front end, not for screening."


class FrontEndGrade(Enum):
    """What a front end is good for; a grade is no approval, and no front end here is for clinical use."""

    DEMONSTRATION = "demonstration"
    UNRESTRICTED = "unrestricted"


def grade_of(front_end: FrontEnd) -> FrontEndGrade:
    """Demonstration grade for a profile that ends in `DEMONSTRATION_SUFFIX`, whatever its case."""
    is_demonstration = front_end.profile.strip().lower().endswith(DEMONSTRATION_SUFFIX)
    return FrontEndGrade.DEMONSTRATION if is_demonstration else FrontEndGrade.UNRESTRICTED


def graded_notice(notice: str, front_end: FrontEnd | None) -> str:
    """A notice with the front end's grade in front of it, where every surface must say so.

    In front, since a small window or a narrow page cuts from the end. A notice that says so already stays as it is.

    Args:
        notice: what every surface says anyway.
        front_end: None where none has answered.
    """
    graded = front_end is not None and grade_of(front_end) is FrontEndGrade.DEMONSTRATION
    if not graded or notice.startswith(DEMONSTRATION_SENTENCE):
        return notice
    return f"{DEMONSTRATION_SENTENCE} {notice}".rstrip()
