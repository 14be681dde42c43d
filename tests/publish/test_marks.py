"""Which pictures are marked when the set is frozen, and with what."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from collection.config import Config
from collection.marks import Disclosure, read_xmp
from collection.pictures.files import decode_image, encode_png, pixel_sha256
from collection.publish.freeze import freeze
from collection.publish.marks import disclosure_of
from collection.stages.inspect import inspect_picture
from collection.store.files import Files
from collection.store.records import Asset
from collection.store.review_records import Selection
from collection.store.store import Store
from collection.values import Recipe

DIFFUSION = Recipe("diffusion", "stabilityai/sd-turbo", 1, 8, 8, prompt="a fox", options={"revision": "abc"})
PAINTED = Recipe("painter", "painter/1", 1, 8, 8, prompt="a fox")
OTHER = replace(PAINTED, generator="dice")


def config(**publish: Any) -> Config:
    value = {"title": "Hats", "supply": 2, "seed": 1, "artists": [{"name": "Ada"}], "publish": publish}
    return Config.model_validate(value)


def told(recipe: Recipe | None, generator: dict[str, Any] | None = None, **publish: Any) -> Disclosure:
    asset = Asset(1, recipe, "a" * 64, "b" * 64, 8, 8, 9, generator or {})
    others = {"c" * 64: replace(asset, recipe=DIFFUSION), "e" * 64: replace(asset, recipe=PAINTED)}
    return disclosure_of(config(**publish), asset, others)


def test_pictures_of_models_are_marked_without_a_word_in_the_configuration() -> None:
    assert told(DIFFUSION) == Disclosure("trainedAlgorithmicMedia", "diffusion: stabilityai/sd-turbo", "abc")
    assert not told(DIFFUSION, disclose="none")


def test_the_prompt_is_told_only_if_the_artist_agrees() -> None:
    assert (told(DIFFUSION, disclose_prompt=True).prompt, told(DIFFUSION, disclose_prompt=True).prompt_writer) == (
        "a fox", "Ada",
    )  # fmt: skip


def test_painted_pictures_are_marked_if_all_are_to_be() -> None:
    assert not told(PAINTED)
    assert told(PAINTED, disclose="all").source_type == "algorithmicMedia"


def test_a_picture_from_another_picture_is_a_composite() -> None:
    assert told(replace(DIFFUSION, init_image="d" * 64)).source_type == "compositeWithTrainedAlgorithmicMedia"
    assert told(replace(DIFFUSION, init_image="e" * 64)).source_type == "compositeWithTrainedAlgorithmicMedia"
    assert told(replace(DIFFUSION, init_image="c" * 64)).source_type == "trainedAlgorithmicMedia"


def test_nothing_is_said_of_what_nobody_knows() -> None:
    assert not told(None, disclose="all")
    assert not told(OTHER, disclose="all")
    assert told(OTHER, {"license": "MIT"}).source_type == "trainedAlgorithmicMedia"
    assert told(OTHER, {"digital_source_type": "algorithmicMedia"}, disclose="all").source_type == "algorithmicMedia"
    assert not told(OTHER, {"digital_source_type": "nonsense"}, disclose="all")


def test_a_frozen_set_has_its_marks_in_the_published_files_alone(tmp_path: Path) -> None:
    store, files = Store(tmp_path / "collection.db"), Files(tmp_path / "files")
    pictures = [np.full((8, 8, 3), shade, np.uint8) for shade in (10, 200)]
    store.replace_plan([DIFFUSION, PAINTED])
    store.add_assets(
        [
            Asset(one.id, one.recipe, files.add(encode_png(pixels, one.recipe)), pixel_sha256(pixels), 8, 8, 9)
            for one, pixels in zip(store.planned(), pictures, strict=True)
        ]
    )
    store.replace_selection([Selection(number, number, "best") for number in (1, 2)], "x", {})
    freeze(store, files, config())
    for token in store.tokens():
        data = files.read(token.image_sha256)
        assert pixel_sha256(decode_image(data, "token")) == token.asset.pixel_sha256
        assert read_xmp(files.read(token.asset.file_sha256)) is None, "the asset's own file stays"
        told = json.loads(files.read(token.metadata_sha256, ".json"))
        assert told["properties"]["image_sha256"] == token.image_sha256
        model = token.asset.recipe is not None and token.asset.recipe.generator == "diffusion"
        assert (token.image_sha256 != token.asset.file_sha256) == model == (read_xmp(data) is not None)
        report = inspect_picture(files.path(token.image_sha256))
        assert report.details["recipe_sha256"] == (token.asset.recipe.sha256 if token.asset.recipe else None)
        assert report.line.startswith("marked as trained" if model else "no mark")
