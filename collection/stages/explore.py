"""Explore: what a generator makes of many seeds, as a contact sheet to choose from. Nothing is planned or kept."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from collection.errors import CollectionError, UnavailableError, UsageError
from collection.project import Project
from collection.spelling import nearest
from collection.stages.plan import keep_pictures, keep_scripts
from collection.stages.report import Report
from collection.values import Failure, Progress, Recipe, Rendering, amount, silent

if TYPE_CHECKING:
    from collection.curate.sheet import Cell
    from collection.store.files import Files

SIDE = 320
"""Pixels of the longer side on the sheet."""


@dataclass(frozen=True, slots=True)
class ExploreStage:
    """Draws one picture for each seed."""

    seeds: str = "0-59"
    """Which seeds: "0-99,200"."""
    series: str | None = None
    """The series whose prompt, blend and settings are used; None: the first."""
    output: Path | None = None
    """The PNG file; None: explore.png in the project. Further pages lie beside it."""
    _numbers: list[int] = field(init=False, default_factory=list)
    name: ClassVar[str] = "explore"
    unit: ClassVar[str] = "image"

    def __post_init__(self) -> None:
        from collection.config.planning import parse_seeds

        try:
            object.__setattr__(self, "_numbers", parse_seeds(self.seeds))
        except ValueError as error:
            raise UsageError(f"--seeds: {error}", "collection explore --seeds 0-99,200") from error

    def pending(self, project: Project) -> int:
        """As many pictures as seeds: all are drawn each time."""
        return len(self._numbers)

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Draw them; a seed that cannot be drawn is a failure, and the rest goes on."""
        from collection.curate.sheet import ContactSheet, page_paths, write_sheet
        from collection.generate.registry import check_generator
        from collection.pictures.files import decode_image
        from collection.store.files import Files

        check_generator(project.config)
        recipes = self._recipes(project)
        keep_scripts(project)
        keep_pictures(project)
        path, failed = self.output or project.folder / "explore.png", list[Failure]()
        with tempfile.TemporaryDirectory(prefix="collection-explore-") as folder:
            files, cells = Files(Path(folder)), list["Cell"]()
            for done, recipe in enumerate(recipes, 1):
                try:
                    rendering = project.generator.generate([recipe])[0]
                except CollectionError as error:
                    failed.append(Failure(f"seed {recipe.seed}", error.message))
                else:
                    cells.append(_cell(recipe, rendering, files))
                progress(done, len(recipes))
            sheet = ContactSheet(project.config.title, f"seeds of {recipes[0].series}", cells)
            try:
                pages = [str(page) for page in page_paths(path, sheet)] if cells else []
                if cells:
                    write_sheet(path, sheet, files, decode=decode_image)
            except OSError as error:
                hint = "collection explore --output FILE draws it elsewhere"
                raise UnavailableError(f"cannot write {path}: {error.strerror}", hint) from error
        line = f"{amount(len(cells), 'seed')} on {', '.join(pages)}" if cells else "no picture could be drawn"
        details = {"pages": pages, "seeds": [recipe.seed for recipe in recipes], "drawn": len(cells)}
        notes = ['seeds are chosen by `axes.cross.seed = "0-99,200"` under [[series]]'] if cells else []
        return Report("explore", line, details, failed, complete=not failed, notes=notes)

    def _recipes(self, project: Project) -> list[Recipe]:
        """The first recipe of the series under each seed, with no trait planned: the generator decides them all."""
        recipes = project.plan.recipes
        names = [series.name for series in project.config.series]
        if self.series is not None and self.series not in names:
            raise UsageError(f'there is no series "{self.series}"{nearest(self.series, names)}', f"series: {names}")
        found = next((each for each in recipes if self.series in (None, each.series)), None)
        if found is None:
            raise UsageError("no image is planned, so there is nothing to explore", "raise candidates above 0")
        return [replace(found, seed=seed, traits={}) for seed in self._numbers]


def _cell(recipe: Recipe, rendering: Rendering, files: Files) -> Cell:
    """A small copy of a picture, with its seed and what the generator decided."""
    from collection.curate.sheet import Cell
    from collection.pictures.files import thumbnail

    said = "  ".join(rendering.features.values())
    kept = files.add(thumbnail(rendering.pixels, SIDE), ".png")
    return Cell(f"{recipe.seed}  {said}"[:44], kept)
