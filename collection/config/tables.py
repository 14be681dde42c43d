"""The whole of collection.toml, typed: what a creator writes, checked before anything is done.

Secrets are never in it: keys and tokens are named by environment variable or keystore file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from collection.config.conditions import SERIES, TraitName, Values, values_of
from collection.config.generator import DEFAULT, TABLES, AnyGenerator, GeneratorTable
from collection.config.judging import Dedupe, Score
from collection.config.planning import Image, OneOfOne, Rule, Series, Trait
from collection.config.publishing import Artist, Chain, Freeze, Publish, Royalties, TraitType, Verify
from collection.config.reviewing import Review
from collection.config.selecting import Select
from collection.config.selling import Editions, Reveal, Sale
from collection.config.shares import Credits, credits_of
from collection.config.styles import AnyStyle
from collection.config.types import Name, Table
from collection.values import Style, StyleBlend


def _default_generator() -> GeneratorTable:
    return TABLES.get(DEFAULT).model_validate({"use": DEFAULT})


class Config(Table):
    """The whole of collection.toml."""

    title: Name
    """The name of the collection."""
    symbol: str = Field(default="", max_length=11, pattern=r"^[A-Z0-9]*$")
    """Short name on the chain; absent: made from the title."""
    description: str = ""
    """What the contract and every token say of the collection."""
    supply: int = Field(ge=1, le=1_000_000)
    """Tokens."""
    candidates: int | None = Field(default=None, ge=0, le=10_000_000)
    """Images made, from which the tokens are chosen; absent: one and a half times the supply; 0: all are imported."""
    seed: int | str
    """Any text or integer; everything random comes from it."""
    image: Image = Image()
    generator: AnyGenerator = Field(default_factory=_default_generator)
    styles: dict[Name, AnyStyle] = {}
    series: tuple[Series, ...] = (Series(),)
    traits: dict[TraitName, Trait] = Field(default={}, validate_default=True)
    rules: tuple[Rule, ...] = Field(default=(), validate_default=True)
    one_of_ones: tuple[OneOfOne, ...] = ()
    unique_traits: bool | None = None
    """Refuse a plan in which two tokens have the same traits; false: they repeat where there are too few combinations.
    Absent: false, or true where a picture follows from traits alone, as one of layers does."""
    score: Score = Score()
    dedupe: Dedupe = Dedupe()
    review: Review = Review()
    select: Select = Select()
    artists: tuple[Artist, ...] = ()
    royalties: Royalties = Royalties()
    publish: Publish = Publish()
    freeze: Freeze = Freeze()
    chain: Chain = Chain()
    sale: Sale | None = None
    """Absent: nothing is sold; all tokens are minted to chain.recipient, or to owners on lists."""
    editions: Editions | None = None
    """Absent: each image is one token, and has no copies."""
    reveal: Reveal | None = None
    """Absent: every token shows its image at once; none is needed where the whole set goes to its creator first."""
    verify: Verify = Verify()

    @field_validator("traits")
    @classmethod
    def _with_those_of_the_generator(cls, written: dict[str, Trait], info: ValidationInfo) -> dict[str, Trait]:
        """The traits that the generator brings, as [traits] changes them, and those of [traits] alone."""
        generator = info.data.get("generator")
        brought = generator.traits() if generator else {}
        changed = {name: trait.changed(written[name]) if name in written else trait for name, trait in brought.items()}
        shown = not generator or generator.capabilities.seeds
        others = {name: trait for name, trait in written.items() if name not in brought}
        if not shown:
            others = {name: trait.model_copy(update={"distinct": False}) for name, trait in others.items()}
        return {**changed, **others}

    @field_validator("rules")
    @classmethod
    def _and_those_of_the_generator(cls, written: tuple[Rule, ...], info: ValidationInfo) -> tuple[Rule, ...]:
        """The rules of the file, so that their numbers stay, and those that the generator brings."""
        generator = info.data.get("generator")
        return (*written, *(generator.rules() if generator else ()))

    @property
    def distinct_tokens(self) -> bool:
        """Whether a plan in which two tokens have the same traits is refused."""
        return not self.generator.capabilities.seeds if self.unique_traits is None else self.unique_traits

    @property
    def images(self) -> int:
        """Images to make: `candidates`, or else one and a half times `supply`, rounded up (where only traits make a
        picture another, `supply`), or what the axes ask for."""
        asked = sum(series.axes.points for series in self.series) + len(self.one_of_ones)
        if self.candidates is not None:
            return self.candidates
        if all(series.axes.points for series in self.series):
            return asked
        return max(-(-self.supply * 3 // 2) if self.generator.capabilities.seeds else self.supply, asked)

    @property
    def token_symbol(self) -> str:
        """`symbol`, or up to five consonants and digits of the title."""
        letters = [c for c in self.title.upper() if c.isascii() and c.isalnum()]
        return self.symbol or "".join(c for c in letters if c not in "AEIOU")[:5] or "".join(letters)[:5] or "TOKEN"

    @property
    def royalty_receiver(self) -> str | None:
        """The account that resales pay: the one named, or the only one that artists have.

        None: artists have several, and a splitter is paid; or they have none, and who deploys is.
        """
        accounts = {item.address.lower(): item.address for item in self.artists if item.address and item.share}
        return self.royalties.receiver or (next(iter(accounts.values())) if len(accounts) == 1 else None)

    @cached_property
    def credits(self) -> Credits:
        """Whose the styles are, and what the generator runs; of a frozen set, as it was then."""
        return credits_of(self)

    @property
    def owners(self) -> dict[str, str]:
        """The artist whose each series is, by its name; empty where no artist has a share of the tokens."""
        sharing = [artist for artist in self.artists if artist.name in self.select.shares]
        return {series: artist.name for artist in sharing for series in artist.series}

    @property
    def trait_types(self) -> dict[str, TraitType]:
        """What the values of traits are published as: those of [publish.traits], and numbers where [traits] says so."""
        told = {name.casefold() for name in self.publish.traits}
        numeric = [name for name, trait in self.traits.items() if trait.numbers and name.casefold() not in told]
        return {**self.publish.traits, **{name: TraitType(type="number") for name in numeric}}

    def values_of(self, name: str, wanted: Values) -> tuple[str, ...]:
        """The values of a trait, or the series, that a condition means; ABSENT for the lack of the trait."""
        known = [series.name for series in self.series] if name == SERIES else self.traits[name].values
        return values_of(wanted, known)

    def blend_of(self, series: Series | OneOfOne) -> StyleBlend:
        """The style blend of a series or a one-of-one."""
        return self.blend(series.blend)

    def blend(self, weights: Mapping[str, float]) -> StyleBlend:
        """A style blend by the weights of its styles; no weights: the only style there is, or none."""
        styles = self._known_styles
        return StyleBlend.of(weights or (dict.fromkeys(styles, 1.0) if len(styles) == 1 else {}), styles)

    def blends(self) -> Iterator[StyleBlend]:
        """Every style blend that an image may have from its first step on."""
        for series in self.series:
            axes = series.axes.cross.get("blend", ()) or series.axes.zip.get("blend", ())
            for weights in axes or [series.blend]:
                yield self.blend(weights if isinstance(weights, dict) else {})
        yield from map(self.blend_of, self.one_of_ones)

    def switch_to_of(self, series: Series) -> StyleBlend:
        """The blend of the later steps of a series; empty: its blend to the end."""
        return StyleBlend.of(series.switch_to, self._known_styles)

    @cached_property
    def _known_styles(self) -> dict[str, Style]:
        """The styles as recipes say them. Files that they name are read when this is first asked for."""
        return {name: table.style(name) for name, table in self.styles.items()}

    def effective(self) -> dict[str, Any]:
        """Every value with its default filled in; what is absent and has no default is left out."""
        value = self.model_dump(mode="json", exclude_none=True)
        return {**value, "symbol": self.token_symbol, "candidates": self.images}
