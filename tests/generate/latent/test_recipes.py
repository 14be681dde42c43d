"""Recipes of the latent generator: seeds, truncation, classes and points as blends, directions, ways between two."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from collection.config import Config
from collection.errors import ConfigError, GenerationError, UsageError, WeightsError
from collection.generate.latent.generator import Latent
from collection.generate.latent.model import LatentModel, open_model
from collection.generate.latent.plugin import LatentStyle
from collection.generate.latent.point_files import write_vector
from collection.generate.latent.points import place_of
from collection.generate.latent.projection import project
from collection.generate.registry import build_generator
from collection.generate.routing import Router
from collection.models.weights import file_sha256
from collection.store.files import Files
from collection.values import Recipe, Style, StyleBlend

Write = Callable[..., Path]
SUN = (Style("sun"), 1.0)


def recipe(seed: int = 1, *parts: tuple[Style, float], **options: Any) -> Recipe:
    return Recipe("latent", "tiny", seed, 64, 64, blend=StyleBlend(parts), options=options)


@pytest.fixture
def model(own: Write) -> LatentModel:
    return open_model(own())


@pytest.fixture
def router(own: Write, tmp_path: Path) -> Router:
    own()
    table = {"title": "x", "supply": 1, "seed": 1, "generator": {"use": "latent", "model": "tiny"}}
    return build_generator(Config.model_validate(table), Files(tmp_path / "files"))


def test_a_seed_gives_the_same_bytes_alone_and_among_others(router: Router) -> None:
    first = router.generate([recipe(1, SUN)])[0]
    among = router.generate([recipe(2), recipe(1, SUN), recipe(3)])
    assert np.array_equal(first.pixels, among[1].pixels)
    assert not np.array_equal(first.pixels, among[0].pixels)
    assert first.pixels.shape == (64, 64, 3)
    assert (first.features, among[0].features["Class"] in ("moon", "sun")) == ({}, True)


def test_the_record_names_weights_and_license(router: Router, tmp_path: Path) -> None:
    record = router.generate([recipe(1)])[0].identity
    assert record["weights"] == file_sha256(tmp_path / "tiny" / "weights.safetensors")
    assert (record["generator"], record["license"]) == ("latent", "CC0-1.0")


def test_other_weights_than_the_recipe_names_are_refused(router: Router) -> None:
    with pytest.raises(WeightsError, match="tiny has other weights now"):
        router.generate([recipe(1, weights="0" * 64)])


def test_truncation_draws_points_to_the_middle(model: LatentModel) -> None:
    whole, half, none = (place_of(recipe(5, truncation=share), model).point for share in (1.0, 0.5, 0.0))
    assert torch.allclose(half, whole / 2)
    assert float(none.abs().max()) == 0


def test_uniform_points_keep_to_their_bounds_and_their_middle(torchscript: Write) -> None:
    model = open_model(torchscript(distribution="uniform", low=2.0, high=4.0))
    point = place_of(recipe(5), model).point
    assert 2 <= float(point.min()) < float(point.max()) <= 4
    assert torch.allclose(place_of(recipe(5, truncation=0.0), model).point, torch.full((8,), 3.0))


def test_a_blend_mixes_classes_by_weight(model: LatentModel) -> None:
    named = Style("night", settings={"latent_class": "moon"})
    place = place_of(recipe(1, (named, 0.25), (Style("sun"), 0.75)), model)
    assert place.classes.tolist() == [0.25, 0.75]
    assert place.chosen == ""


def test_a_blend_of_points_is_between_them_and_as_long(model: LatentModel) -> None:
    def style(name: str, place: int) -> Style:
        numbers = [0.0] * 6
        numbers[place] = 2.0
        return Style(name, settings={"latent": {"weights": model.weights, "numbers": numbers}})

    alone = place_of(recipe(1, (style("a", 0), 1.0)), model).point
    both = place_of(recipe(1, (style("a", 0), 0.5), (style("b", 1), 0.5)), model).point
    assert alone.tolist() == [2, 0, 0, 0, 0, 0], "the seed has no weight"
    assert both.tolist() == pytest.approx([math.sqrt(2), math.sqrt(2), 0, 0, 0, 0])
    assert float(both.norm()) == pytest.approx(float(alone.norm()))
    seeded = place_of(recipe(1, (style("a", 0), 0.5), (Style("plain"), 0.5)), model).point
    assert not torch.equal(seeded, place_of(recipe(2, (style("a", 0), 0.5), (Style("plain"), 0.5)), model).point)


def test_a_direction_moves_the_point_by_weight_and_scale(model: LatentModel) -> None:
    direction = {"weights": model.weights, "numbers": [0, 0, 5, 0, 0, 0]}
    style = Style("up", settings={"latent_direction": direction, "latent_scale": 3.0})
    moved = place_of(recipe(1, (Style("plain"), 0.5), (style, 0.5)), model).point - place_of(recipe(1), model).point
    assert moved.tolist() == pytest.approx([0, 0, 1.5, 0, 0, 0], abs=1e-6)


def test_the_way_between_two_recipes_is_even_and_meets_both(router: Router, model: LatentModel) -> None:
    start, end = recipe(1, (Style("moon"), 1.0)), recipe(2, SUN)

    def at(alpha: float) -> Recipe:
        return replace(start, interpolation_target=end, options={"alpha": alpha})

    places = [place_of(at(alpha), model) for alpha in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert torch.allclose(places[0].point, place_of(start, model).point, atol=1e-6)
    assert torch.allclose(places[4].point, place_of(end, model).point, atol=1e-6)
    assert [round(float(place.classes[1]), 3) for place in places] == [0, 0.25, 0.5, 0.75, 1]
    frames = [router.generate([at(step / 16)])[0].pixels.astype(int) for step in range(17)]
    steps = [np.abs(frames[place + 1] - frames[place]).mean() for place in range(16)]
    assert max(steps) < 4 * np.mean(steps), "no jump on the way"
    assert np.array_equal(frames[0], router.generate([start])[0].pixels)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"latent_class": "mon"}, 'the model has no class "mon"; did you mean moon?'),
        ({"latent": {"weights": "0" * 64, "numbers": [0.0] * 6}}, "latent was made with another model"),
        ({"latent_direction": {"weights": "", "numbers": [1.0] * 5}}, "has 5 numbers, a point of this model and size"),
    ],
)
def test_a_style_of_another_model_is_named(
    router: Router, model: LatentModel, settings: dict[str, Any], words: str
) -> None:
    for value in settings.values():
        if isinstance(value, dict):
            value["weights"] = value["weights"] or model.weights
    bad = recipe(1, (Style("odd", settings=settings), 1.0))
    with pytest.raises(GenerationError, match=words.replace("?", r"\?")):
        router.generate([bad])
    with pytest.raises(UsageError, match=words.replace("?", r"\?")):
        router.check([bad])


def test_a_model_that_takes_the_number_of_a_class_cannot_mix_two(onnx: Write) -> None:
    model = open_model(onnx(numbered=True))
    with pytest.raises(GenerationError, match="cannot mix a, b"):
        Latent(model, "tiny").generate([recipe(1, (Style("a"), 0.5), (Style("b"), 0.5))])


def test_styles_that_say_nothing_are_told(router: Router) -> None:
    (note,) = router.check([recipe(1, (Style("quiet"), 0.5), (Style("sun"), 0.5))])
    assert note.endswith("styles say nothing: quiet")


def test_points_and_directions_are_read_from_files(tmp_path: Path) -> None:
    write_vector(tmp_path / "p.json", "point", "ab", [0.1234567, 1], {"sun": 1.0}, "of x.png")
    said = LatentStyle(latent="p.json").settings("s", tmp_path)["latent"]
    assert said == {"weights": "ab", "numbers": [0.123457, 1], "classes": {"sun": 1}}
    LatentStyle.check({"latent": said})
    with pytest.raises(ConfigError, match=r"p\.json holds no direction"):
        LatentStyle(latent_direction="p.json").settings("s", tmp_path)
    with pytest.raises(ConfigError, match=r"gone\.json cannot be read as a point"):
        LatentStyle(latent="gone.json").settings("s", tmp_path)
    for value in ("x", {"weights": "a", "numbers": []}, {"weights": "a", "numbers": ["1"]}, {"numbers": [1.0]}):
        with pytest.raises(ValueError, match="latent: "):
            LatentStyle.check({"latent": value})


def test_a_picture_of_the_model_is_found_again(model: LatentModel) -> None:
    import torch

    place = place_of(recipe(9, SUN), model)
    wanted = model.pictures(place.point[None], place.classes[None])[0].detach()
    pixels = (wanted.permute(1, 2, 0) * 255).round().to(torch.uint8).numpy()
    found = project(pixels, model, (64, 64), named="sun")
    middle = model.pictures(torch.zeros(1, 6), place.classes[None])[0]
    assert found.error < 0.1 * float((middle - wanted).square().mean()), "ten times nearer than the middle"
    assert found.classes == {"sun": 1.0}
    again = project(pixels, model, (64, 64), named="sun")
    assert torch.equal(found.point, again.point)


def test_what_cannot_be_projected_is_told(onnx: Write, model: LatentModel) -> None:
    grey = np.full((8, 8, 3), 128, np.uint8)
    with pytest.raises(UsageError, match="gives no gradients"):
        project(grey, open_model(onnx()), (64, 64))
    with pytest.raises(UsageError, match='no class "mars"'):
        project(grey, model, (64, 64), named="mars")
