"""Variations, inpainting and enlargements on a real, tiny diffusion pipeline, by the commands themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from collection.pictures.files import decode_image, encode_png, pixel_sha256
from collection.pictures.parameters import read_embedded_metadata
from collection.project import open_project
from collection.stages.publication import Publication
from collection.values import Recipe

SIDE = 64
CONFIG = """
title = "Sketched"
supply = 2
candidates = 2
seed = "sketched"
[image]
size = 64
[generator]
use = "diffusion"
model = "{model}"
steps = 4
guidance = 1
batch_size = 2
license = "CC0-1.0"
[[series]]
name = "cats"
prompt = "a cat"
"""
Command = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, tiny_sd: Path) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "collection.toml").write_text(CONFIG.replace("{model}", str(tiny_sd)))
    ramp = np.linspace(0, 255, SIDE).astype(np.uint8)
    (folder / "init_image.png").write_bytes(encode_png(np.repeat(np.tile(ramp, (SIDE, 1))[..., None], 3, axis=2)))
    half = np.zeros((SIDE, SIDE, 3), np.uint8)
    half[:, SIDE // 2 :] = 255
    (folder / "mask.png").write_bytes(encode_png(half))
    return folder


@pytest.fixture(scope="module")
def command(project: Path) -> Command:
    """Runs a command in this process; returns the object that it prints."""
    from collection_cli.main import app

    def run(*words: object) -> dict[str, Any]:
        done = CliRunner().invoke(app, ["-C", str(project), *map(str, words), "--json"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        value: dict[str, Any] = json.loads(done.stdout)
        return value

    return run


@pytest.fixture(scope="module")
def made(project: Path, command: Command) -> dict[str, list[int]]:
    """The numbers of images, by the command that added them; all of them are made."""
    command("plan")
    command("generate", "--no-score")
    sketched = command("variations", project / "init_image.png", "--strengths", "0.3,0.9", "--seeds", "5-6")
    inpainted = command("inpaint", 1, "--mask", project / "mask.png", "--attempts", 2)
    bred = command("breed", 1, 2, "--children", 2, "--mutation", 0.5)
    larger = command("upscale", 2, "--tile", 64)
    assert command("generate", "--no-score")["pending"] == 0
    added = {"variations": sketched, "inpaint": inpainted, "breed": bred, "upscale": larger}
    return {name: said["added"] for name, said in added.items()}


@pytest.fixture
def pixels(project: Path) -> Callable[[int], Any]:
    def read(number: int) -> Any:
        with open_project(project) as opened:
            asset = opened.store.asset(number)
            assert asset is not None
            return decode_image(opened.files.read(asset.file_sha256), f"{number}").astype(int)

    return read


def test_variants_differ_by_seed_strength_and_sketch(
    project: Path, made: dict[str, list[int]], pixels: Callable[[int], Any]
) -> None:
    """A model of random weights shows no likeness; that the init image counts is seen by taking another."""
    pictures = [pixels(number) for number in made["variations"]]
    assert len({picture.tobytes() for picture in pictures}) == 4
    with open_project(project) as opened:
        asset = opened.store.asset(made["variations"][0])
        assert asset and asset.recipe
        other = replace(asset.recipe, init_image=opened.files.add((project / "mask.png").read_bytes()))
        assert not np.array_equal(opened.generator.generate([other])[0].pixels, pictures[0])


def test_the_file_of_an_image_is_that_image_and_the_parent(
    project: Path, command: Command, made: dict[str, list[int]]
) -> None:
    with open_project(project) as opened:
        (bred,) = opened.store.assets_of(made["breed"][:1])
        file = opened.files.path(bred.file_sha256)
        added = command("variations", file, "--strengths", "0.5", "--seeds", "1")["added"]
        (varied,) = opened.store.recipes_of(added)
        assert bred.recipe and varied.recipe.parents == (bred.recipe.sha256,)
    command("remove", *added)


def test_inpainting_leaves_every_pixel_outside_the_mask(
    made: dict[str, list[int]], pixels: Callable[[int], Any]
) -> None:
    before = pixels(1)
    first, second = (pixels(number) for number in made["inpaint"])
    for after in (first, second):
        assert np.array_equal(after[:, : SIDE // 2], before[:, : SIDE // 2])
        assert not np.array_equal(after[:, SIDE // 2 :], before[:, SIDE // 2 :])
    assert not np.array_equal(first, second), "each attempt has a seed of its own"


def test_an_enlargement_takes_the_place_of_its_image(
    project: Path, made: dict[str, list[int]], pixels: Callable[[int], Any]
) -> None:
    (number,) = made["upscale"]
    assert pixels(number).shape == (128, 128, 3)
    with open_project(project) as opened:
        kept = {asset.id: asset for asset in opened.store.assets()}
    assert 2 not in kept
    assert kept[number].recipe and kept[number].recipe.generator == "tiles"


def test_a_second_rendering_gives_the_same_pixels(project: Path, made: dict[str, list[int]]) -> None:
    """What verify does with the recipe in a token's metadata, for the recipes that begin from pictures."""
    with open_project(project) as opened:
        for numbers in made.values():
            asset = opened.store.asset(numbers[0])
            assert asset and asset.recipe
            metadata = {"properties": {"recipe": asset.recipe.as_json(), "recipe_sha256": asset.recipe.sha256}}
            assert pixel_sha256(Publication(opened).rerender(metadata)) == asset.pixel_sha256


def test_the_picture_and_its_token_say_how_it_was_made(project: Path, made: dict[str, list[int]]) -> None:
    from collection.publish.metadata import token_metadata

    with open_project(project) as opened:
        asset = opened.store.asset(made["variations"][0])
        assert asset
        found = read_embedded_metadata(opened.files.read(asset.file_sha256), "image")
        assert found.recipe == asset.recipe
        assert found.parameters["Denoising strength"] == "0.3"
        assert token_metadata(opened.config, asset, 1, "cid")["properties"]["model_license"] == "CC0-1.0"


def test_the_same_wish_twice_adds_nothing(project: Path, made: dict[str, list[int]], command: Command) -> None:
    words = ("variations", project / "init_image.png", "--strengths", "0.3,0.9", "--seeds", "5-6")
    assert command(*words, "--dry-run")["pending"] == 0
    assert command(*words)["added"] == []
    assert command("plan", "--dry-run")["pending"] == 0, "and `plan` keeps what was added"


def test_a_mask_that_does_not_fit_is_refused(project: Path, made: dict[str, list[int]], command: Command) -> None:
    from collection.errors import ImageError, UsageError

    (project / "dark.png").write_bytes(encode_png(np.zeros((SIDE, SIDE, 3), np.uint8)))
    (project / "small.png").write_bytes(encode_png(np.full((8, 8, 3), 255, np.uint8)))
    for name, words in (("dark", "dark all over"), ("small", "is 8x8")):
        with pytest.raises(ImageError, match=words):
            command("inpaint", 1, "--mask", project / f"{name}.png")
    with pytest.raises(UsageError, match='no series "dogs"'):
        command("variations", project / "init_image.png", "--series", "dogs")


def test_the_model_of_the_sketch_sample_can_begin_from_a_picture(
    tiny_lcm: Path, diffusion_recipe: Callable[..., Recipe]
) -> None:
    """A latent consistency model, which takes its guidance as an embedding."""
    from collection.generate.diffusion.generator import Diffusion

    init_images = {"dark": np.full((32, 32, 3), 40, np.uint8), "light": np.full((32, 32, 3), 200, np.uint8)}
    recipes = [
        diffusion_recipe(tiny_lcm, init_image=name, strength=0.5, steps=4, guidance=8.0, batch_size=1)
        for name in init_images
    ]
    dark, light = Diffusion(str(tiny_lcm), pictures=init_images.__getitem__, device="cpu").generate(recipes)
    assert not np.array_equal(dark.pixels, light.pixels)
