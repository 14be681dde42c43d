from __future__ import annotations

import json
import math
import sys
from fractions import Fraction
from typing import Any

import pytest
import rfc8785
from hypothesis import HealthCheck, example, given, settings
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


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**54), 2**54) | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=2).map(tuple)
        | st.dictionaries(st.text(max_size=3) | st.integers(0, 3), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON_VALUES)
@example({"\U0001f600": 1, "\ufb33": 2})
@example(['\u007f\u0000\u001f\u2028"\\\b\f\n\r\t/é', 1e21, 1e-7, -0.0, 2**53 - 1])
@example({"b": {"é": [None, True]}, "B": (), "a": "\ud800"})
@example({1: "a"})
@example(2**53)
@example([0.0001, 9.999e-05, -1e-05, 2.5, -0.1, 4503599627370497.5, 9007199254740993.0, 1e16, 1e22, 5e-324])
def test_the_quick_way_writes_what_rfc_8785_does_and_refuses_what_it_refuses(value: Any) -> None:
    try:
        right = rfc8785.dumps(value)
    except rfc8785.CanonicalizationError:
        with pytest.raises(UsageError):
            canonical_json(value)
    else:
        assert canonical_json(value) == right


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


STYLES = {name: Style(name, f"{name} prompt", {"painter": name}) for name in "abcde"}
weights = st.dictionaries(
    st.sampled_from(sorted(STYLES)),
    st.floats(0, allow_infinity=False, allow_nan=False) | st.integers(0, 10),
    min_size=1,
).filter(lambda blend: any(blend.values()))


@given(weights)
def test_a_blend_is_normalised_and_sorted(blend: dict[str, float]) -> None:
    made = StyleBlend.of(blend, STYLES)
    assert sum(round(weight * 1_000_000) for weight in made.weights.values()) == 1_000_000
    assert all(weight == round(weight, 6) for weight in made.weights.values())
    assert abs(math.fsum(made.weights.values()) - 1) <= 2**-53
    assert all(0 < weight <= 1 for weight in made.weights.values())
    assert list(made.weights) == sorted(made.weights)
    assert made == StyleBlend.of(dict(reversed(blend.items())), STYLES)


@given(weights)
def test_a_weight_is_the_share_that_was_asked_for(blend: dict[str, float]) -> None:
    made = StyleBlend.of(blend, STYLES).weights
    total = sum(map(Fraction, blend.values()))
    for name, weight in blend.items():
        assert abs(Fraction(made.get(name, 0.0)) - Fraction(weight) / total) <= Fraction(2, 1_000_000)


@pytest.mark.parametrize("count", [1, 3, 6, 7, 11, 13, 499, 3_000])
def test_equal_styles_are_as_equal_as_millionths_allow(count: int) -> None:
    styles = {f"{number:04d}": Style(f"{number:04d}") for number in range(count)}
    made = StyleBlend.of(dict.fromkeys(styles, 1.0), styles)
    assert len(made.parts) == count
    assert sum(round(weight * 1_000_000) for weight in made.weights.values()) == 1_000_000
    assert max(made.weights.values()) - min(made.weights.values()) <= 1.0000001e-6


def test_a_weight_that_rounds_to_zero_is_dropped() -> None:
    assert StyleBlend.of({"a": 1, "b": 1e-9}, STYLES).weights == {"a": 1.0}
    assert StyleBlend.of({"a": 1e308, "b": 1e308, "c": 0}, STYLES).weights == {"a": 0.5, "b": 0.5}
    largest = sys.float_info.max
    assert StyleBlend.of(dict.fromkeys("abcd", largest), STYLES).weights == dict.fromkeys("abcd", 0.25)
    assert sum(StyleBlend.of(dict.fromkeys("abc", largest), STYLES).weights.values()) == pytest.approx(1)


def test_a_blend_that_rounding_left_whole_stays_as_it_was() -> None:
    """So that recipes keep their identity: weights that rounding one by one brought to 1 are not touched."""
    assert StyleBlend.of({"a": 0.7, "b": 0.3}, STYLES).weights == {"a": 0.7, "b": 0.3}
    assert StyleBlend.of({"a": 127, "b": 1}, STYLES).weights == {"a": 0.992188, "b": 0.007812}
    assert StyleBlend.of({"a": 2, "b": 1}, STYLES).weights == {"a": 0.666667, "b": 0.333333}
    assert StyleBlend.of({"a": 1, "b": 1, "c": 1}, STYLES).weights == {"a": 0.333334, "b": 0.333333, "c": 0.333333}


def test_a_blend_needs_a_weight() -> None:
    with pytest.raises(UsageError, match="above zero"):
        StyleBlend.of({"a": 0}, STYLES)
    with pytest.raises(UsageError, match="a = -1"):
        StyleBlend.of({"a": -1}, STYLES)


@given(weights, st.integers(0, 2**53 - 1), st.text(max_size=20))
def test_a_recipe_survives_json_and_keeps_its_identity(blend: dict[str, float], seed: int, prompt: str) -> None:
    recipe = Recipe("painter", "painter/1", seed, 64, 64, prompt=prompt, blend=StyleBlend.of(blend, STYLES))
    late = Recipe(
        "painter", "painter/1", seed, 64, 64, switch_to=recipe.blend, interpolation_target=recipe, parents=("ab" * 32,)
    )
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


GOOD: dict[str, Any] = {
    "generator": "diffusion", "model": "m", "seed": 7, "width": 64, "height": 64, "prompt": "a",
    "blend": [{"name": "a", "weight": 0.25}, {"name": "b", "lora": "l", "references": ["ab" * 32], "weight": 0.75}],
    "traits": {"sky": "torn"}, "options": {"steps": 4, "x": [None, {"y": 1.5}]}, "parents": ["cd" * 32],
    "init_image": "ef" * 32,
    "interpolation_target": {"generator": "diffusion", "model": "m", "seed": 8, "width": 64, "height": 64},
}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "wrong", "words"),
    [
        ("seed", "x", "seed: it must be a whole number from 0 to 9,007,199,254,740,991, not 'x'"),
        ("seed", -1, "seed"),
        ("seed", 2**53, "seed"),
        ("seed", True, "seed"),
        ("seed", 3.0, "seed"),
        ("height", None, "height"),
        ("width", 0, "width"),
        ("width", 10**9, "width"),
        ("generator", "", "generator: it must not be empty"),
        ("generator", ["painter"], "generator"),
        ("model", 3, "model"),
        ("prompt", None, "prompt: it must be text"),
        ("prompt", "\ud800", "prompt"),
        ("series", {}, "series"),
        ("traits", ["sky"], "traits: it must be an object"),
        ("traits", {"sky": 1}, "traits"),
        ("options", {"a": math.nan}, "options"),
        ("options", {"a": 2**53}, "options"),
        ("options", {"a": {1}}, "options"),
        ("options", {1: 2}, "options"),
        ("options", {"a": "\ud800"}, "options"),
        ("parents", "ab" * 32, "parents: it must be a list"),
        ("parents", ["AB" * 32], "parents"),
        ("init_image", "../../secret", "init_image"),
        ("mask_image", "ab", "mask_image"),
        ("blend", {}, "blend"),
        ("blend", [{"name": "a"}], "blend: the field weight is missing"),
        ("blend", [{"name": "a", "weight": 0.5}], "blend: its weights must sum to 1, not 0.5"),
        ("blend", [{"name": "a", "weight": "1"}], "blend: weight"),
        ("blend", [{"name": "a", "weight": True}], "blend: weight"),
        ("blend", [{"name": "a", "weight": math.nan}], "blend: weight"),
        ("blend", [{"name": "a", "weight": 1}, {"name": "b", "weight": 0}], "blend: weight"),
        ("blend", [{"name": 5, "weight": 1}], "blend: name"),
        ("blend", [{"name": "a", "weight": 1, "x": math.inf}], "blend: x: inf is no number of JSON"),
        ("blend", [{"name": "a", "weight": 1, "x": {"y": [2**60]}}], "blend: x: it must be a whole number"),
        ("blend", [{"name": "a", "weight": 1, "prompt": 5}], "blend: prompt"),
        ("blend", [{"weight": 1, "painter": "a"}], "blend: the field name is missing"),
        ("blend", [{"name": "b", "weight": 0.5}, {"name": "a", "weight": 0.5}], "sorted by name"),
        ("blend", [{"name": "a", "weight": 0.5}, {"name": "a", "weight": 0.5}], "each once"),
        ("switch_to", 3, "switch_to"),
        ("interpolation_target", {}, "interpolation_target: the field generator is missing"),
        ("interpolation_target", {**GOOD, "seed": "x"}, "interpolation_target: seed"),
        ("nonsense", 1, "unknown field 'nonsense'"),
    ],
)
def test_a_field_of_another_type_or_out_of_range_is_refused_by_name(field: str, wrong: object, words: str) -> None:
    Recipe.from_json(GOOD)
    with pytest.raises(UsageError, match="not a recipe") as caught:
        Recipe.from_json({**GOOD, field: wrong})
    assert words in caught.value.message


@given(st.fixed_dictionaries({}, optional={name: values | st.just(value) for name, value in GOOD.items()}))
def test_whatever_is_read_has_an_identity_and_is_read_again(value: dict[str, Any]) -> None:
    try:
        recipe = Recipe.from_json(value)
    except UsageError:
        return
    assert Recipe.from_json(json.loads(canonical_json(recipe.as_json()))) == recipe
    assert len(recipe.sha256) == 64


def test_a_recipe_nested_without_end_is_refused() -> None:
    value: dict[str, Any] = dict(GOOD)
    value["interpolation_target"] = value
    with pytest.raises(UsageError, match="not a recipe"):
        Recipe.from_json(value)
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(UsageError, match="nested"):
        Recipe.from_json({**GOOD, "options": {"a": deep}})


def test_blends_that_were_rounded_one_by_one_are_still_read() -> None:
    thirds = [{"name": name, "weight": 0.333333} for name in "abc"]
    assert Recipe.from_json({**GOOD, "blend": thirds}).as_json()["blend"] == thirds


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
