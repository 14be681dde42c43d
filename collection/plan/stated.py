"""What a trait states, held against what its generator can paint and against what it reports of the picture."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from collection.config.vocabulary import Vocabulary
from collection.values import Recipe, amount


@dataclass(frozen=True, slots=True)
class Unpainted:
    """A value of a trait that pictures state and do not show."""

    trait: str
    value: str
    images: int
    """How many of the images that have the value do not show it."""
    of: int
    """How many images have it."""
    why: str

    def __str__(self) -> str:
        how_many = (
            amount(self.of, "image") if self.images == self.of else f"{self.images} of {amount(self.of, 'image')}"
        )
        return f'{self.trait} = "{self.value}" ({how_many}: {self.why})'


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A trait that a picture states and does not show."""

    trait: str
    stated: str
    shown: str
    """What the generator reports instead; empty: it paints nothing of the kind."""


class StatedTraits:
    """The traits of recipes as a generator with this vocabulary paints them; texts are read once."""

    def __init__(self, vocabulary: Vocabulary, words: Mapping[str, Mapping[str, str]] | None = None) -> None:
        """`words`: what prompts say for the values of traits, by trait and value, where it is not the value itself."""
        self._read = cache(vocabulary.read)
        self._words = words or {}

    def unknown_words(self, prompts: Iterable[str]) -> list[str]:
        """Words of the prompts that cannot be painted, each once, in their order."""
        found = (self._read(prompt).unknown for prompt in dict.fromkeys(prompts))
        return list(dict.fromkeys(word for words in found for word in words))

    def _said(self, trait: str, value: str) -> str:
        return self._words.get(trait, {}).get(value, value)

    def asked(self, prompt: str, trait: str, value: str) -> Mapping[str, str]:
        """The features that a trait's value asks for: by its own words, or else by what the prompt loses without it."""
        value = self._said(trait, value)
        if own := self._read(value).features:
            return own
        without = self._read(re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", " ", prompt)).features
        return {name: said for name, said in self._read(prompt).features.items() if without.get(name) != said}

    def unpainted(self, recipes: Sequence[Recipe]) -> list[Unpainted]:
        """Every value that some of the recipes state and will not show, sorted by trait and value.

        That is a value of which no word can be painted, one whose words say something else than its name, one that is
        painted like another value, and one that its prompt does not say or says beside a word that overrules it.
        """
        holders: dict[str, dict[str, list[Recipe]]] = defaultdict(lambda: defaultdict(list))
        for recipe in recipes:
            for trait, value in recipe.traits.items():
                holders[trait][value].append(recipe)
        return [
            lost
            for trait, by_value in sorted(holders.items())
            for value, having in sorted(by_value.items())
            if (lost := self._unpainted(trait, value, having, by_value))
        ]

    def painted_alike(self, recipes: Sequence[Recipe]) -> list[tuple[str, list[str]]]:
        """Values of a trait whose words are all painted, and alike: rarer is none of them but by name. Sorted."""
        found: dict[tuple[str, frozenset[tuple[str, str]]], list[str]] = defaultdict(list)
        for trait, value in sorted({pair for recipe in recipes for pair in recipe.traits.items()}):
            read = self._read(self._said(trait, value))
            if read.features and not read.unknown:
                found[trait, frozenset(read.features.items())].append(value)
        return [(trait, values) for (trait, _), values in found.items() if len(values) > 1]

    def _unpainted(
        self, trait: str, value: str, having: Sequence[Recipe], siblings: Mapping[str, Sequence[Recipe]]
    ) -> Unpainted | None:
        asked = self.asked(having[0].prompt, trait, value)
        unknown = self._read(self._said(trait, value)).unknown
        if not asked:
            why = f"it cannot paint {' or '.join(unknown)}" if unknown else "nothing in the picture depends on it"
            return Unpainted(trait, value, len(having), len(having), why)
        named = self._read(value).features  # the value itself, whatever words stand for it
        if contrary := [asked[name] for name, said in named.items() if asked.get(name, said) != said]:
            return Unpainted(trait, value, len(having), len(having), f"its words say {contrary[0].lower()}")
        for other in siblings:
            reading = self._read(self._said(trait, other))
            if other != value and dict(reading.features) == dict(asked) and (unknown or reading.unknown):
                return Unpainted(trait, value, len(having), len(having), f'it is painted like "{other}"')
        lost = [recipe for recipe in having if not self._shows(recipe.prompt, asked)]
        if not lost:
            return None
        said = self._read(lost[0].prompt).features
        overruled = [other for name, wanted in asked.items() if (other := said.get(name, wanted)) != wanted]
        why = f"other words of the prompt say {overruled[0].lower()}" if overruled else "the prompt does not say it"
        return Unpainted(trait, value, len(lost), len(having), why)

    def _shows(self, prompt: str, asked: Mapping[str, str]) -> bool:
        return asked.items() <= self._read(prompt).features.items()


def contradictions(
    recipe: Recipe, reported: Mapping[str, str], stated: StatedTraits | None = None
) -> list[Contradiction]:
    """The traits of a recipe that are not as its generator `reported` of the picture.

    A trait is held against the feature of its name, in whatever case; where the generator has a vocabulary (`stated`),
    against what the trait's words ask for, whatever it is called.
    """
    by_name = {name.casefold(): value for name, value in reported.items()}
    found = []
    for trait, value in recipe.traits.items():
        asked = stated.asked(recipe.prompt, trait, value) if stated else {}
        shown = [reported[name] for name, wanted in asked.items() if reported.get(name, wanted) != wanted]
        same = by_name.get(trait.casefold())
        if (
            same is not None
            and trait.casefold() not in map(str.casefold, asked)
            and same.casefold() != value.casefold()
        ):
            shown.append(same)
        if shown or (stated and not asked):
            found.append(Contradiction(trait, value, shown[0] if shown else ""))
    return found


def checkable(recipe: Recipe, reported: Mapping[str, str], stated: StatedTraits | None = None) -> bool:
    """Whether it can be told of every trait of a recipe that the picture shows it, from what its generator reports.

    Of a trait that asks for nothing that can be painted it can: it is not shown.
    """
    names = {name.casefold() for name in reported}

    def told(trait: str, value: str) -> bool:
        asked = stated.asked(recipe.prompt, trait, value) if stated else {trait: value}
        return all(name.casefold() in names for name in asked)

    return all(told(trait, value) for trait, value in recipe.traits.items())
