"""A set is not frozen before it does what the licenses of its models ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collection.config import Config
from collection.config.models import DUTIES, license_duties, licenses, model_presets
from collection.curate.reviews.log import record
from collection.errors import PublishError
from collection.pictures.files import encode_png, pixel_sha256
from collection.publish.duties import duties_of
from collection.publish.freeze import freeze
from collection.store.files import Files
from collection.store.judging_records import Score
from collection.store.records import Asset
from collection.store.review_records import Decision, Selection
from collection.store.store import Store
from collection.values import Recipe

RECIPE = Recipe("diffusion", "someone/model", 1, 8, 8)


def config(**publish: Any) -> Config:
    return Config.model_validate({"title": "T", "supply": 1, "seed": 1, "publish": publish})


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


@pytest.fixture
def store(tmp_path: Path, files: Files) -> Iterator[Store]:
    """One chosen image, of a model with every duty."""
    store = Store(tmp_path / "collection.db")
    pixels = np.full((8, 8, 3), 90, np.uint8)
    store.replace_plan([RECIPE])
    made = {"license": "L", "duties": list(DUTIES)}
    store.add_assets([Asset(1, RECIPE, files.add(encode_png(pixels)), pixel_sha256(pixels), 8, 8, 9, made)])
    store.replace_selection([Selection(1, 1, "best")], "x", {})
    yield store
    store.close()


def test_each_duty_is_named_with_the_review_that_meets_it(store: Store, files: Files) -> None:
    with pytest.raises(PublishError) as caught:
        freeze(store, files, config(disclose="none"))
    lines = caught.value.message.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("the license of someone/model asks that ") and "images 0001" in line for line in lines)
    hint = caught.value.hint or ""
    assert all(way in hint for way in ("collection review", "collection score", "disclose", "duties_met"))


def test_a_set_that_meets_them_is_frozen(store: Store, files: Files) -> None:
    record(store, "Ada", [Decision("flag", 1, "pick")])
    asset = store.assets()[0]
    store.replace_metric("nsfw", [Score(asset.file_sha256, "nsfw", "filter", 0.1)], "x", {})
    freeze(store, files, config(duties_met=["revenue"]))
    (token,) = store.tokens()
    assert b'"model_duties":["review","filter","disclosure","revenue"]' in files.read(token.metadata_sha256, ".json")


def test_a_rejected_image_was_not_reviewed_for_distribution(store: Store, files: Files) -> None:
    record(store, "Ada", [Decision("flag", 1, "reject")])
    with pytest.raises(PublishError, match="a person looks at each picture"):
        freeze(store, files, config(duties_met=["revenue"]))


def test_duties_are_those_that_were_recorded_with_the_image() -> None:
    assert model_presets()["sd-turbo"].duties == ("revenue",)
    asset = Asset(1, RECIPE, "a" * 64, "b" * 64, 8, 8, 9, {"duties": ["filter", "review", "unheard of"]})
    assert duties_of(asset) == ("review", "filter")
    assert duties_of(replace(asset, generator={"license": "L"})) == ()


@pytest.mark.parametrize("name", model_presets())
def test_the_license_of_every_listed_model_was_read(name: str) -> None:
    license = licenses()[model_presets()[name].license.lower()]
    assert license.says
    assert license.duties == model_presets()[name].duties


@pytest.mark.parametrize(
    ("name", "duties"),
    [
        ("flux-1-dev-non-commercial-license", ("filter", "revenue")),
        ("FLUX-Non-Commercial", ("filter", "disclosure", "revenue")),
        ("stabilityai-ai-community", ("revenue",)),
        ("OpenRAIL++", ()),
        ("a license that nobody knows", ()),
        (None, ()),
    ],
)
def test_a_license_brings_its_duties_by_any_of_its_names(name: str | None, duties: tuple[str, ...]) -> None:
    assert license_duties(name) == duties


def test_a_model_of_ones_own_has_the_duties_of_the_license_that_is_named() -> None:
    from collection.generate.registry import GENERATORS

    table = {"use": "diffusion", "model": "someone/flux", "license": "flux-1-dev-non-commercial-license"}
    plugin = GENERATORS.get("diffusion")
    read = {said: Config.model_validate({"title": "T", "supply": 1, "seed": 1, "generator": table | more}).generator
            for said, more in (("by license", {}), ("by its creator", {"duties": ["review"]}))}  # fmt: skip
    recipe = replace(RECIPE, model="someone/flux")
    assert plugin.duties(recipe, read["by license"]) == ("filter", "revenue")
    assert plugin.duties(recipe, read["by its creator"]) == ("review",)
    assert plugin.duties(replace(recipe, model="another/model"), read["by license"]) == ()
