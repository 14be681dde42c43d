"""The words that a small model lists beside its weights: what is read of a prompt, and what plans say of the rest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from collection.errors import WeightsError
from collection.generate.diffusion.model_words import FILE, ModelWords, words_beside
from collection.plan.stated import StatedTraits, checkable
from collection.values import Recipe

LISTED = {
    "Animal": {"bear": ["bear"], "polar bear": ["polar bear"], "fox": ["fox", "fox face"], "t-rex": ["t-rex"]},
    "Ground": {"blue": ["blue background"]},
    "Style": {"flat icon style": ["flat icon style", "flat vector icon"]},
}
WORDS = ModelWords(LISTED, frozenset({"a", "on", "and", "the"}))


@pytest.mark.parametrize(
    ("prompt", "features", "unknown"),
    [
        ("A fox on a blue background", {"Animal": "fox", "Ground": "blue"}, ()),
        ("the polar bear", {"Animal": "polar bear"}, ()),
        ("a fox face, flat vector icon", {"Animal": "fox", "Style": "flat icon style"}, ()),
        ("a T-Rex", {"Animal": "t-rex"}, ()),
        ("a red fox", {"Animal": "fox"}, ("red",)),
        ("a blue fox on the left", {"Animal": "fox"}, ("blue", "left")),
        ("a fox and a bear", {"Animal": "fox"}, ()),
        ("foxes", {}, ("foxes",)),
        ("", {}, ()),
    ],
)
def test_whole_phrases_count_and_the_longest_first(
    prompt: str, features: dict[str, str], unknown: tuple[str, ...]
) -> None:
    reading = WORDS.read(prompt)
    assert (dict(reading.features), reading.unknown) == (features, unknown)


def test_a_list_is_found_beside_the_weights_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    for name in ("none", "good", "bad"):
        (tmp_path / name).mkdir()
    assert words_beside(tmp_path / "none") is None
    (tmp_path / "good" / FILE).write_text(json.dumps({"words": LISTED, "silent": ["a"]}))
    found = words_beside(tmp_path / "good")
    assert found is not None
    assert found.words == LISTED
    (tmp_path / "bad" / FILE).write_text('{"words": ["fox"]}')
    with pytest.raises(WeightsError, match=r"words\.json is no list"):
        words_beside(tmp_path / "bad")


def test_a_vocabulary_alone_does_not_tell_what_a_picture_shows() -> None:
    """Of a trait that can be painted only a report tells whether it was; one that cannot be painted is not shown."""
    stated = StatedTraits(WORDS)

    def recipe(value: str) -> Recipe:
        return Recipe("diffusion", "m", 1, 64, 64, prompt=f"a {value}", traits={"Beast": value})

    assert not checkable(recipe("fox"), {}, stated)
    assert checkable(recipe("fox"), {"Animal": "fox"}, stated)
    assert checkable(recipe("car"), {}, stated)
    assert [str(lost) for lost in stated.unpainted([recipe("fox"), recipe("car")])] == [
        'Beast = "car" (1 image: it cannot paint car)'
    ]
