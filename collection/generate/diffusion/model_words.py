"""The words that a small model was trained on, where a file beside its weights lists them: others say nothing to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from collection.config.vocabulary import Reading
from collection.errors import WeightsError

FILE = "words.json"
"""In the folder of a model: `words`, by feature and value the phrases that say it, and `silent`, words without a
meaning of their own (a, on, picture). Whoever trains a model of their own may put one beside it."""
Phrase = tuple[str, ...]


@dataclass(frozen=True)
class ModelWords:
    """What a model makes of words (a Vocabulary).

    Whole phrases count, in any case, the longest first: "polar bear" is no bear. Of two values of a feature the first
    counts.
    """

    words: Mapping[str, Mapping[str, Sequence[str]]]
    silent: frozenset[str]

    def read(self, text: str) -> Reading:
        """The features that a text decides, and its words that the model never read."""
        features: dict[str, str] = {}
        unknown: list[str] = []
        for phrase in self._phrases(_words(text)):
            if decision := self._decides.get(phrase):
                features.setdefault(*decision)
            elif phrase[0] not in self.silent:
                unknown.append(phrase[0])
        return Reading(features, tuple(dict.fromkeys(unknown)))

    def _phrases(self, words: Phrase) -> Iterator[Phrase]:
        """A text cut into known phrases, and between them single words."""
        place = 0
        while place < len(words):
            lengths = range(min(self._longest, len(words) - place), 1, -1)
            length = next((number for number in lengths if words[place : place + number] in self._decides), 1)
            yield words[place : place + length]
            place += length

    @cached_property
    def _decides(self) -> Mapping[Phrase, tuple[str, str]]:
        return {
            _words(phrase): (feature, value)
            for feature, values in self.words.items()
            for value, phrases in values.items()
            for phrase in phrases
        }

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._decides), default=1)


def _words(text: str) -> Phrase:
    return tuple(re.findall(r"\w+", text.lower()))


@cache
def words_beside(folder: Path) -> ModelWords | None:
    """The words of the model in `folder`; None where no file lists them. Raises WeightsError for a wrong file."""
    path = folder / FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        words = {
            str(feature): {str(value): [*map(str, phrases)] for value, phrases in values.items()}
            for feature, values in found["words"].items()
        }
        return ModelWords(words, frozenset(map(str, found["silent"])))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(f"{path} is no list of a model's words: {error}", "remove it, or write it anew") from error
