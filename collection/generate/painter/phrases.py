"""A prompt as the painter hears it: phrases of words, without those that are denied."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

NUMBERS = {
    "one": "One", "two": "Two", "three": "Three", "four": "Four", "five": "Five", "six": "Six", "seven": "Seven",
    "eight": "Eight", "nine": "Nine", "single": "One", "lone": "One", "lonely": "One", "solitary": "One",
    "alone": "One",
    **dict(zip("123456789", ("One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"), strict=True)),
}  # fmt: skip
"""Words that say how many."""
VALUES = ("None", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
"""The numbers of a thing that a picture can be asked for: the place of each is its value."""
SILENT = frozenset(
    (
        "a", "an", "the", "this", "that", "these", "those", "some", "its", "his", "her", "their", "my", "our",
        "your", "it", "is", "are", "there", "and", "or", "with", "of", "in", "on", "at", "by", "to", "from",
        "for", "as", "into", "onto", "over", "under", "above", "below", "near", "beside", "between", "behind",
        "before", "after", "across", "through", "along", "around", "against", "toward", "towards", "amid",
        "among", "during", "within", "view", "scene", "scenery", "landscape", "picture", "painting", "image",
        "sky", "horizon", "light", "weather", "hour",
    )
)  # fmt: skip
"""Words that ask for nothing, or for what every picture has."""
_DENIALS = frozenset(("no", "not", "without", "never", "nor"))
_COLOUR_LAST = frozenset(
    (
        "blue", "green", "yellow", "pink", "orange", "violet", "purple", "white", "brown", "teal", "turquoise",
        "navy", "grey", "gray", "red", "black",
    )
)  # fmt: skip
"""Of a compound that ends in one of these (sea-green), only the colour is meant."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words between two commas or other marks."""

    words: tuple[str, ...]
    denied: tuple[str, ...] = ()
    """Words that it denies: rain in `no rain`."""

    def counted(self, is_thing: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
        """Each number that is said of a thing, and the word for the thing: before it, or `alone` after it."""
        for place, word in enumerate(self.words):
            if word in NUMBERS:
                rest = self.words[:place][::-1] if word == "alone" else self.words[place + 1 :]
                if thing := next(filter(is_thing, rest), None):
                    yield NUMBERS[word], thing


def phrases_of(text: str) -> list[Phrase]:
    """The phrases of a prompt, in lower case; what they deny stands apart."""
    parts = re.split(r"[,.;:!?()\[\]{}|\"\n]+", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    phrases: list[Phrase] = []
    for part in parts:
        found = _undenied(_words(part))
        if found.words == ("alone",) and phrases:  # a boat, alone
            before = phrases.pop()
            found = Phrase((*before.words, "alone"), before.denied)
        phrases += [found] if found.words or found.denied else []
    return phrases


def _words(part: str) -> Iterator[str]:
    """Whole words; of a compound its parts, or only the colour that it ends in."""
    for found in re.findall(r"[^\W_]+(?:[-'][^\W_]+)*", part):
        word = found.removesuffix("'s")
        parts = re.split(r"[-']", word)
        yield from parts[-1:] if parts[-1] in _COLOUR_LAST else parts


def _undenied(words: Iterator[str]) -> Phrase:
    """The phrase of some words: each denial takes the next word that says something."""
    said, denied, denying = list[str](), list[str](), False
    for word in words:
        if word in _DENIALS:
            denying = True
        elif denying and word not in SILENT:
            denied.append(word)
            denying = False
        else:
            said.append(word)
    return Phrase(tuple(said), tuple(denied))


def singulars(word: str) -> list[str]:
    """The word, and what it may be the plural of."""
    forms = [word]
    if word.endswith("s"):
        forms.append(word[:-1])
    if word.endswith("es"):
        forms.append(word[:-2])
    if word.endswith("ies"):
        forms.append(word[:-3] + "y")
    return forms
