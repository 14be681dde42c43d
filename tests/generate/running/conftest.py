"""A generator that can be told to fail, and projects small enough to be carried to their end in seconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collection.errors import GenerationError, OutOfMemoryError
from collection.generate.run import GenerateReport, generate
from collection.generate.running.batch_result import Observer, RenderContext
from collection.generate.running.executor import work
from collection.project import Project
from collection.stages.runners import runner_of
from collection.store.files import Files
from collection.store.library import ImageLibrary
from collection.store.store import Store
from collection.store.thumbnails import Thumbnails
from collection.values import Recipe, Rendering

SIDE = 24


class Canvas:
    """Makes noise of each seed. `trouble` is called with the recipes of every call and may raise."""

    def __init__(self, trouble: Callable[[Sequence[Recipe]], None] = lambda recipes: None, **identity: Any) -> None:
        self.trouble = trouble
        self.identity: Mapping[str, Any] = {"canvas": 1, **identity}
        self.batch_size = 2
        self.calls: list[list[int]] = []

    def generate(self, recipes: Sequence[Recipe]) -> list[Rendering]:
        self.calls.append([recipe.seed for recipe in recipes])
        self.trouble(recipes)
        return [self.rendering(recipe) for recipe in recipes]

    def rendering(self, recipe: Recipe) -> Rendering:
        shape = (recipe.height, recipe.width, 3)
        pixels = np.random.default_rng(recipe.seed).integers(0, 256, shape, dtype=np.uint8)
        warnings = ("the prompt was cut",) if recipe.prompt == "too long" else ()
        return Rendering(pixels, {"Seed": str(recipe.seed)}, warnings)


@pytest.fixture
def canvas() -> type[Canvas]:
    return Canvas


@pytest.fixture
def guilty() -> Callable[[int], Callable[[Sequence[Recipe]], None]]:
    """Trouble that a generator has with one seed, whatever its company."""

    def of(seed: int) -> Callable[[Sequence[Recipe]], None]:
        def trouble(recipes: Sequence[Recipe]) -> None:
            if any(recipe.seed == seed for recipe in recipes):
                raise GenerationError(f"the picture of seed {seed} is black all over")

        return trouble

    return of


@pytest.fixture
def memory() -> Callable[[int], Callable[[Sequence[Recipe]], None]]:
    """The trouble of a device that holds so many images together; a batch is filled up to its recipes' shape."""

    def of(capacity: int) -> Callable[[Sequence[Recipe]], None]:
        def trouble(recipes: Sequence[Recipe]) -> None:
            shape = recipes[0].options["batch_size"]
            if shape > capacity:
                raise OutOfMemoryError(f"no memory for {shape} images", "lower batch", shape)

        return trouble

    return of


@pytest.fixture
def recipes() -> Callable[..., list[Recipe]]:
    """So many recipes; keywords are options."""

    def write(count: int, prompt: str = "", **options: Any) -> list[Recipe]:
        return [Recipe("canvas", "canvas/1", seed, SIDE, SIDE, prompt=prompt, options=options) for seed in range(count)]

    return write


@pytest.fixture
def library(tmp_path: Path) -> ImageLibrary:
    return ImageLibrary(Store(tmp_path / "collection.db"), Files(tmp_path / "files"), Thumbnails(tmp_path / "thumbs"))


@pytest.fixture
def make(library: ImageLibrary) -> Callable[..., GenerateReport]:
    """Runs the stage in this process."""

    def run(generator: Canvas, observe: Observer | None = None, **keywords: Any) -> GenerateReport:
        context = RenderContext(generator, observe)
        return generate(
            library.store,
            library.files,
            lambda done: work(library, context, on_batch_done=done),
            batch_size=generator.batch_size,
            **keywords,
        )

    return run


@pytest.fixture
def hashes() -> Callable[[Store], dict[int, str]]:
    """The file of every image, by number."""
    return lambda store: {asset.id: asset.file_sha256 for asset in store.assets()}


@pytest.fixture
def planned_project(tmp_path: Path) -> Callable[..., Project]:
    """A project of so many painted pictures, planned; further lines of collection.toml may follow."""
    from collection.project import open_project

    def open_planned(name: str, count: int, more: str = "", side: int = 64) -> Project:
        folder = tmp_path / name
        folder.mkdir()
        text = f'title = "Tiny"\nsupply = 1\ncandidates = {count}\nseed = 7\n{more}\n[image]\nsize = {side}\n'
        (folder / "collection.toml").write_text(text)
        project = open_project(folder)
        project.store.replace_plan(project.plan.recipes)
        return project

    return open_planned


@pytest.fixture
def carried() -> Callable[..., GenerateReport]:
    """Runs the stage of a project, carried as the keywords say."""

    def run(project: Project, **how: Any) -> GenerateReport:
        runner = runner_of(project, **{"judged": False, **how})
        return generate(project.store, project.files, runner, batch_size=project.generator.batch_size)

    return run
