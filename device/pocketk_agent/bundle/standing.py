"""What a device knows about who made a bundle, in the words that every surface shows beside a result."""

from dataclasses import dataclass
from enum import StrEnum


class StandingKind(StrEnum):
    """How far a bundle's origin is known."""

    UNSIGNED = "unsigned"
    DEMONSTRATION = "demonstration"
    TRUSTED = "trusted"


@dataclass(frozen=True)
class Standing:
    """Whether and by whom a bundle was signed.

    Attributes:
        kind: how far its origin is known.
        signer: name of the trusted key, empty where nobody trusted signed.
        key_id: of the key, empty without a signature.
    """

    kind: StandingKind = StandingKind.UNSIGNED
    signer: str = ""
    key_id: str = ""

    @property
    def sentence(self) -> str:
        """What every screen, page and record says."""
        if self.kind is StandingKind.UNSIGNED:
            return "Unsigned development bundle."
        if self.kind is StandingKind.DEMONSTRATION:
            return "Demonstration mode: signed with the public demonstration key."
        return f"Signed by {self.signer}."
