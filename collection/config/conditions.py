"""What a condition of a rule asks for: values of a trait, its absence, numbers between two, or a series."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from collection.config.types import Name, Table

ABSENT = ""
"""The value of a conditional trait where it is not drawn."""
SERIES = "series"
"""Among the traits of a condition: the name of the token's series."""
MOST_NUMBERS = 10_000
"""Values that one numeric trait may have."""

Number = Annotated[int | float, Field(ge=-(2**53), le=2**53, allow_inf_nan=False)]
TraitName = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^\w([\w -]*[\w-])?$")]


def number_text(value: int | float) -> str:
    """A number as traits state it, without an exponent: 5, 0.25, -3."""
    exact = Decimal(repr(value))
    text = format(exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact.normalize(), "f")
    return "0" if text == "-0" else text


def value_text(value: bool | int | float | str) -> str:
    """A JSON or TOML value as a trait states it: true, false, a number, or the text itself.

    Marketplaces show texts and numbers, and no truth values.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if isinstance(value, float) else str(value)


def as_number(text: str) -> Decimal | None:
    """The number that a value of a trait is; None if it is none."""
    try:
        found = Decimal(text) if text.isascii() else None
    except ArithmeticError:
        return None
    return found if found is not None and found.is_finite() else None


class Between(Table):
    """Numbers from `min` to `max`, both included; one of the two may be left out."""

    min: Number | None = None
    """The least; absent: however small."""
    max: Number | None = None
    """The greatest; absent: however great."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("it names neither min nor max")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min = {self.min} is above max = {self.max}")
        return self

    def __contains__(self, value: str) -> bool:
        number = as_number(value)
        return (
            number is not None
            and (self.min is None or number >= Decimal(repr(self.min)))
            and (self.max is None or number <= Decimal(repr(self.max)))
        )

    def __str__(self) -> str:
        least, most = (None if end is None else number_text(end) for end in (self.min, self.max))
        return f"{least} to {most}" if least and most else f"{least} or more" if least else f"{most} or less"


class Numbers(Table):
    """Every number from `min` on, `step` apart, up to `max`."""

    min: Number
    """The least."""
    max: Number
    """None is greater; where the steps do not meet it, the last number is below it."""
    step: Annotated[Number, Field(gt=0)] = 1
    """From each number to the next."""

    @model_validator(mode="after")
    def _few_enough(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min = {self.min} is above max = {self.max}")
        if self._count > MOST_NUMBERS:
            raise ValueError(f"there are {self._count:,} numbers in it, at most {MOST_NUMBERS:,} can be drawn from")
        return self

    @property
    def _count(self) -> int:
        least, most, step = (Decimal(repr(value)) for value in (self.min, self.max, self.step))
        return int((most - least) / step) + 1

    @property
    def values(self) -> list[str]:
        """Each number as text, the least first."""
        least, step = Decimal(repr(self.min)), Decimal(repr(self.step))
        exact = (least + place * step for place in range(self._count))
        return [number_text(int(value) if value == int(value) else float(value)) for value in exact]


One = Name | Number | Literal[False]
"""A value of a trait, a number among them; false: the token lacks the trait."""
Values = One | Annotated[tuple[One, ...], Field(min_length=1)] | Between
"""What a condition asks of a trait: a value, a list of which any will do, or numbers between two."""
Conditions = dict[TraitName, Values]


def values_of(wanted: Values, known: Iterable[str]) -> tuple[str, ...]:
    """The values that a condition means, ABSENT for the lack of the trait; `known` are all that the trait has."""
    if isinstance(wanted, Between):
        return tuple(value for value in known if value in wanted)
    several = wanted if isinstance(wanted, tuple) else (wanted,)
    return tuple(ABSENT if one is False else one if isinstance(one, str) else number_text(one) for one in several)


def said(name: str, wanted: Values) -> str:
    """A condition as people write it: light = night or dusk, moon = nothing, power = 5 or more."""
    told = str(wanted) if isinstance(wanted, Between) else " or ".join(values_of(wanted, ()))
    return f"{name} = {told}" if told else f"{name} = nothing"
