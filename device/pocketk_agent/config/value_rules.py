"""What a single value of the configuration must be; pydantic is imported only when a file is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema


@dataclass(frozen=True)
class Exactly:
    """A value of just the annotated type: "5" is no number, and 1 is no true."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        schema["strict"] = True  # type: ignore[typeddict-unknown-key]
        return schema


@dataclass(frozen=True)
class Within:
    """A number of just the annotated type within limits, both included.

    Attributes:
        low: smallest.
        high: largest.
        unit: of all three, for the words.
    """

    low: float
    high: float
    unit: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(
            self.checked, Exactly().__get_pydantic_core_schema__(source, handler)
        )

    def checked(self, value: float) -> float:
        """The value.

        Raises:
            ValueError: it is outside, or no number.
        """
        if not self.low <= value <= self.high:  # written so that NaN is refused
            raise ValueError(f"expected {self.low:.12g} to {self.high:.12g}{f' {self.unit}' if self.unit else ''}")
        return value


@dataclass(frozen=True)
class Given:
    """Text of at least one character, or a path; a home folder may be written as ~."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(self.checked, handler(source))

    @staticmethod
    def checked(value: Any) -> Any:
        """The value.

        Raises:
            ValueError: it is empty, or holds a control character.
        """
        if not isinstance(value, str):
            raise ValueError('expected text in quotes, e.g. "name"')
        if not value.strip() or not value.isprintable():
            raise ValueError("expected text that is neither empty nor holds control characters")
        return value


Text = Annotated[str, Given()]
Place = Annotated[Path, Given()]
Switch = Annotated[bool, Exactly()]
