"""How the painter reads a prompt: whole words, fighting words, denials, and things by number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.generate.painter.counting import with_counts
from collection.generate.painter.generator import ENGINE, Painter
from collection.generate.painter.phrases import VALUES
from collection.generate.painter.scene import compose
from collection.generate.painter.vocabulary import ODDS, THINGS, VOCABULARY, VOCABULARY_OF_PAINTER
from collection.values import Recipe

KINDS = {
    "boat": {"boat"},
    "house": {"house"},
    "tower": {"block", "spire"},
    "tree": {"pine", "round", "cypress", "palm"},
}


def read(text: str) -> dict[str, str]:
    return dict(VOCABULARY_OF_PAINTER.read(text).features)


@pytest.mark.parametrize(
    ("prompt", "features"),
    [
        ("a summer night", {"Light": "Night"}),
        ("Night in Summer", {"Light": "Night"}),
        ("a sunny noon", {"Light": "Noon"}),
        ("the moon at dusk", {"Light": "Dusk"}),
        ("rain in winter", {"Weather": "Rain"}),
        ("a calm storm", {"Weather": "Storm"}),
        ("spring, all in blue", {"Palette": "Indigo"}),
        ("a boat on the sea", {"Motif": "Sea"}),
        ("summer", {"Light": "Noon"}),
        ("a summer's night", {"Light": "Night"}),
        ("mist, then rain", {"Weather": "Mist"}),
    ],
)
def test_what_is_said_outright_beats_what_is_suggested(prompt: str, features: dict[str, str]) -> None:
    assert read(prompt) == features


@pytest.mark.parametrize(
    ("prompt", "features", "unknown"),
    [
        ("a windy harbour", {"Motif": "Harbour"}, ("windy",)),
        ("a séance", {}, ("séance",)),
        ("moonlit seaside", {}, ("moonlit", "seaside")),
        ("sea-green", {"Palette": "Moss"}, ()),
        ("snow-covered hills", {"Weather": "Snow", "Motif": "Mountains"}, ("covered",)),
        ("a red fox", {}, ("red", "fox")),
    ],
)
def test_whole_words_count_and_the_others_are_named(
    prompt: str, features: dict[str, str], unknown: tuple[str, ...]
) -> None:
    reading = VOCABULARY_OF_PAINTER.read(prompt)
    assert (dict(reading.features), reading.unknown) == (features, unknown)


@pytest.mark.parametrize("prompt", ["no rain", "without a storm", "not at night", "never summer"])
def test_what_is_denied_is_not_painted(prompt: str) -> None:
    assert read(prompt) == {}


@pytest.mark.parametrize(
    ("prompt", "features"),
    [
        ("a boat alone", {"Motif": "Harbour", "Boats": "One"}),
        ("a boat, alone", {"Motif": "Harbour", "Boats": "One"}),
        ("a single small ship on the sea", {"Motif": "Sea", "Boats": "One"}),
        ("3 trees in the desert", {"Motif": "Desert", "Trees": "Three"}),
        ("one evening, a boat", {"Light": "Dusk", "Motif": "Harbour"}),
        ("the sea without boats", {"Motif": "Sea", "Boats": "None"}),
        ("three boats and no boats", {"Motif": "Harbour", "Boats": "Three"}),
        ("the sea, no boats, three ships", {"Motif": "Sea", "Boats": "Three"}),
        ("a boat, and five boats", {"Motif": "Harbour", "Boats": "Five"}),
        ("two trees, three trees and no trees", {"Motif": "Forest", "Trees": "Two"}),
        ("a desert without boats, three boats", {"Motif": "Desert", "Boats": "None"}),
        ("one boat in the desert", {"Motif": "Desert"}),
    ],
)
def test_things_are_counted(prompt: str, features: dict[str, str]) -> None:
    assert read(prompt) == features


@given(st.sampled_from([(thing, motif) for thing, (_, motifs) in THINGS.items() for motif in motifs]), st.data())
def test_a_scene_has_as_many_of_a_thing_as_was_said(where: tuple[str, str], data: st.DataObject) -> None:
    thing, motif = where
    number = data.draw(st.sampled_from(VALUES))
    traits = {"Motif": motif, "Light": "Noon", "Weather": "Clear", "Palette": "Moss"}
    seed, breadth = data.draw(st.integers(0, 2**32 - 1)), data.draw(st.floats(1, 4))
    plain = compose(seed, traits, breadth)
    counted = with_counts(compose(seed, {**traits, THINGS[thing][0]: number}, breadth))
    things = [item for layer in counted.layers for item in layer.items if item.kind in KINDS[thing]]
    assert len(things) == VALUES.index(number)
    assert all(0 <= item.x <= 1 for item in things)

    def others(scene_layers: object) -> list[object]:
        return [item for layer in scene_layers for item in layer.items if item.kind not in KINDS[thing]]  # type: ignore[attr-defined]

    assert others(counted.layers) == others(plain.layers), "all else stands where it stood"
    assert with_counts(plain) == plain


def test_a_picture_with_one_boat_says_so_and_differs() -> None:
    def paint(prompt: str):  # type: ignore[no-untyped-def]
        return Painter().generate([Recipe("painter", ENGINE, 3, 64, 64, prompt=prompt)])[0]

    alone, plain = paint("a boat alone"), paint("a boat")
    assert alone.features["Boats"] == "One"
    assert set(plain.features) == set(ODDS)
    assert not np.array_equal(alone.pixels, plain.pixels)


def test_the_listed_words_are_those_that_decide() -> None:
    words = VOCABULARY_OF_PAINTER.words
    listed = {
        word: (trait, value)
        for trait, values in words.items()
        if trait in ODDS
        for value, said in values.items()
        for word in said
    }
    assert listed == dict(VOCABULARY)
    for trait in set(words) - set(ODDS):
        for value, said in words[trait].items():
            assert all(read(f"{text}").get(trait) == value for text in said)


@pytest.mark.parametrize("value", [value for values in ODDS.values() for value in values])
def test_the_name_of_a_value_says_that_value_and_nothing_unknown(value: str) -> None:
    found = VOCABULARY_OF_PAINTER.read(value)
    assert value in found.features.values()
    assert not found.unknown
