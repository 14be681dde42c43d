"""What is rendered together is decided before a run, from the recipes alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from collection.generate.running.batches import compose
from collection.store.records import PlannedRecipe
from collection.values import Recipe, Style, StyleBlend

plans = st.lists(
    st.builds(
        lambda model, side, steps, lora: Recipe(
            "diffusion",
            model,
            1,
            side,
            side,
            blend=StyleBlend(((Style("ink", lora=lora), 1.0),)),
            options={"steps": steps, "batch_size": 3},
        ),
        st.sampled_from(["one", "two"]),
        st.sampled_from([64, 128]),
        st.integers(1, 2),
        st.sampled_from(["", "ink.safetensors"]),
    ),
    max_size=30,
).map(lambda recipes: [PlannedRecipe(number, recipe) for number, recipe in enumerate(recipes, start=1)])


@given(plans)
def test_every_recipe_is_in_one_batch_among_its_like(planned: list[PlannedRecipe]) -> None:
    recipes = {item.id: item.recipe for item in planned}
    batches = compose(planned, 8)
    assert sorted(number for batch in batches for number in batch) == sorted(recipes)
    for batch in batches:
        assert len(batch) <= 3
        assert batch == sorted(batch), "within a kind, the order of the plan"
        assert len({recipes[number].sha256 for number in batch}) == 1, "they differ in nothing but seed and words"


@given(plans)
def test_no_batch_is_short_but_the_last_of_its_kind_and_a_model_is_loaded_once(planned: list[PlannedRecipe]) -> None:
    recipes = {item.id: item.recipe for item in planned}
    batches = compose(planned, 8)
    kinds = {recipe.sha256 for recipe in recipes.values()}
    assert sum(len(batch) < 3 for batch in batches) <= len(kinds)
    models = [recipes[batch[0]].model for batch in batches]
    assert models == sorted(models)


def test_recipes_that_say_nothing_of_batches_take_the_generators_size() -> None:
    planned = [PlannedRecipe(number, Recipe("painter", "painter/1", number, 64, 64)) for number in range(1, 6)]
    assert compose(planned, 2) == [[1, 2], [3, 4], [5]]


def test_words_and_seeds_do_not_part_recipes_but_a_reference_picture_does() -> None:
    ink, photo = Style("ink", prompt="ink"), Style("ink", prompt="ink", references=("ab" * 32,))
    said = [
        Recipe("diffusion", "m", 1, 64, 64, prompt="a cat", options={"batch_size": 4}),
        Recipe("diffusion", "m", 2, 64, 64, prompt="a dog", blend=StyleBlend(((ink, 1.0),)), options={"batch_size": 4}),
        Recipe("diffusion", "m", 3, 64, 64, blend=StyleBlend(((photo, 1.0),)), options={"batch_size": 4}),
    ]
    batches = compose([PlannedRecipe(number, recipe) for number, recipe in enumerate(said, start=1)], 1)
    assert sorted(batches) == [[1, 2], [3]]
