import hashlib
from typing import Any

from collection.config import Config
from collection.plan.plan import plan
from collection.values import Recipe, canonical_json

SMALL: dict[str, Any] = {
    "title": "Small",
    "supply": 4,
    "candidates": 7,
    "seed": "small",
    "styles": {"paper": {"prompt": "cut paper"}, "ink": {"painter": "ink-wash"}},
    "series": [
        {"name": "day", "prompt": "noon", "blend": {"paper": 3, "ink": 1}, "share": 2},
        {"name": "night", "prompt": "the moon", "blend": {"ink": 1}},
    ],
}


def recipes(**changes: Any) -> list[Recipe]:
    return plan(Config.model_validate(SMALL | changes))


def test_the_same_configuration_gives_the_same_recipes_for_ever() -> None:
    """Golden, of 32-bit seeds. A change here breaks the proofs of collections already minted."""
    text = b"\n".join(canonical_json(recipe.as_json()) for recipe in recipes())
    assert hashlib.sha256(text).hexdigest() == "9c2d8790928706c251505ee96239bdb8afa760f5767abefd89e793fd748517c4"


def test_a_series_gets_its_share() -> None:
    assert [recipe.series for recipe in recipes()] == ["day"] * 5 + ["night"] * 2


def test_a_recipe_says_all_that_its_series_says() -> None:
    first = recipes()[0]
    assert (first.prompt, first.width, first.height, first.generator) == ("noon", 512, 512, "painter")
    assert first.blend.weights == {"ink": 0.25, "paper": 0.75}
    assert [style.settings["painter"] for style, _ in first.blend.parts] == ["ink-wash", "paper"]


def test_more_candidates_leave_the_first_ones_alone() -> None:
    few, many = recipes(candidates=6), recipes(candidates=12)
    assert {recipe.sha256 for recipe in few} < {recipe.sha256 for recipe in many}


def test_every_recipe_is_one_of_its_kind() -> None:
    assert len({recipe.sha256 for recipe in recipes(candidates=300)}) == 300


def test_a_recipe_survives_json() -> None:
    for recipe in recipes():
        assert Recipe.from_json(recipe.as_json()) == recipe


def test_diffusion_options_travel_in_the_recipe() -> None:
    first = recipes(generator={"use": "diffusion", "model": "m", "steps": 4, "revision": "abc"})[0]
    assert first.model == "m"
    assert first.options == {"steps": 4, "guidance": 7.5, "batch_size": 1, "dtype": "auto", "revision": "abc"}
