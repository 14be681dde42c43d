"""Who made what of a picture, in shares: the one rule by which tokens, metadata and royalties are divided.

[generator] names who made what it runs (a model, a script, layers), and [styles.NAME] who made the style or its LoRA.
Of a picture the generator's artist has its `share`. Of the rest each style's artist has the style's `share` of its part
of the blend. What nobody has is divided among [[artists]] by their shares.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from collection.config.generator import GeneratorTable, known_table
from collection.values import Recipe, StyleBlend

if TYPE_CHECKING:
    from collection.config.styles import StyleTable
    from collection.config.tables import Config

WHOLE = 10_000
"""Basis points of a token."""
UNITS = 100_000_000
"""Millionths of a percent of a set, which is what a splitter counts in."""


@dataclass(frozen=True, slots=True)
class Credit:
    """An artist, by name, and the percent that is theirs."""

    artist: str
    share: float

    @property
    def part(self) -> Fraction:
        """The share as a number from 0 to 1, as it is written in decimals."""
        return Fraction(repr(self.share)) / 100


@dataclass(frozen=True, slots=True)
class Credits:
    """What of a configuration says whose a picture is; of no effect where neither generator nor styles name anybody."""

    base: Mapping[str, float] = field(default_factory=dict)
    """Percent of each of [[artists]], of what is left."""
    generator: Credit | None = None
    made_by: tuple[str, str] = ("", "")
    """The generator, and the model that its artist made; no model: whichever it runs."""
    styles: Mapping[str, Credit] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.generator or self.styles)

    def as_json(self) -> dict[str, Any]:
        """What a frozen set keeps of it."""
        generator = {"credit": _told(self.generator), "made_by": list(self.made_by)} if self.generator else None
        styles = {name: _told(credit) for name, credit in self.styles.items()}
        return {"base": dict(self.base), "generator": generator, "styles": styles}

    @classmethod
    def from_json(cls, value: Mapping[str, Any] | None) -> Credits:
        """Read `as_json` back; None: nobody was credited."""
        if not value:
            return cls()
        styles = {name: Credit(**told) for name, told in value["styles"].items()}
        if not value["generator"]:
            return cls(value["base"], styles=styles)
        use, model = value["generator"]["made_by"]
        return cls(value["base"], Credit(**value["generator"]["credit"]), (use, model), styles)


def _told(credit: Credit) -> dict[str, Any]:
    return {"artist": credit.artist, "share": credit.share}


def _credit(table: GeneratorTable | StyleTable) -> Credit | None:
    """Who a table names; without a share they have all."""
    return Credit(table.artist, 100.0 if table.share is None else table.share) if table.artist else None


def credits_of(config: Config) -> Credits:
    """The credits that a configuration gives."""
    table = config.generator
    axes = {name for series in config.series for name in (*series.axes.cross, *series.axes.zip)}
    model = "" if table.recipe_model in axes else table.settings()[0]
    return Credits(
        base={artist.name: artist.share for artist in config.artists},
        generator=_credit(table),
        made_by=(table.use, model),
        styles={name: credit for name, style in config.styles.items() if (credit := _credit(style))},
    )


def token_shares(credits: Credits, recipe: Recipe | None) -> dict[str, int]:
    """Basis points of each artist of one picture, by name; they sum to 10,000. Empty where there are no artists."""
    return apportion(_parts(credits, recipe), WHOLE)


def set_shares(credits: Credits, recipes: Iterable[Recipe | None]) -> dict[str, int]:
    """UNITS of each artist of a set: the mean of its tokens, whose basis points are added up as they are told."""
    sums: dict[str, Fraction] = {}
    for recipe in recipes:
        for name, points in token_shares(credits, recipe).items():
            sums[name] = sums.get(name, Fraction(0)) + points
    return apportion(sums, UNITS)


def shared(config: Config, recipes: Sequence[Recipe | None]) -> Config:
    """The configuration with what each artist has of a set of pictures in the place of what is written.

    It is the same where nobody is credited, or there are no pictures.
    """
    credits = config.credits
    if not credits or not recipes:
        return config
    shares = set_shares(credits, recipes)
    artists = [artist.model_copy(update={"share": shares.get(artist.name, 0) / 1e6}) for artist in config.artists]
    return config.model_copy(update={"artists": tuple(artists), "credits": credits})


def apportion(parts: Mapping[str, Fraction | float], whole: int) -> dict[str, int]:
    """Divide a whole number by parts, to whole numbers that sum to it exactly; parts of nothing are left out.

    By largest remainder, of equals the first by name, so that the order of the parts decides nothing.
    """
    exact = {name: Fraction(part) for name, part in sorted(parts.items()) if part > 0}
    total = sum(exact.values())
    shares = {name: int(part * whole / total) for name, part in exact.items()}
    most = sorted(exact, key=lambda name: shares[name] - exact[name] * whole / total)
    for name in most[: whole - sum(shares.values()) if shares else 0]:
        shares[name] += 1
    return {name: share for name, share in shares.items() if share}


def _parts(credits: Credits, recipe: Recipe | None) -> dict[str, Fraction]:
    """The part of each artist, which sum to 1."""
    parts: dict[str, Fraction] = {}
    left = Fraction(1)
    if credits.generator and recipe and _made(recipe, *credits.made_by):
        _add(parts, credits.generator.artist, credits.generator.part)
        left -= credits.generator.part
    rest = left
    for name, weight in (_weights(recipe) if recipe else {}).items():
        if credit := credits.styles.get(name):
            _add(parts, credit.artist, rest * weight * credit.part)
            left -= rest * weight * credit.part
    base = {name: Fraction(repr(share)) for name, share in credits.base.items()}
    total = sum(base.values())
    for name, share in base.items():
        _add(parts, name, left * share / total if total else Fraction(0))
    return parts


def _add(parts: dict[str, Fraction], name: str, part: Fraction) -> None:
    parts[name] = parts.get(name, Fraction(0)) + part


def _made(recipe: Recipe, generator: str, model: str) -> bool:
    """Whether a generator's model made a picture, or the smaller picture that this one enlarges."""
    if recipe.generator != generator:
        table = known_table(recipe.generator)
        return table is not None and bool(table.capabilities.enlarges_others)
    return model in ("", recipe.model) or PurePath(model).name == recipe.model.split("@")[0]


def _weights(recipe: Recipe) -> dict[str, Fraction]:
    """The weight of each style of a picture: over its steps, and between it and the one that it was moved towards."""
    found = _of_blend(recipe.blend)
    if recipe.switch_to.parts:
        until = Fraction(repr(recipe.options.get("switch_at", 0.5)))
        found = _mixed(_of_blend(recipe.switch_to), found, until)
    if recipe.interpolation_target is not None:
        moved = Fraction(repr(recipe.options.get("alpha", 0.5)))
        found = _mixed(found, _weights(recipe.interpolation_target), moved)
    return found


def _of_blend(blend: StyleBlend) -> dict[str, Fraction]:
    """The weights of a blend, which sum to 1 exactly."""
    exact = {name: Fraction(repr(weight)) for name, weight in blend.weights.items()}
    return {name: weight / sum(exact.values()) for name, weight in exact.items()}


def _mixed(one: Mapping[str, Fraction], other: Mapping[str, Fraction], part: Fraction) -> dict[str, Fraction]:
    """Two sets of weights, the other one with that part."""
    names = {**one, **other}
    return {name: one.get(name, Fraction(0)) * (1 - part) + other.get(name, Fraction(0)) * part for name in names}
