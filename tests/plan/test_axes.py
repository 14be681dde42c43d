"""Axes: which images they ask for, and in which order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.config.planning import Axes, parse_seeds
from collection.plan.axes import axis_points
from collection.plan.plan import Plan

DIFFUSION = {"use": "diffusion", "model": "m"}


def recipes(make_config: Any, axes: dict[str, Any], **tables: Any) -> Any:
    series = [{"name": "grid", "prompt": "${place} at noon", "axes": axes}]
    config = make_config(1, **{"series": series, "generator": DIFFUSION, **tables})
    assert config.images == len(Plan(config, {}).recipes)
    return Plan(config, {}).recipes


def test_crossed_axes_meet_and_dear_ones_change_least(make_config: Any) -> None:
    axes = {"cross": {"seed": "5,1-2", "place": ["a quay", "a dune"], "steps": [8, 4], "model": ["one", "two"]}}
    found = [
        (recipe.model, recipe.options["steps"], recipe.prompt, recipe.seed) for recipe in recipes(make_config, axes)
    ]
    assert len(found) == len(set(found)) == 24
    assert found[:4] == [
        ("one", 8, "a quay at noon", 5), ("one", 8, "a quay at noon", 1), ("one", 8, "a quay at noon", 2),
        ("one", 8, "a dune at noon", 5),
    ]  # fmt: skip
    assert [model for model, *_ in found] == ["one"] * 12 + ["two"] * 12


def test_zipped_axes_go_side_by_side(make_config: Any) -> None:
    axes = {"zip": {"size": [256, (512, 320)], "guidance": [1, 7.5]}, "cross": {"place": ["a", "b"]}}
    found = recipes(make_config, axes)
    assert [(r.width, r.height, r.options["guidance"], r.prompt[0]) for r in found] == [
        (256, 256, 1, "a"), (256, 256, 1, "b"), (512, 320, 7.5, "a"), (512, 320, 7.5, "b"),
    ]  # fmt: skip
    assert len({recipe.seed for recipe in found}) == 4


def test_blends_are_an_axis(make_config: Any) -> None:
    axes = {"cross": {"blend": [{"ink": 1}, {"ink": 1, "oil": 3}], "place": ["a"]}}
    found = recipes(make_config, axes, styles={"ink": {}, "oil": {}})
    assert [recipe.blend.weights for recipe in found] == [{"ink": 1}, {"ink": 0.25, "oil": 0.75}]


def test_a_series_with_axes_leaves_the_rest_to_the_others(make_config: Any) -> None:
    series = [{"name": "grid", "axes": {"cross": {"seed": "0-3"}}}, {"name": "free"}]
    config = make_config(6, series=series, candidates=10)
    assert [recipe.series for recipe in Plan(config, {}).recipes] == ["grid"] * 4 + ["free"] * 6


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("7", [7]),
        ("0-3", [0, 1, 2, 3]),
        (" 5 , 1 - 2,9", [5, 1, 2, 9]),
        ("0-99,200,300-309", [*range(100), 200, *range(300, 310)]),
    ],
)
def test_seeds_as_written(text: str, seeds: list[int]) -> None:
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize("text", ["", "a", "3-1", "-4", "1,,2", "0-9999999999999999", "1.5", f"{2**53}"])
def test_what_is_no_seed(text: str) -> None:
    with pytest.raises(ValueError, match="seed"):
        parse_seeds(text)


@given(st.dictionaries(st.sampled_from(["a", "b", "steps", "size", "seed"]), st.integers(1, 4), min_size=1))
def test_the_number_of_points_is_the_product(lengths: dict[str, int]) -> None:
    axes = Axes.model_validate({"cross": {name: list(range(64, 64 + length)) for name, length in lengths.items()}})
    assert axes.points == len(axis_points(axes)) == len({tuple(sorted(point.items())) for point in axis_points(axes)})
