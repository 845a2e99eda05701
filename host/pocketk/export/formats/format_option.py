"""A legal option of a format."""

from __future__ import annotations

from dataclasses import dataclass

from pocketk.export.formats.format_error import FormatError

Value = bool | int | str
_TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass(frozen=True)
class FormatOption:
    """One option; the type of its default is its type.

    Attributes:
        name: As written on the command line.
        default: What holds when it is not given.
        meaning: One phrase.
        choices: Legal words of a string.
        low: Smallest legal whole number.
        high: Largest legal whole number.
    """

    name: str
    default: Value
    meaning: str
    choices: tuple[str, ...] = ()
    low: int = 1
    high: int = 1_000_000

    def read(self, text: str) -> Value:
        """Return what `text` says.

        Raises:
            FormatError: If it is not a legal value.
        """
        if isinstance(self.default, bool):
            if text.lower() not in _TRUTH:
                raise FormatError(f"{self.name} is {text!r}; give true or false")
            return _TRUTH[text.lower()]
        if isinstance(self.default, int):
            if not text.isdecimal() or not self.low <= int(text) <= self.high:
                raise FormatError(f"{self.name} is {text!r}; give a whole number from {self.low} to {self.high}")
            return int(text)
        if text not in self.choices:
            raise FormatError(f"{self.name} is {text!r}; give one of {', '.join(self.choices)}")
        return text
