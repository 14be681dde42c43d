"""The sample `latent`: its network is what its card says, and its configuration fits it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from collection.config import load_config
from collection.generate.latent.model import open_model
from collection.generate.registry import build_generator, portable
from collection.models.weights import file_sha256
from collection.plan.plan import Plan
from collection.store.files import Files


def test_the_card_names_the_weights_and_they_are_small(repository: Path) -> None:
    sample = repository / "samples" / "latent"
    weights = sample / "soft-signs.safetensors"
    assert weights.stat().st_size < 2e6
    assert file_sha256(weights) in (sample / "README.md").read_text()
    model = open_model(sample / "soft-signs.json")
    assert (model.classes, model.license) == (("animals", "food", "smileys"), "Apache-2.0 AND MIT")


def test_its_plan_is_drawn(repository: Path, tmp_path: Path) -> None:
    folder = tmp_path / "studio"
    shutil.copytree(repository / "samples" / "latent", folder)
    config = load_config(folder / "collection.toml")
    router = build_generator(config, Files(folder / "files"))
    recipes = Plan(config, {}, portable(config, router._context.names)).recipes
    assert len(recipes) == config.images
    assert {recipe.options["weights"] for recipe in recipes} == {file_sha256(folder / "soft-signs.safetensors")}
    assert router.check(recipes) == []
    by_series = {recipe.series: recipe for recipe in recipes}
    made = router.generate(list(by_series.values()))
    assert all(rendering.pixels.shape == (256, 256, 3) for rendering in made)
    assert len({rendering.pixels.tobytes() for rendering in made}) == 5
    chosen = {name: rendering.features for name, rendering in zip(by_series, made, strict=True)}
    assert chosen["Any"]["Class"] in ("animals", "food", "smileys")
    assert not any(features for name, features in chosen.items() if name != "Any")
    assert all(np.mean(rendering.pixels[:8, :8]) > 200 for rendering in made), "on white"
