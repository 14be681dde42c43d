"""Recipes that people add: variations, inpainted images, larger ones, replacements, and the lineage of all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.errors import UsageError
from collection.plan.from_images import (
    finished,
    inpaint,
    inpaint_seeds,
    interpolate,
    larger,
    model_larger,
    variations,
)
from collection.plan.lineage import ancestry, children
from collection.plan.ranges import seeds_of, strengths_of
from collection.plan.replacements import reroll, shortfall, top_up
from collection.store.records import KnownRecipe
from collection.values import Recipe

PAINTED = Recipe("painter", "painter/1", 1, 64, 96, series="day", prompt="a cat", traits={"sky": "torn"})
DIFFUSED = Recipe("diffusion", "m", 5, 64, 64, series="day", prompt="a cat", options={"steps": 2, "batch_size": 4})
SKETCH, MASK = "a" * 64, "b" * 64


def test_ranges_read_as_they_are_written() -> None:
    assert seeds_of("3, 1-4,200") == [3, 1, 2, 4, 200]
    assert strengths_of("0.3, 1,0.3") == [0.3, 1.0]


@pytest.mark.parametrize("text", ["", "3-1", "a", "1,,2", "9007199254740992"])
def test_what_is_no_range_is_refused_by_name(text: str) -> None:
    with pytest.raises(UsageError, match="seeds"):
        seeds_of(text)


@pytest.mark.parametrize("text", ["", "0", "1.1", "nan", "0.5,", "x"])
def test_what_is_no_strength_is_refused_by_name(text: str) -> None:
    with pytest.raises(UsageError, match="strengths"):
        strengths_of(text)


def test_variants_cross_seeds_and_strengths() -> None:
    other = replace(DIFFUSED, prompt="a dog")
    found = variations([DIFFUSED, other], SKETCH, [0.3, 0.6], [10, 11, 12])
    assert [(item.seed, item.options["strength"], item.prompt) for item in found] == [
        (10, 0.3, "a cat"), (10, 0.6, "a cat"), (11, 0.3, "a dog"), (11, 0.6, "a dog"), (12, 0.3, "a cat"),
        (12, 0.6, "a cat"),
    ]  # fmt: skip
    assert {item.init_image for item in found} == {SKETCH}
    assert all(item.options["steps"] == 2 and not item.parents for item in found)


def test_the_painter_cannot_begin_from_a_picture_and_says_what_can() -> None:
    for ask in (lambda: variations([PAINTED], SKETCH, [0.3], [1]), lambda: inpaint(PAINTED, SKETCH, MASK, [1])):
        with pytest.raises(UsageError, match="painter") as caught:
            ask()
        assert "diffusion" in str(caught.value.hint)


def test_inpainting_keeps_all_but_the_masked_part() -> None:
    seeds = inpaint_seeds("s", DIFFUSED, MASK, 3)
    assert len({*seeds, DIFFUSED.seed}) == 4
    first, *_ = inpaint(DIFFUSED, SKETCH, MASK, seeds, strength=0.8, prompt="a tree")
    assert (first.init_image, first.mask_image, first.prompt, first.options["strength"]) == (
        SKETCH,
        MASK,
        "a tree",
        0.8,
    )
    assert first.parents == (DIFFUSED.sha256,)
    assert inpaint(DIFFUSED, SKETCH, MASK, seeds)[0].prompt == "a cat"


def test_three_ways_to_be_larger() -> None:
    painted = larger(PAINTED, SKETCH, 2, strength=0.2, tile=64)
    assert (painted.width, painted.height, painted.seed, painted.init_image) == (128, 192, 1, "")
    tiled = larger(DIFFUSED, SKETCH, 3, strength=0.2, tile=64)
    assert (tiled.width, tiled.generator, tiled.init_image) == (192, "tiles", SKETCH)
    assert tiled.options == {"steps": 2, "batch_size": 4, "strength": 0.2, "tile": 64, "painter": "diffusion"}
    modelled = model_larger(PAINTED, SKETCH, 2, model="x2.pth", weights=MASK)
    assert (modelled.generator, modelled.model, modelled.series) == ("upscaler", "x2.pth", "day")
    assert modelled.traits == PAINTED.traits
    for made, parent in ((painted, PAINTED), (tiled, DIFFUSED), (modelled, PAINTED)):
        assert made.parents == (parent.sha256,)
    with pytest.raises(UsageError, match="4608"):
        larger(PAINTED, SKETCH, 48, strength=0.2, tile=64)


def test_a_reroll_never_comes_back() -> None:
    chain = [PAINTED]
    for _ in range(20):
        chain.append(reroll(chain[-1], "s"))
    assert len({item.seed for item in chain}) == 21
    assert all(replace(item, seed=1) == PAINTED for item in chain)


counts = st.dictionaries(st.sampled_from("abc"), st.integers(0, 30))


@given(st.dictionaries(st.sampled_from("abc"), st.integers(1, 60)), counts, counts)
def test_a_refill_is_never_too_small_for_a_goal(
    goals: dict[str, int], usable: dict[str, int], lost: dict[str, int]
) -> None:
    needed = shortfall(goals, usable, lost)
    for kind, goal in goals.items():
        assert usable.get(kind, 0) + needed.get(kind, 0) >= goal
        if not lost.get(kind):
            assert needed.get(kind, 0) == max(0, goal - usable.get(kind, 0)), "nothing was lost, nothing is spare"


def test_a_refill_plans_for_the_losses_there_were() -> None:
    assert shortfall({"a": 10}, {"a": 5}, {"a": 6}) == {"a": 10}, "half were lost: twice the five that are missing"
    assert shortfall({"a": 10}, {"a": 12}, {"a": 50}) == {}


def test_top_ups_follow_their_templates_with_new_seeds() -> None:
    other = replace(PAINTED, seed=2, traits={"sky": "clear"})
    found = top_up([PAINTED, other], 5, "s", 0)
    assert [item.traits["sky"] for item in found] == ["torn", "clear", "torn", "clear", "torn"]
    later = top_up([PAINTED, other], 3, "s", 5)
    assert len({item.seed for item in (*found, *later, PAINTED, other)}) == 10


def test_a_lineage_is_followed_to_its_beginning_and_each_recipe_once() -> None:
    one, two = PAINTED, replace(PAINTED, seed=2)
    child = replace(PAINTED, seed=3, parents=(one.sha256, two.sha256))
    grandchild = replace(PAINTED, seed=4, parents=(child.sha256, one.sha256, "f" * 64))
    known = [KnownRecipe(n, item, "breed", True) for n, item in enumerate((one, two, child, grandchild), 1)]
    tree = ancestry(grandchild.sha256, {item.recipe.sha256: item for item in known}, {})
    assert tree.as_json()["image"] == 4
    first, again, stranger = tree.parents
    assert [parent.known.id for parent in first.parents if parent.known] == [1, 2]
    assert again.above
    assert again.as_json()["above"] is True
    assert stranger.known is None
    assert [item.id for item in children(one.sha256, known)] == [3, 4]


def test_a_way_between_two_images_leaves_out_its_ends() -> None:
    other = replace(DIFFUSED, seed=6, prompt="a dog")
    found = interpolate(DIFFUSED, other, 3)
    assert [item.options["alpha"] for item in found] == [0.25, 0.5, 0.75]
    assert all(item.interpolation_target == other and item.parents == (DIFFUSED.sha256, other.sha256) for item in found)
    assert len({item.sha256 for item in found}) == 3


@pytest.mark.parametrize(
    "other",
    [PAINTED, replace(DIFFUSED, width=128), replace(DIFFUSED, model="n"), replace(DIFFUSED, init_image=SKETCH)],
)
def test_no_way_leads_between_unlike_images(other: Recipe) -> None:
    with pytest.raises(UsageError):
        interpolate(DIFFUSED, other, 1)


def test_a_draft_is_finished_by_the_model_s_own_decoder() -> None:
    draft = replace(DIFFUSED, options={**DIFFUSED.options, "vae": "taesd"})
    done = finished(draft)
    assert done == replace(DIFFUSED, parents=(draft.sha256,))
    assert finished(DIFFUSED) is None
