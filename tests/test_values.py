from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.errors import UsageError
from collection.values import DEEPEST_JSON, Recipe, Style, StyleBlend, canonical_json, parse_json

scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e15, 1e15) | st.text()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_canonical_json_is_json_of_the_same_value(value: object) -> None:
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(st.text(max_size=5), st.integers(0, 9), max_size=5))
def test_canonical_json_does_not_depend_on_the_order_of_keys(value: dict[str, int]) -> None:
    assert canonical_json(value) == canonical_json(dict(reversed(value.items())))


def test_canonical_json_is_that_of_rfc_8785() -> None:
    """The example of section 3.2.2 to 3.2.4 of the RFC, cut to what is telling."""
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 1e-27],
        "string": '€$\u000f\nA\'B"\\"/',
        "a": [56.0, None],
    }
    assert canonical_json(value).decode() == (
        '{"a":[56,null],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\"/"}'
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**60])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(UsageError):
        canonical_json([value])


STYLES = {name: Style(name, f"{name} prompt", name) for name in "abcde"}
weights = st.dictionaries(st.sampled_from(sorted(STYLES)), st.floats(0, 1e6), min_size=1).filter(
    lambda blend: sum(blend.values()) > 1e-3
)


@given(weights)
def test_a_blend_is_normalised_and_sorted(blend: dict[str, float]) -> None:
    made = StyleBlend.of(blend, STYLES)
    assert sum(made.weights.values()) == pytest.approx(1, abs=1e-5)
    assert list(made.weights) == sorted(made.weights)
    assert made == StyleBlend.of(dict(reversed(blend.items())), STYLES)


def test_a_blend_needs_a_weight() -> None:
    with pytest.raises(UsageError, match="above zero"):
        StyleBlend.of({"a": 0}, STYLES)
    with pytest.raises(UsageError, match="a = -1"):
        StyleBlend.of({"a": -1}, STYLES)


@given(weights, st.integers(0, 2**53 - 1), st.text(max_size=20))
def test_a_recipe_survives_json_and_keeps_its_identity(blend: dict[str, float], seed: int, prompt: str) -> None:
    recipe = Recipe("painter", "painter/1", seed, 64, 64, prompt=prompt, blend=StyleBlend.of(blend, STYLES))
    late = Recipe("painter", "painter/1", seed, 64, 64, late_blend=recipe.blend, toward=recipe, parents=("ab",))
    for one in (recipe, late):
        again = Recipe.from_json(json.loads(canonical_json(one.as_json())))
        assert again == one
        assert again.sha256 == one.sha256
    assert late.sha256 != recipe.sha256


def test_a_recipe_that_says_little_is_short() -> None:
    """So that what recipes learn to say later does not change the identity of those that do not say it."""
    said = Recipe("painter", "painter/1", 7, 64, 64).as_json()
    assert said == {"generator": "painter", "model": "painter/1", "seed": 7, "width": 64, "height": 64}


@pytest.mark.parametrize("value", [{}, {"seed": 1}, {"blend": 3}, {"generator": "p", "nonsense": 1}, [], None])
def test_what_is_no_recipe_is_refused(value: object) -> None:
    with pytest.raises(UsageError, match="not a recipe"):
        Recipe.from_json(value)


@given(values)
def test_what_others_write_is_read_as_json(value: object) -> None:
    assert parse_json(json.dumps(value)) == value


def test_json_that_is_nested_too_deep_is_refused_whatever_the_stack() -> None:
    """A library may have raised Python's own limit, and the parser then ends the process."""
    import sys

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    try:
        with pytest.raises(ValueError, match="nested"):
            parse_json("[" * 100_000)
    finally:
        sys.setrecursionlimit(limit)
    deep = "[" * DEEPEST_JSON + "]" * DEEPEST_JSON
    assert parse_json(deep) is not None
    assert parse_json(json.dumps("[" * 1000)) == "[" * 1000, "brackets in a text nest nothing"
