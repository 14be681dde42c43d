"""The tables of collection.toml that say what is planned: images, styles, series, axes, traits, rules, one-of-ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from math import isfinite, prod
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from collection.config.conditions import (
    MOST_NUMBERS,
    Conditions,
    Number,
    Numbers,
    TraitName,
    as_number,
    number_text,
    value_text,
)
from collection.config.types import Name, Size, Table, Weight, Words

Count = Annotated[int, Field(ge=0, le=1_000_000)]
AxisValue = int | float | str | Size | dict[Name, Weight]
Axis = Annotated[str | tuple[AxisValue, ...], Field(min_length=1)]
MAX_SEEDS = 1_000_000


def parse_seeds(text: str) -> list[int]:
    """The seeds of "0-99,200,300-309", in the order written; raises ValueError for anything else."""
    seeds: list[int] = []
    for part in text.split(","):
        found = re.fullmatch(r"\s*(\d{1,16})\s*(?:-\s*(\d{1,16})\s*)?", part, re.ASCII)
        if not found:
            raise ValueError(f'"{part.strip()}" is neither a seed nor a range of seeds such as 0-99')
        first, last = int(found[1]), int(found[2] or found[1])
        if not first <= last < 2**53 or last - first + len(seeds) >= MAX_SEEDS:
            raise ValueError(f'"{part.strip()}" must rise, end below 2**53 and hold fewer than {MAX_SEEDS:,} seeds')
        seeds.extend(range(first, last + 1))
    return seeds


def listed(wanted: str | Sequence[Any]) -> list[Any]:
    """The values of an axis, in the order written."""
    return list(parse_seeds(wanted)) if isinstance(wanted, str) else list(wanted)


class Axes(Table):
    """What varies within a series. It makes one image for every combination of the crossed axes and the zipped ones.

    An axis is seed ("0-99,200,300-309"), blend, size, a setting of the generator (model, steps, guidance), or any
    other name: a part of the prompt, which says `${name}` where it stands.
    """

    cross: dict[Name, Axis] = {}
    """Lists of which every value meets every value of the others."""
    zip: dict[Name, Axis] = {}
    """Lists of one length, taken side by side: first with first, second with second."""

    @field_validator("cross", "zip")
    @classmethod
    def _lists(cls, axes: dict[str, Any]) -> dict[str, Any]:
        for name, wanted in axes.items():
            if isinstance(wanted, str) and name != "seed":
                raise ValueError(f'{name}: an axis is a list, such as ["{wanted}"]')
            values = [repr(value) for value in listed(wanted)]
            if len(set(values)) < len(values):
                raise ValueError(f"{name}: a value stands there twice")
        return axes

    @property
    def points(self) -> int:
        """How many images the axes ask for; 0 if there is no axis."""
        if not self.cross and not self.zip:
            return 0
        zipped = len(listed(next(iter(self.zip.values())))) if self.zip else 1
        return zipped * prod(len(listed(wanted)) for wanted in self.cross.values())


class Trait(Table):
    """A trait that the plan draws for every token, and that a prompt names as {trait}.

    Counts are exact; weights share what the counts leave, rounded by largest remainder to a sum that is exact.
    """

    weight: dict[Name, Weight] = {}
    """How often each value is drawn, beside the others."""
    count: dict[Name, Count] = {}
    """Exactly how many tokens have each value."""
    numbers: Numbers | tuple[Number, ...] | None = None
    """The values are numbers: a list, or {min, max, step}. Of those without weight and count, each has the weight 1."""
    when: Conditions = {}
    """Drawn only where the token's series or other traits, all that are named, are as it says; else it is absent."""
    words: dict[Name, str] = {}
    """What a prompt says for a value, where that is not the value itself."""
    distinct: bool = True
    """Whether two tokens may differ by this trait alone; false: those count as the same (HashLips: bypassDNA)."""

    @field_validator("numbers")
    @classmethod
    def _different(cls, numbers: Numbers | tuple[Number, ...] | None) -> Numbers | tuple[Number, ...] | None:
        if isinstance(numbers, tuple):
            if not 0 < len(numbers) <= MOST_NUMBERS:
                raise ValueError(f"{len(numbers):,} numbers stand in it, 1 to {MOST_NUMBERS:,} are wanted")
            if twice := [text for text, times in Counter(map(number_text, numbers)).items() if times > 1]:
                raise ValueError(f"{twice[0]} stands there twice")
        return numbers

    @cached_property
    def values(self) -> list[str]:
        """Every value, sorted; numbers by their size."""
        every = {*self.weight, *self.count, *self._numbers}
        return sorted(every, key=lambda value: ((self.numbers and as_number(value)) or 0, value))

    @cached_property
    def weights(self) -> dict[str, float]:
        """The weight of every value that has no count."""
        return {**{value: 1.0 for value in self._numbers if value not in self.count}, **self.weight}

    def changed(self, by: Trait) -> Trait:
        """The trait with what another states of it: values that it counts have no weight, `when` is added to."""
        weight = {value: weight for value, weight in {**self.weight, **by.weight}.items() if value not in by.count}
        count = {value: count for value, count in {**self.count, **by.count}.items() if value not in by.weight}
        rest = {key: getattr(by, key) for key in by.model_fields_set - {"weight", "count", "when"}}
        return self.model_copy(update={**rest, "weight": weight, "count": count, "when": {**self.when, **by.when}})

    @property
    def drawn_from(self) -> list[str]:
        """The values that a weight or a count may name: the numbers, where the trait has any."""
        return self._numbers or self.values

    @property
    def _numbers(self) -> list[str]:
        if isinstance(self.numbers, Numbers):
            return self.numbers.values
        return [number_text(number) for number in self.numbers or ()]


class Rule(Table):
    """What may not, or must, stand together: where all of `when` holds."""

    when: Conditions = Field(min_length=1)
    """Values of traits, or `series`; a list means any of them, {min, max} numbers, false that the trait is absent."""
    exclude: Conditions = {}
    """None of these values stands beside."""
    require: Conditions = {}
    """One of these values stands beside, of every trait named."""


def _as_text(value: Any) -> Any:
    """A number or a truth value as traits state it; whatever else as it is."""
    return value_text(value) if isinstance(value, bool | int | float) and isfinite(value) else value


TraitValue = Annotated[Name, BeforeValidator(_as_text, json_schema_input_type=Name | Number | bool)]
"""A value of a trait; a number and true or false are taken as their texts."""


class OneOfOne(Table):
    """A token that exists once: its recipe is written here, and it takes one place of the supply."""

    name: Name
    """Shown as its series."""
    prompt: Words = ""
    """What to paint."""
    negative_prompt: Words = ""
    """What a diffusion model is to avoid."""
    blend: dict[str, Weight] = {}
    """Weight of each style; absent: the only style there is, or the generator's own choice."""
    traits: dict[TraitName, TraitValue] = {}
    """Its traits; they need not be among [traits], and the plan draws the same set for no other token."""
    seed: int | None = Field(default=None, ge=0, lt=2**53)
    """Absent: derived from the seed of the collection and the name."""


class Image(Table):
    """What every image has in common."""

    size: Size = 512
    """Pixels: one side of a square, or [width, height]; 64 to 4096."""

    @property
    def width(self) -> int:
        """Pixels."""
        return self.size if isinstance(self.size, int) else self.size[0]

    @property
    def height(self) -> int:
        """Pixels."""
        return self.size if isinstance(self.size, int) else self.size[1]


class Series(Table):
    """A slice of the collection with one prompt and one blend."""

    name: Name = "main"
    """Shown as an attribute of its tokens."""
    prompt: Words = ""
    """What to paint; `collection words` lists the words that the painter knows."""
    negative_prompt: Words = ""
    """What a diffusion model is to avoid."""
    blend: dict[str, Weight] = {}
    """Weight of each style; absent: the only style there is, or the generator's own choice."""
    switch_to: dict[str, Weight] = {}
    """The blend of a diffusion model's later steps, from the generator's switch_at on; absent: blend to the end."""
    share: float = Field(default=1, gt=0, lt=1e9)
    """How much of the candidates this series gets, beside the shares of the others."""
    axes: Axes = Axes()
    """What varies within the series; with axes it has as many images as they ask for, whatever its share."""
