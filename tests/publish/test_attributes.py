"""The attributes of a token: what was planned stands before what the generator reports of the same name."""

from collection.publish.metadata import Attribute, attributes_of
from collection.store.records import Asset
from collection.values import Recipe


def test_planned_traits_are_attributes_and_told_once() -> None:
    recipe = Recipe("painter", "painter/1", 1, 64, 64, series="Coasts", traits={"weather": "storm", "moon": "full"})
    features = {"Weather": "Storm", "Palette": "Ember"}
    asset = Asset(1, recipe, "a" * 64, "b" * 64, 64, 64, 100, features=features)
    assert attributes_of(asset) == [
        Attribute("Series", "Coasts"), Attribute("moon", "full"), Attribute("weather", "storm"),
        Attribute("Palette", "Ember"),
    ]  # fmt: skip
