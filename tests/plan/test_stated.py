"""What a trait states against what its generator can paint and what it reports."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.generate.painter.vocabulary import ODDS, VOCABULARY_OF_PAINTER
from collection.plan.stated import StatedTraits, checkable, contradictions
from collection.values import Recipe


def recipe(prompt: str, **traits: str) -> Recipe:
    return Recipe("painter", "painter/1", 1, 64, 64, prompt=prompt, traits=traits)


def lost(*recipes: Recipe) -> dict[str, str]:
    """Why each value of a trait is not shown, by the value."""
    return {value.value: value.why for value in StatedTraits(VOCABULARY_OF_PAINTER).unpainted(recipes)}


@pytest.mark.parametrize(
    ("prompt", "trait", "value", "why"),
    [
        ("a red fox", "subject", "a red fox", "it cannot paint red or fox"),
        ("a full moon", "moon", "full", "it cannot paint full"),
        ("the sea", "light", "night", "the prompt does not say it"),
        ("the sea at noon, night", "light", "night", "other words of the prompt say noon"),
        ("a summer night", "season", "summer", "other words of the prompt say night"),
        ("two boats in the desert", "boats", "two", "nothing in the picture depends on it"),
    ],
)
def test_a_value_that_is_not_painted_is_named(prompt: str, trait: str, value: str, why: str) -> None:
    assert lost(recipe(prompt, **{trait: value})) == {value: why}


@pytest.mark.parametrize(
    ("prompt", "trait", "value"),
    [
        ("a harbour at MIDNIGHT", "Light", "midnight"),
        ("two boats on the sea", "boats", "two"),
        ("a city, no boats", "boats", "no boats"),
        ("the sea, a windy harbour", "place", "a windy sea"),
        ("dunes", "place", "desert"),
    ],
)
def test_a_value_of_which_a_word_is_painted_is_shown(prompt: str, trait: str, value: str) -> None:
    assert lost(recipe(prompt, **{trait: value})) == {}


def test_values_that_are_painted_alike_tell_nothing_apart() -> None:
    told = lost(recipe("full moon", moon="full moon"), recipe("new moon", moon="new moon"))
    assert told == {"full moon": 'it is painted like "new moon"', "new moon": 'it is painted like "full moon"'}
    assert not lost(recipe("a port", place="port"), recipe("a quay", place="quay")), "every word of both is painted"


def test_words_that_say_something_else_than_the_name_of_the_value_are_named() -> None:
    words = {"place": {"harbour": "a forest", "port": "a quay", "torn": "a forest"}}
    stated = StatedTraits(VOCABULARY_OF_PAINTER, words)
    forest, quay = recipe("a forest", place="harbour"), recipe("a quay", place="port")
    assert [(one.value, one.why) for one in stated.unpainted([forest, quay])] == [("harbour", "its words say forest")]
    assert not stated.unpainted([recipe("a forest", place="torn")]), "a name that says nothing may have any words"


def test_synonyms_are_told_as_painted_alike() -> None:
    stated = StatedTraits(VOCABULARY_OF_PAINTER, {"sky": {"a": "storm", "b": "stormy"}})
    recipes = [recipe("a port", place="port"), recipe("a quay", place="quay"), recipe("a city", place="city")]
    skies = [recipe("storm", sky="a"), recipe("stormy", sky="b")]
    assert stated.painted_alike(recipes + skies) == [("place", ["port", "quay"]), ("sky", ["a", "b"])]


def test_how_many_images_do_not_show_it_is_counted() -> None:
    (found,) = StatedTraits(VOCABULARY_OF_PAINTER).unpainted(
        [recipe("night", light="night"), recipe("noon, night", light="night"), recipe("noon", light="noon")]
    )
    assert (found.images, found.of) == (1, 2)


@given(st.sampled_from(list(ODDS)), st.data())
def test_a_word_of_the_vocabulary_in_its_prompt_is_always_shown(trait: str, data: st.DataObject) -> None:
    words = VOCABULARY_OF_PAINTER.words[trait]
    word = data.draw(st.sampled_from([word for value in words.values() for word in value]))
    assert lost(recipe(f"a picture with {word}", feature=word)) == {}


@pytest.mark.parametrize(
    ("traits", "reported", "shown"),
    [
        ({"light": "night"}, {"Light": "Noon"}, ["Noon"]),
        ({"LIGHT": "Night"}, {"light": "night"}, []),
        ({"mood": "night"}, {"Light": "Noon"}, []),
        ({"light": "midnight"}, {"Palette": "Rose"}, []),
    ],
)
def test_without_a_vocabulary_a_trait_is_held_against_the_feature_of_its_name(
    traits: dict[str, str], reported: dict[str, str], shown: list[str]
) -> None:
    assert [item.shown for item in contradictions(recipe("", **traits), reported)] == shown


@pytest.mark.parametrize(
    ("traits", "reported", "shown"),
    [
        ({"light": "midnight"}, {"Light": "Night"}, []),
        ({"mood": "a moonless midnight"}, {"Light": "Noon"}, ["Noon"]),
        ({"place": "harbour", "Light": "Dusk"}, {"Motif": "Sea", "Light": "Noon"}, ["Sea", "Noon"]),
        ({"subject": "a red fox"}, {"Motif": "Mountains"}, [""]),
        ({"light": "mountains"}, {"Motif": "Mountains", "Light": "Noon"}, ["Noon"]),
    ],
)
def test_with_a_vocabulary_its_words_are_held_against_what_they_ask_for(
    traits: dict[str, str], reported: dict[str, str], shown: list[str]
) -> None:
    found = contradictions(recipe("", **traits), reported, StatedTraits(VOCABULARY_OF_PAINTER))
    assert [item.shown for item in found] == shown


def test_what_no_generator_reports_cannot_be_told() -> None:
    hat = recipe("", hat="red")
    assert not checkable(hat, {"Light": "Noon"})
    assert checkable(hat, {"Hat": "blue"})
    assert checkable(hat, {}, StatedTraits(VOCABULARY_OF_PAINTER))


def test_what_prompts_say_for_a_value_is_what_is_read() -> None:
    gloom = recipe("the sea, a dark storm", sky="Gloom")
    assert "Gloom" in lost(gloom)
    stated = StatedTraits(VOCABULARY_OF_PAINTER, {"sky": {"Gloom": "a dark storm"}})
    assert stated.unpainted([gloom]) == []
    assert [item.shown for item in contradictions(gloom, {"Weather": "Mist", "Light": "Night"}, stated)] == ["Mist"]
