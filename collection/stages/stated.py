"""Whether traits are what pictures show, as far as the generators know their words or report what they made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from collection.errors import CollectionError, ConfigError, Problem
from collection.project import Project
from collection.values import Recipe, amount

if TYPE_CHECKING:
    from collection.plan.stated import Contradiction, StatedTraits, Unpainted
    from collection.store.publication_records import Token
    from collection.store.records import Asset

SHOWN_WORDS = 12
"""Unknown words of a series that a note names."""
SHOWN_VALUES = 3
"""Values of a trait that an error names."""


class GeneratorTraits:
    """The traits of images, read as the generator of each reads them."""

    def __init__(self, project: Project) -> None:
        self._words = {name: trait.words for name, trait in project.config.traits.items()}
        self._project = project
        self._known: dict[tuple[str, str], StatedTraits | None] = {}

    def of(self, generator: str, model: str) -> StatedTraits | None:
        """How a generator reads traits with this model; None for one that reads whatever is written, or is not
        installed."""
        from collection.generate.registry import GENERATORS
        from collection.plan.stated import StatedTraits

        if (generator, model) not in self._known:
            place = self._project.names.path(model)
            try:
                vocabulary = GENERATORS.get(generator).vocabulary(place, self._project.folder)
            except CollectionError:
                vocabulary = None
            self._known[generator, model] = StatedTraits(vocabulary, self._words) if vocabulary else None
        return self._known[generator, model]

    def contradictions(self, asset: Asset) -> list[Contradiction]:
        """The planned traits that an image does not show, as its generator reports; none of an imported one."""
        from collection.plan.stated import contradictions

        if asset.recipe is None:
            return []
        return contradictions(asset.recipe, asset.features, self._of(asset.recipe))

    def told(self, asset: Asset) -> bool:
        """Whether the generator tells of every planned trait of an image what it shows."""
        from collection.plan.stated import checkable

        recipe = asset.recipe
        return recipe is not None and checkable(recipe, asset.features, self._of(recipe))

    def _of(self, recipe: Recipe) -> StatedTraits | None:
        return self.of(recipe.generator, recipe.model)


@dataclass(frozen=True, slots=True)
class StatedCheck:
    """What pictures of a plan will not show although prompts or traits say it."""

    painter: str
    """The generator, or its model where that may have words of its own."""
    is_model: bool = False
    unknown_words: dict[str, list[str]] = field(default_factory=dict)
    """The words of each series that the generator cannot paint."""
    unpainted: Sequence[Unpainted] = ()
    """The values of traits that the pictures will not show."""
    alike: Sequence[tuple[str, Sequence[str]]] = ()
    """Traits, with values of theirs that are painted alike."""

    @property
    def notes(self) -> list[str]:
        """The same in words."""
        found = []
        for series, words in self.unknown_words.items():
            more = f" and {len(words) - SHOWN_WORDS} more" if len(words) > SHOWN_WORDS else ""
            found.append(f"series {series}: the {self._called} cannot paint {', '.join(words[:SHOWN_WORDS])}{more}")
        for trait, values in self.alike:
            named = " and ".join(f'"{value}"' for value in values)
            found.append(f"traits.{trait}: the {self._called} paints {named} alike")
        return [*found, *self._told()]

    @property
    def _called(self) -> str:
        return f"model {self.painter}" if self.is_model else self.painter

    def _told(self) -> list[str]:
        """A sentence for each trait that pictures would not show, with the first of its values."""
        by_trait: dict[str, list[str]] = {}
        for value in self.unpainted:
            by_trait.setdefault(value.trait, []).append(str(value))
        return [
            f"traits.{trait} states what the {self._called} does not paint: {'; '.join(said[:SHOWN_VALUES])}"
            + (f"; and {amount(len(said) - SHOWN_VALUES, 'more value')}" if len(said) > SHOWN_VALUES else "")
            for trait, said in by_trait.items()
        ]

    def as_json(self) -> dict[str, Any]:
        """The same in JSON values."""
        return {"unknown_words": self.unknown_words, "unpainted": [asdict(value) for value in self.unpainted]}

    def refuse(self) -> None:
        """Raise ConfigError, trait by trait, if pictures would state what they do not show."""
        listed = f"`collection words {self.painter}` lists what can be painted"
        hint = f"change values or prompts ({listed}), or: collection plan --anyway"
        if told := self._told():
            raise ConfigError.of([Problem(text, hint) for text in told])


def check_stated(project: Project, recipes: Sequence[Recipe]) -> StatedCheck:
    """What the project's generator will not paint of its recipes; nothing for one that reads whatever is written."""
    from collection.config.models import preset_of

    table = project.config.generator
    use, model = table.use, table.settings()[0]
    preset = preset_of(model)
    painter = (preset.name if preset else model) if table.presets else use
    stated = GeneratorTraits(project).of(use, model)
    if not stated:
        return StatedCheck(painter, table.presets)
    prompts: dict[str, list[str]] = {}
    for recipe in recipes:
        prompts.setdefault(recipe.series, []).append(recipe.prompt)
    words = {series: found for series, said in prompts.items() if (found := stated.unknown_words(said))}
    return StatedCheck(painter, table.presets, words, stated.unpainted(recipes), stated.painted_alike(recipes))


@dataclass(frozen=True, slots=True)
class StatedCount:
    """How many of some tokens state planned traits, and how many of those show them, as their generators tell."""

    stated: int
    shown: int
    untold: int
    """Tokens of which no generator tells whether they do."""
    contradicting: Sequence[int]
    """The ids of those that do not."""

    @property
    def line(self) -> str:
        """The same in words, to end a line with; empty where no token states a planned trait."""
        if not self.stated:
            return ""
        untold = f" ({self.untold} cannot be told: their generator does not report it)" if self.untold else ""
        return f"; {self.shown} of {self.stated} show the traits that they state{untold}"

    @property
    def notes(self) -> list[str]:
        """A note where tokens state what their pictures do not show."""
        if not self.contradicting:
            return []
        more = " and others" if len(self.contradicting) > SHOWN_WORDS else ""
        named = ", ".join(map(str, self.contradicting[:SHOWN_WORDS]))
        return [f"tokens that state what they do not show: {named}{more} (`collection mismatches` names the traits)"]

    def as_json(self) -> dict[str, Any]:
        """The same in JSON values."""
        return {"stated": self.stated, "shown": self.shown, "untold": self.untold, "not_shown": [*self.contradicting]}


def count_stated(project: Project, tokens: Sequence[Token]) -> StatedCount:
    """How far tokens show the planned traits that they state."""
    traits = GeneratorTraits(project)
    stating = [token for token in tokens if token.asset.recipe and token.asset.recipe.traits]
    wrong = [token.token_id for token in stating if traits.contradictions(token.asset)]
    untold = sum(not traits.told(token.asset) for token in stating if token.token_id not in set(wrong))
    return StatedCount(len(stating), len(stating) - len(wrong) - untold, untold, wrong)
