"""Recipes as genes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.config import Config
from collection.errors import UsageError
from collection.generate.diffusion.options import DiffusionGenerator
from collection.plan.breeding import breed, rules_of
from collection.values import Recipe, Style, StyleBlend

STYLES = {name: Style(name, f"{name} painting") for name in ("dots", "ink", "oil", "zen")}


def recipe(seed: int, **changed: Any) -> Recipe:
    return Recipe(**{"generator": "painter", "model": "painter/1", "seed": seed, "width": 64, "height": 64, **changed})


def blended(**weights: float) -> StyleBlend:
    return StyleBlend.of(weights, STYLES)


FIRST = recipe(1, series="day", prompt="clear sky, a harbour", blend=blended(ink=1), traits={"sky": "clear"})
SECOND = recipe(
    2, series="night", prompt="torn sky, mountains, snow", blend=blended(oil=3, zen=1), traits={"sky": "torn", "p": "q"}
)
POOL = [recipe(n, prompt="violet sky, sea", blend=blended(dots=1), traits={"sky": "violet"}) for n in (8, 9)]


def test_a_child_is_made_of_its_parents_alone_where_nothing_mutates() -> None:
    children = breed(FIRST, SECOND, POOL, 24, seed="s", mutation=0, immigration=0)
    parts = {"a harbour", "mountains", "snow"}
    for child in children:
        assert child.seed in (1, 2)
        assert child.parents == (FIRST.sha256, SECOND.sha256)
        assert child.series == "day"
        assert set(child.blend.weights) <= {"ink", "oil", "zen"}
        assert sum(child.blend.weights.values()) == pytest.approx(1, abs=1e-5)
        told = child.prompt.split(", ")
        assert set(told) - {f"{child.traits['sky']} sky"} <= parts
        assert child.traits["sky"] in ("clear", "torn")
    assert {child.seed for child in children} == {1, 2}, "either parent gives the composition"
    assert len({child.prompt for child in children}) > 2


def test_the_prompt_names_the_traits_that_the_child_has() -> None:
    for child in breed(FIRST, SECOND, POOL, 24, seed="s", mutation=0.5):
        named = [part for part in child.prompt.split(", ") if part.endswith(" sky")]
        assert set(named) <= {f"{child.traits['sky']} sky"}


def test_every_child_is_another_picture() -> None:
    children = breed(FIRST, SECOND, POOL, 40, seed="s")
    pictures = [replace(item, parents=(), series="", traits={}) for item in (*children, FIRST, SECOND, *POOL)]
    assert len({item.sha256 for item in pictures}) == 44


def test_the_same_parents_have_the_same_children_and_more_leave_the_first_as_they_are() -> None:
    assert breed(FIRST, SECOND, POOL, 9, seed=7)[:4] == breed(FIRST, SECOND, POOL, 4, seed=7)
    assert breed(FIRST, SECOND, POOL, 4, seed=7) != breed(FIRST, SECOND, POOL, 4, seed=8)


def test_a_golden_child() -> None:
    """Golden: written when breeding was first made; another value breaks the lineage of sets already bred."""
    assert breed(FIRST, SECOND, POOL, 1, seed="golden")[0].sha256 == GOLDEN


GOLDEN = "50e7d8549fc125dd0fc3cbceeffe68a9b9d286211e28f048b7bb8a46b73ddb44"


def test_fresh_blood_comes_from_the_pool_and_is_named_as_a_parent() -> None:
    children = breed(FIRST, SECOND, POOL, 30, seed="s", immigration=1)
    pool = {other.sha256 for other in POOL}
    assert all(child.parents[0] == FIRST.sha256 and child.parents[1] in pool for child in children)
    some = breed(FIRST, SECOND, POOL, 60, seed="s", immigration=0.5)
    assert 15 < sum(child.parents[1] in pool for child in some) < 45


def test_mutation_alone_tells_twins_apart() -> None:
    twin = replace(FIRST, series="twin")
    with pytest.raises(UsageError, match="0 of 3"):
        breed(FIRST, twin, [], 3, seed="s", mutation=0, immigration=0)
    assert len({child.seed for child in breed(FIRST, twin, [], 3, seed="s", mutation=0.3)} - {1}) >= 1


def test_the_rules_of_a_configuration_hold_for_children() -> None:
    config = Config.model_validate(
        {
            "title": "Rules", "supply": 4, "seed": "s",
            "traits": {"sky": {"weight": {"clear": 1, "torn": 1}}, "p": {"weight": {"q": 1, "r": 1}}},
            "rules": [{"when": {"sky": "clear"}, "exclude": {"p": "q"}}],
        }
    )  # fmt: skip
    allowed = rules_of(config)
    assert allowed(replace(FIRST, traits={"sky": "clear", "p": "r"}))
    assert not allowed(replace(FIRST, traits={"sky": "clear", "p": "q"}))
    assert allowed(replace(FIRST, traits={"sky": "violet", "p": "q"})), (
        "of what is not in the file, no rule says anything"
    )
    first = replace(FIRST, traits={"sky": "clear", "p": "r"})
    for child in breed(first, SECOND, [], 12, seed="s", mutation=0.3, allowed=allowed):
        assert (child.traits["sky"], child.traits["p"]) != ("clear", "q")


def test_children_that_break_a_rule_are_drawn_again() -> None:
    children = breed(FIRST, SECOND, POOL, 12, seed="s", allowed=lambda child: child.traits["sky"] == "torn")
    assert {child.traits["sky"] for child in children} == {"torn"}
    with pytest.raises(UsageError, match="keep the rules"):
        breed(FIRST, SECOND, POOL, 1, seed="s", allowed=lambda traits: False)


@pytest.mark.parametrize("changed", [{"generator": "diffusion"}, {"model": "painter/2"}])
def test_only_two_of_one_kind_can_be_crossed(changed: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="different"):
        breed(FIRST, replace(SECOND, **changed), POOL, 1, seed="s")
    with pytest.raises(UsageError, match="itself"):
        breed(FIRST, FIRST, POOL, 1, seed="s")


options = st.fixed_dictionaries(
    {"steps": st.integers(1, 50), "guidance": st.floats(0, 100), "batch_size": st.just(4)},
    optional={"strength": st.floats(0.05, 1), "scheduler": st.sampled_from(["DDIM", "Euler"])},
)


@settings(max_examples=40, deadline=None)
@given(options, options, st.floats(0, 1), st.integers(0, 2**53 - 1))
def test_options_stay_within_what_a_model_takes(
    one: dict[str, Any], other: dict[str, Any], mutation: float, seed: int
) -> None:
    first = recipe(1, generator="diffusion", model="m", prompt="a", options=one)
    second = recipe(2, generator="diffusion", model="m", prompt="b", options=other)
    for child in breed(first, second, [], 2, seed=seed, mutation=max(mutation, 0.2)):
        assert child.options["steps"] in (one["steps"], other["steps"])
        assert child.options["batch_size"] == 4
        DiffusionGenerator.check_options(child.options)
        Recipe.from_json(child.as_json())
