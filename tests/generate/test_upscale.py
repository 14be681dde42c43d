"""Larger pictures: painted anew, tile by tile, or by a trained model; and who makes which."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.errors import GenerationError, WeightsError
from collection.generate.painter.generator import Painter
from collection.generate.pictures import LentPictures, fitted
from collection.generate.upscale.tiles import Tiles, joined, windows
from collection.plan.from_images import larger, model_larger
from collection.values import Pixels, Recipe, Rendering, sha256_hex

SMALL = np.random.default_rng(1).integers(0, 256, (48, 80, 3), dtype=np.uint8)


class Copyist:
    """Paints nothing but its init_image, shifted in brightness by the seed."""

    batch_size = 2
    identity: Mapping[str, Any] = {"who": "copyist"}

    def __init__(self, pictures: Callable[[str], Pixels], by_seed: bool = False) -> None:
        self._pictures = pictures
        self._by_seed = by_seed
        self.asked: list[Recipe] = []

    def generate(self, recipes: Sequence[Recipe]) -> list[Rendering]:
        assert len(recipes) <= self.batch_size
        self.asked += recipes
        return [
            Rendering(
                np.full_like(self._pictures(item.init_image), item.seed)
                if self._by_seed
                else self._pictures(item.init_image)
            )
            for item in recipes
        ]


def diffused(**changed: Any) -> Recipe:
    recipe = Recipe("diffusion", "m", 7, 80, 48, prompt="a cat", options={"steps": 2})
    return larger(replace(recipe, **changed), "small", 4, strength=0.3, tile=128)


@settings(max_examples=60, deadline=None)
@given(st.integers(64, 300), st.integers(64, 300), st.sampled_from([64, 96, 128]))
def test_tiles_cover_every_pixel_and_share_their_borders(width: int, height: int, side: int) -> None:
    side, overlap = min(side, width, height), min(side, width, height) // 4
    places = windows(width, height, side, overlap)
    picture = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    assert all(x + side <= width and y + side <= height for x, y in places)
    tiles = [((x, y), picture[y : y + side, x : x + side]) for x, y in places]
    assert np.array_equal(joined(tiles, width, height, overlap), picture)
    for line in ({x for x, _ in places}, {y for _, y in places}):
        starts = sorted(line)
        assert all(after - before <= side - overlap for before, after in pairwise(starts))


def test_a_faithful_painter_gives_the_enlarged_picture_back() -> None:
    pictures = LentPictures({"small": SMALL}.__getitem__)
    copyist = Copyist(pictures)
    recipe = diffused()
    (made,) = Tiles(copyist.generate, pictures).generate([recipe])
    assert np.array_equal(made.pixels, fitted(SMALL, 320, 192))
    first = copyist.asked[0]
    assert (first.generator, first.width, first.height) == ("diffusion", 128, 128)
    assert first.options == {"steps": 2, "strength": 0.3}, "the tile's recipe is one that the painter knows"
    assert len({item.seed for item in copyist.asked}) == len(copyist.asked) == 6
    with pytest.raises(KeyError):
        pictures(first.init_image)


def test_borders_of_tiles_are_no_edges() -> None:
    """Tiles of different brightness fade into each other: no step between neighbours is as large as theirs."""
    pictures = LentPictures({"small": SMALL}.__getitem__)
    (made,) = Tiles(Copyist(pictures, by_seed=True).generate, pictures).generate([diffused(seed=100)])
    assert np.abs(np.diff(made.pixels[0, :, 0].astype(int))).max() <= 1


def test_a_recipe_without_a_picture_is_refused() -> None:
    pictures = LentPictures({"small": SMALL}.__getitem__)
    tiles = Tiles(Copyist(pictures).generate, pictures)
    for wrong in (replace(diffused(), init_image=""), replace(diffused(), options={})):
        with pytest.raises(GenerationError, match="seed 7"):
            tiles.generate([wrong])


def test_a_painted_picture_is_the_same_drawing_at_any_size() -> None:
    small = Recipe("painter", "painter/1", 11, 64, 64, prompt="a harbour at noon")
    one, two = Painter().generate([small, larger(small, "", 4, strength=0.3, tile=64)])
    assert one.features == two.features
    assert two.pixels.shape == (256, 256, 3)
    reduced = fitted(two.pixels, 64, 64).astype(float)
    other = Painter().generate([replace(small, seed=12)])[0].pixels.astype(float)
    difference = np.abs(reduced - one.pixels).mean()
    assert difference < 10
    assert difference * 3 < np.abs(other - one.pixels).mean(), "far nearer than another picture of the same words"


@pytest.fixture(scope="module")
def upscaling_model(tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str], NoReturn]) -> Path:
    """A tiny model with random weights that enlarges twice, in a file as people share them."""
    from collection.models.environment import prepare_torchvision

    prepare_torchvision()
    try:
        from spandrel.architectures.Compact import Compact
    except ImportError as error:
        missing(f"spandrel: {error}")
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(0)
    model = Compact(num_in_ch=3, num_out_ch=3, num_feat=4, num_conv=1, upscale=2)
    path = tmp_path_factory.mktemp("upscaler") / "tiny-x2.safetensors"
    save_file(model.state_dict(), path)
    return path


@pytest.fixture
def upscaler(upscaling_model: Path) -> Any:
    from collection.generate.upscale.models import Upscaler

    return Upscaler({"small": SMALL}.__getitem__, lambda sha256, suffix: upscaling_model, "cpu")


def enlarged_by(model: Path, scale: int, **changed: Any) -> Recipe:
    recipe = Recipe("painter", "painter/1", 1, SMALL.shape[1], SMALL.shape[0])
    weights = changed.pop("weights", sha256_hex(model.read_bytes()))
    return replace(model_larger(recipe, "small", scale, model=model.name, weights=weights), **changed)


def test_a_trained_model_enlarges_by_its_own_factor(upscaler: Any, upscaling_model: Path) -> None:
    recipe = enlarged_by(upscaling_model, 2)
    first, again = upscaler.generate([recipe, recipe])
    assert first.pixels.shape == (96, 160, 3)
    assert np.array_equal(first.pixels, again.pixels)
    reduced = fitted(first.pixels, 80, 48).astype(float)
    assert np.corrcoef(reduced.ravel(), SMALL.ravel())[0, 1] > 0.5, "it adds to the enlarged picture, so that shows"
    assert upscaler.identity["versions"]["spandrel"]


def test_a_picture_that_passes_in_tiles_is_what_one_pass_makes(
    upscaler: Any, upscaling_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Away from the seams, where a tile lacks what lies beyond."""
    recipe = enlarged_by(upscaling_model, 2)
    (whole,) = upscaler.generate([recipe])
    monkeypatch.setattr("collection.generate.upscale.models.SIDE", 32)
    (tiled,) = upscaler.generate([recipe])
    assert (whole.pixels == tiled.pixels).mean() > 0.8
    assert np.abs(whole.pixels.astype(int) - tiled.pixels).mean() < 1


def test_what_a_model_cannot_do_is_said(upscaler: Any, upscaling_model: Path, tmp_path: Path) -> None:
    from collection.generate.upscale.models import Upscaler

    with pytest.raises(GenerationError, match="enlarges 2 times"):
        upscaler.generate([enlarged_by(upscaling_model, 4)])
    with pytest.raises(WeightsError, match=r"tiny-x2\.safetensors, is gone or changed"):
        upscaler.generate([enlarged_by(upscaling_model, 2, weights="0" * 64)])
    junk = tmp_path / "junk.safetensors"
    junk.write_bytes(b"junk")
    with pytest.raises(WeightsError, match=r"junk\.safetensors"):
        Upscaler({"small": SMALL}.__getitem__, lambda sha256, suffix: junk).generate([enlarged_by(junk, 2)])
