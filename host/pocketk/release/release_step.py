"""One step of a release: a command of `pocketk` and what it leaves."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ReleaseStep:
    """A command, and the folder or file that is there once it is done.

    Attributes:
        about: one line for people.
        arguments: of `pocketk`.
        makes: appears whole; a step whose result is there is not run again.
        mark: file inside `makes` that is written last, None where `makes` itself appears at once.
        resume: arguments to give instead where the step was interrupted; empty where it starts anew.
        resumable: file whose presence says that the step can be resumed.
    """

    about: str
    arguments: tuple[str, ...]
    makes: Path
    mark: str | None = None
    resume: tuple[str, ...] = ()
    resumable: Path | None = None

    @property
    def done(self) -> bool:
        """Whether its result is there."""
        return self.proof.exists()

    @property
    def proof(self) -> Path:
        """What is there once it is done."""
        return self.makes if self.mark is None else self.makes / self.mark

    @property
    def to_give(self) -> tuple[str, ...]:
        """The arguments to give now."""
        interrupted = self.resumable is not None and self.resumable.exists()
        return self.resume if self.resume and interrupted else self.arguments
