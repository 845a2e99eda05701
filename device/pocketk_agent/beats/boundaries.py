"""Where the waves of one beat begin, culminate and end."""

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class Boundaries:
    """Samples of one beat's boundaries, None where there is no such wave or it cannot be told.

    The onset of T is not among them: one lead gives it no definition that readers agree on (CSE Working
    Party, European Heart Journal 1985, gives a tolerance for five boundaries, and none for it).

    Attributes:
        p_onset: first sample of the P wave.
        p_peak: its largest deflection.
        p_offset: its end.
        qrs_onset: first sample of the QRS complex.
        r_peak: largest deflection of the QRS complex.
        qrs_offset: its end (the J point).
        t_peak: largest deflection of the T wave.
        t_offset: its end.
    """

    p_onset: float | None = None
    p_peak: float | None = None
    p_offset: float | None = None
    qrs_onset: float | None = None
    r_peak: float | None = None
    qrs_offset: float | None = None
    t_peak: float | None = None
    t_offset: float | None = None

    def moved(self, samples: float) -> "Boundaries":
        """The same boundaries counted from another origin."""
        there = {f.name: getattr(self, f.name) for f in fields(self)}
        return Boundaries(**{name: None if at is None else at + samples for name, at in there.items()})

    def without_p(self) -> "Boundaries":
        """The same beat with no P wave."""
        return replace(self, p_onset=None, p_peak=None, p_offset=None)

    def without_t(self) -> "Boundaries":
        """The same beat with no T wave."""
        return replace(self, t_peak=None, t_offset=None)


BOUNDARY_NAMES = tuple(field.name for field in fields(Boundaries))
