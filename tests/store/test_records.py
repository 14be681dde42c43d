from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from collection.store.records import Asset
from collection.values import Recipe

NAMES = st.text("aAbé ", min_size=1, max_size=3)


@given(st.dictionaries(NAMES, NAMES), st.dictionaries(NAMES, NAMES))
def test_the_traits_of_an_image_are_planned_and_then_reported(
    planned: dict[str, str], features: dict[str, str]
) -> None:
    recipe = Recipe("painter", "painter/1", 1, 8, 8, traits=planned)
    found = Asset(1, recipe, "f", "p", 8, 8, 1, features=features).traits
    assert planned.items() <= found.items()
    assert list(found)[: len(planned)] == sorted(planned)
    beyond = [name for name in sorted(features) if name.casefold() not in {known.casefold() for known in planned}]
    assert {name: found[name] for name in list(found)[len(planned) :]} == {name: features[name] for name in beyond}
