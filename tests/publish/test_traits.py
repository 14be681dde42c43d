"""The traits of an asset: what was planned stands before what is reported, each name once, numbers where said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.config.publishing import TraitType
from collection.publish.traits import Trait, as_number, traits_of
from collection.store.records import Asset
from collection.values import Recipe


def asset(features: dict[str, str], recipe: Recipe | None = None) -> Asset:
    return Asset(1, recipe, "a" * 64, "b" * 64, 64, 64, 100, features=features)


def test_planned_traits_are_told_once_and_before_reported_ones() -> None:
    recipe = Recipe("painter", "painter/1", 1, 64, 64, series="Coasts", traits={"weather": "storm", "moon": "full"})
    found = traits_of(asset({"Weather": "Storm", "Palette": "Ember"}, recipe), {})
    assert found == [
        Trait("Series", "Coasts"), Trait("moon", "full"), Trait("weather", "storm"), Trait("Palette", "Ember"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Series", "series", "STYLE"])
def test_a_planned_trait_stands_for_the_series_or_style_of_its_name(name: str) -> None:
    recipe = Recipe("painter", "painter/1", 1, 64, 64, series="Coasts", traits={name: "mine"})
    names = [trait.name.casefold() for trait in traits_of(asset({}, recipe), {})]
    assert len(names) == len(set(names))
    assert Trait(name, "mine") in traits_of(asset({}, recipe), {})


def test_traits_are_numbers_where_the_configuration_says_so() -> None:
    types = {
        "level": TraitType(type="level", max=100), "power": TraitType(type="boost_percentage"),
        "Born": TraitType(type="date"), "Size": TraitType(),
    }  # fmt: skip
    told = {"Level": "7", "Power": "2.5", "Born": "2026-11-27", "Size": "+3", "Hat": "7"}
    found = {trait.name: trait for trait in traits_of(asset(told), types)}
    assert found["Level"] == Trait("Level", 7, "level", 100)
    assert found["Level"].as_attribute() == {"trait_type": "Level", "value": 7, "max_value": 100}
    assert found["Power"].as_attribute() == {"trait_type": "Power", "value": 2.5, "display_type": "boost_percentage"}
    assert found["Born"].as_attribute() == {"trait_type": "Born", "value": 1795737600, "display_type": "date"}
    assert found["Born"].text == "2026-11-27"
    assert found["Size"].value == 3
    assert found["Hat"] == Trait("Hat", "7")


@given(
    st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False, min_value=-(2**53), max_value=2**53)
)
def test_a_number_is_read_as_it_was_written(value: float) -> None:
    assert as_number(str(value)) == value == as_number(value)


@pytest.mark.parametrize("text", ["", "seven", "NaN", "inf", "1e999", str(10**30), "2026-13-01"])
def test_what_json_cannot_hold_is_no_number(text: str) -> None:
    assert as_number(text) is None
    assert as_number(text, is_date=True) is None
