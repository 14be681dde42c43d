"""The words of a prompt that the painter knows, and the odds where the prompt says nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from collection.config.vocabulary import Reading
from collection.generate.painter.phrases import NUMBERS, SILENT, Phrase, phrases_of, singulars
from collection.generate.painter.random_stream import SplitMixStream

ODDS: Mapping[str, Mapping[str, float]] = {
    "Motif": {
        "Mountains": 20, "Sea": 17, "Harbour": 14, "Village": 12, "Forest": 11,
        "City": 9, "Desert": 8, "Lighthouse": 6, "River": 3,
    },
    "Light": {"Morning": 24, "Golden hour": 20, "Dusk": 18, "Dawn": 15, "Noon": 12, "Night": 11},
    "Weather": {"Clear": 46, "Clouds": 24, "Mist": 12, "Rain": 8, "Snow": 6, "Storm": 4},
    "Palette": {
        "Indigo": 16, "Saffron": 14, "Moss": 12, "Rose": 12, "Ember": 11,
        "Jade": 10, "Terracotta": 9, "Glacier": 8, "Harvest": 5, "Plum": 3,
    },
}  # fmt: skip
"""Each trait of a picture: its values and how often the seed chooses them (in percent)."""

_STATED: Mapping[str, Mapping[str, str]] = {
    "Motif": {
        "Mountains": "mountain peak summit alp volcano ridge hill",
        "Sea": "sea ocean wave surf coast tide",
        "Harbour": "harbour harbor port quay bay",
        "Village": "village",
        "Forest": "forest wood jungle",
        "City": "city town skyline metropolis",
        "Desert": "desert dune sand oasis mesa",
        "Lighthouse": "lighthouse island cliff isle",
        "River": "river valley stream creek canyon lake",
    },
    "Light": {
        "Morning": "morning",
        "Dawn": "dawn sunrise daybreak",
        "Noon": "noon midday",
        "Golden hour": "afternoon",
        "Dusk": "dusk sunset evening twilight",
        "Night": "night midnight nocturne",
    },
    "Weather": {
        "Clear": "clear",
        "Clouds": "cloud cloudy overcast",
        "Mist": "mist misty fog foggy haze hazy",
        "Rain": "rain rainy shower drizzle",
        "Snow": "snow snowy blizzard",
        "Storm": "storm stormy thunder tempest gale",
    },
    "Palette": {
        "Indigo": "indigo blue navy",
        "Saffron": "saffron yellow",
        "Moss": "moss green",
        "Rose": "rose pink",
        "Ember": "ember orange",
        "Jade": "jade teal turquoise emerald",
        "Terracotta": "terracotta",
        "Glacier": "glacier white",
        "Harvest": "harvest brown",
        "Plum": "plum violet purple lilac lavender",
    },
}
"""Words that say a trait outright: places, times of day, weather, colours."""

_HINTED: Mapping[str, Mapping[str, str]] = {
    "Motif": {
        "Harbour": "boat ship sail",
        "Village": "house farm cottage field meadow road",
        "Forest": "tree pine park",
        "City": "street tower",
        "Lighthouse": "rock",
    },
    "Light": {
        "Morning": "daylight day",
        "Noon": "summer",
        "Golden hour": "sun golden gold sunny",
        "Night": "moon star dark",
    },
    "Weather": {
        "Clear": "calm quiet serene still",
        "Clouds": "torn grey gray",
        "Snow": "winter",
    },
    "Palette": {
        "Saffron": "bright",
        "Rose": "spring blossom cherry",
        "Ember": "fire burning",
        "Terracotta": "clay brick",
        "Glacier": "ice icy frost cold",
        "Harvest": "autumn fall wheat",
    },
}
"""Words that only suggest a trait, and count where none says it outright: seasons, moods, things in the picture."""

THINGS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "boat": ("Boats", ("Harbour", "Sea", "Lighthouse")),
    "house": ("Houses", ("Village",)),
    "tower": ("Towers", ("City",)),
    "tree": ("Trees", ("Forest", "Mountains", "Village", "River", "Desert")),
}
"""Things that can be counted ("one boat"): the trait that tells their number, and the motifs that they stand in."""
_THING_WORDS = {
    "boat": "boat", "ship": "boat", "sail": "boat", "house": "house", "cottage": "house", "farm": "house",
    "tower": "tower", "tree": "tree", "pine": "tree",
}  # fmt: skip

Decides = Mapping[str, tuple[str, str]]


def _by_word(table: Mapping[str, Mapping[str, str]]) -> Decides:
    return {
        word: (trait, value)
        for trait, values in table.items()
        for value, words in values.items()
        for word in words.split()
    }


_OUTRIGHT, _HINTS = _by_word(_STATED), _by_word(_HINTED)

VOCABULARY: Decides = {**_OUTRIGHT, **_HINTS}
"""Each known word, in lower case and singular: the trait that it decides and the value that it decides on."""


class PainterVocabulary:
    """What the painter makes of words (a Vocabulary).

    Whole words count, in any case, also in the plural. A word that says a trait outright beats one that only suggests
    it, so that a summer night is a night; of equals the first counts. A word after `no`, `not` or `without` does not. A
    number of things beats their denial ("three boats and no boats" are three), and of numbers the first counts.
    """

    @property
    def words(self) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """For each trait and value its words; for things that can be counted, the words for one."""
        decided = {
            trait: {
                value: [*_STATED[trait].get(value, "").split(), *_HINTED[trait].get(value, "").split()]
                for value in values
            }
            for trait, values in ODDS.items()
        }
        counted = {
            trait: {
                number: [f"{said} {word}" for word, named in _THING_WORDS.items() if named == thing]
                for number, said in (("None", "no"), ("One", "one"))
            }
            for thing, (trait, _) in THINGS.items()
        }
        return {**decided, **counted}

    def read(self, text: str) -> Reading:
        """The traits that a text decides, and its words that cannot be painted."""
        phrases = phrases_of(text)
        outright: dict[str, str] = {}
        hinted: dict[str, str] = {}
        unknown: list[str] = []
        for word in chain.from_iterable(phrase.words for phrase in phrases):
            if decision := _find(word, _OUTRIGHT):
                outright.setdefault(*decision)
            elif decision := _find(word, _HINTS):
                hinted.setdefault(*decision)
            elif word not in SILENT and word not in NUMBERS:
                unknown.append(word)
        features = {**hinted, **outright}
        for phrase in phrases:
            _count(phrase, features, unknown)
        for word in chain.from_iterable(phrase.denied for phrase in phrases):
            if thing := _thing(word):
                features.setdefault(THINGS[thing][0], "None")
        return Reading(features, tuple(dict.fromkeys(unknown)))


def _find(word: str, table: Decides) -> tuple[str, str] | None:
    return next((table[form] for form in singulars(word) if form in table), None)


def _count(phrase: Phrase, features: dict[str, str], unknown: list[str]) -> None:
    """Add how many of a thing the phrase asks for, where the motif has such things."""
    for number, word in phrase.counted(lambda word: bool(_thing(word))):
        trait, motifs = THINGS[_thing(word)]
        if features.get("Motif") in motifs:
            features.setdefault(trait, number)
        else:
            unknown.append(word)


def _thing(word: str) -> str:
    return next((_THING_WORDS[form] for form in singulars(word) if form in _THING_WORDS), "")


VOCABULARY_OF_PAINTER = PainterVocabulary()


def decide(seed: int, prompt: str) -> dict[str, str]:
    """Every trait of the picture: as the prompt says, else as the seed falls; counts of things where it says any."""
    said = VOCABULARY_OF_PAINTER.read(prompt).features
    drawn = {
        trait: said.get(trait) or SplitMixStream(seed, f"trait {trait}").weighted(odds) for trait, odds in ODDS.items()
    }
    return {**drawn, **{trait: number for trait, number in said.items() if trait not in ODDS}}
