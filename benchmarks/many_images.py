"""A project of any number of cheap pictures: `python benchmarks/many_images.py FOLDER [COUNT]`.

Landscapes of a few colours, with recipes, scores, vectors and near-duplicates as a real project has them. At most
DRAWN different pictures are drawn; the files of further images are links to those of the first ones.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from collection.pictures.files import encode_png, thumbnail
from collection.project import Project, open_project
from collection.stages.judges import judges_of
from collection.store.judging_records import Duplicate, Embedding, Score
from collection.store.records import Asset
from collection.store.thumbnails import SIDES
from collection.values import Recipe, Style, StyleBlend, sha256_hex

DRAWN, SIDE, TOGETHER = 400, 256, 5000
CONFIG = """\
title = "Many Images"
supply = {supply}
seed = "many images"

[image]
size = 256

[select]
by = ["quality"]

[styles.oil]
[styles.ink]
"""
SERIES = ("Shores", "Ridges", "Plains")
SKIES = ("clear", "torn", "violet")


def make(folder: Path, count: int) -> Project:
    """Fill an empty folder with a project of `count` images, and open it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "collection.toml").write_text(CONFIG.format(supply=max(24, count // 10)))
    project = open_project(folder)
    rng = np.random.default_rng(count)
    for first in range(0, count, TOGETHER):
        planned = project.store.add_recipes(
            [_recipe(number, rng) for number in range(first, min(count, first + TOGETHER))], "benchmark"
        )
        assets = [_asset(item.id, item.recipe) for item in planned]
        _keep_files(project, assets)
        project.store.add_assets(assets)
        _judge(project, assets, rng)
    twins = [Duplicate(number, number - 1, "phash", float(number % 5)) for number in range(10, count, 20)]
    project.store.replace_duplicates(twins, "benchmark", {})
    return project


def _recipe(number: int, rng: np.random.Generator) -> Recipe:
    styles = {name: Style(name) for name in ("oil", "ink")}
    oil = round(float(rng.uniform(0.05, 0.95)), 2)
    series, sky = SERIES[number % 3], SKIES[int(rng.integers(3))]
    words = "a lighthouse" if number % 7 == 0 else "hills"
    return Recipe(
        "painter", "painter/1", number, SIDE, SIDE, series=series, prompt=f"{words} under a {sky} sky",
        blend=StyleBlend.of({"oil": oil, "ink": 1 - oil}, styles), traits={"sky": sky},
    )  # fmt: skip


def _asset(number: int, recipe: Recipe) -> Asset:
    sha256 = sha256_hex(f"image {number}".encode())
    return Asset(number, recipe, sha256, sha256, SIDE, SIDE, 0)


def _keep_files(project: Project, assets: Sequence[Asset]) -> None:
    """Under the names of assets, which are no hashes here: of pictures that look alike there is one."""
    for asset in assets:
        small, large = (project.thumbnails.path(asset.file_sha256, side) for side in SIDES)
        full = project.files.path(asset.file_sha256)
        if asset.id <= DRAWN:
            for path, content in zip((full, small, large), drawn(asset.id), strict=True):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            continue
        twin = sha256_hex(f"image {asset.id % DRAWN + 1}".encode())
        paths = {small: project.thumbnails.path(twin, SIDES[0]), large: project.thumbnails.path(twin, SIDES[1])}
        for path, other in {**paths, full: project.files.path(twin)}.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            os.link(other, path)


def drawn(number: int) -> tuple[bytes, bytes, bytes]:
    """The files of a picture: whole, and its thumbnails of SIDES."""
    pixels = _pixels(number)
    return encode_png(pixels), thumbnail(pixels, SIDES[0]), thumbnail(pixels, SIDES[1])


def _pixels(number: int) -> np.ndarray:
    """A sky, a sun and two ridges, (SIDE, SIDE, 3) uint8."""
    rng = np.random.default_rng(number)
    across, down = np.meshgrid(np.linspace(0, 1, SIDE), np.linspace(0, 1, SIDE))
    top, bottom, *grounds, sun = rng.integers(40, 250, (5, 3))
    picture = top + (bottom - top) * down[..., None]
    x, y, size = rng.uniform(0.2, 0.8), rng.uniform(0.15, 0.45), rng.uniform(0.05, 0.12)
    picture[(across - x) ** 2 + (down - y) ** 2 < size**2] = sun
    for ground, height in zip(grounds, (0.55, 0.75), strict=True):
        wave = np.sin(across * rng.uniform(4, 12) + rng.uniform(0, 6)) * rng.uniform(0.03, 0.1)
        picture[down > height + wave] = ground
    return np.asarray(picture + rng.normal(0, 4, picture.shape)).clip(0, 255).astype(np.uint8)


def _judge(project: Project, assets: Sequence[Asset], rng: np.random.Generator) -> None:
    values = rng.normal((70, 5), (12, 1), (len(assets), 2))
    models = {"quality": judges_of(project).scorers.models["quality"], "aesthetic": "benchmark"}
    scores = [
        Score(asset.file_sha256, metric, model, float(value))
        for asset, row in zip(assets, values, strict=True)
        for (metric, model), value in zip(models.items(), row, strict=True)
    ]
    vectors = rng.normal(size=(len(assets), 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    model = judges_of(project).scorers.encoder.model
    embeddings = [Embedding(asset.file_sha256, model, row) for asset, row in zip(assets, vectors, strict=True)]
    project.store.add_judgements(scores, embeddings)
    project.store.keep_percentiles(models)


if __name__ == "__main__":
    made = make(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10_000)
    print(f"{len(made.store.assets()):,} images in {made.folder}")
