"""Derive: recipes made from images that exist are added to the plan; `generate` makes them like all others.

Each stage says which recipes by `recipes`; adding them, and putting them in the place of others, is the same for all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from collection.errors import UsageError
from collection.plan.ranges import seeds_of, strengths_of
from collection.project import Project
from collection.stages.judges import judges_of
from collection.stages.kept_files import kept_picture, notes_on_imported
from collection.stages.report import Report, spans
from collection.stages.shortage import shortage, way_out
from collection.values import Progress, Recipe, amount, sha256_hex, silent

__all__ = ["seeds_of", "strengths_of"]  # the options of VariationsStage, as people type them


@dataclass(frozen=True, slots=True)
class Derived:
    """Recipes to add, and the numbers of those whose place they take."""

    recipes: Sequence[Recipe]
    instead_of: Sequence[int] = ()
    """One number for each recipe, or none at all."""
    notes: Sequence[str] = ()
    """What is said of them."""


class DeriveStage(ABC):
    """Plans recipes that people ask for."""

    name: ClassVar[str]
    unit: ClassVar[str] = "new recipe"
    nothing: ClassVar[str] = "nothing to do: all of them are planned"
    """The line where nothing is new."""

    @abstractmethod
    def recipes(self, project: Project, *, keep: bool) -> Derived:
        """The recipes asked for; `keep`: the files that they begin from are put among the project's files.

        Raises UsageError for what cannot be made, with nothing kept.
        """

    def pending(self, project: Project) -> int:
        """Recipes that are not planned yet."""
        found = self.recipes(project, keep=False).recipes
        return len({recipe.sha256 for recipe in found} - project.store.planned_sha256s())

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Plan them. An image whose place one takes stays in the plan until that one is made."""
        first = self.recipes(project, keep=False)
        asked = first.recipes
        if any(recipe.generator == project.config.generator.use for recipe in asked):
            from collection.generate.registry import check_generator

            check_generator(project.config)
        notes = [*project.generator.check(asked), *first.notes]
        found = self.recipes(project, keep=True)
        new = project.store.add_recipes(found.recipes, self.name, instead_of=found.instead_of)
        numbers = [planned.id for planned in new]
        line = f"{amount(len(new), 'new recipe')}: {spans(numbers)}" if new else self.nothing
        instead = sorted(found.instead_of)
        line += f", to replace {spans(instead)} when made" if new and instead else ""
        details = {"added": numbers, "replaces": instead, "asked": len(found.recipes), "pending": 0}
        return Report(self.name, line, details, hint="`collection generate` makes them" if new else None, notes=notes)


@dataclass(frozen=True, slots=True)
class TopUpStage(DeriveStage):
    """Plans what is missing of the supply after duplicates were set aside and images rejected, kind by kind."""

    name: ClassVar[str] = "top-up"
    nothing: ClassVar[str] = "nothing to do: every series can fill its share of the supply"

    def recipes(self, project: Project, *, keep: bool) -> Derived:
        """New recipes for the kinds of token that lack candidates."""
        from collection.plan.derived_recipes import topped_up

        return Derived(topped_up(project.store, project.plan, judges_of(project).criteria().rejected))

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Plan them; where the plan has no recipe to go by, as in a set that was imported, say what else helps."""
        report = super(TopUpStage, self).run(project, progress=progress)
        if report.details["added"] or not (short := shortage(project)):
            return report
        line = f"nothing to plan, though {amount(short, 'token')} can have no image"
        return replace(report, line=line, hint=way_out(project))


@dataclass(frozen=True, slots=True)
class RerollStage(DeriveStage):
    """Replaces images: each gives way to a new recipe of its series and traits, with another seed."""

    images: Sequence[int]
    name: ClassVar[str] = "reroll"

    def recipes(self, project: Project, *, keep: bool) -> Derived:
        """One new recipe for each image."""
        from collection.plan.derived_recipes import rerolled

        numbers = list(dict.fromkeys(self.images))
        return Derived(rerolled(project.store, project.config, numbers), numbers)


@dataclass(frozen=True, slots=True)
class BreedStage(DeriveStage):
    """Plans children of two images: their recipes crossed (seed, prompt, traits, style weights, options)."""

    first: int
    second: int
    children: int = 4
    mutation: float = 0.1
    """The chance of each gene to change."""
    immigration: float = 0.2
    """The chance of a child to have a stranger for the second parent."""
    name: ClassVar[str] = "breed"

    def recipes(self, project: Project, *, keep: bool) -> Derived:
        """The children's."""
        from collection.plan.derived_recipes import bred

        parents, chances = (self.first, self.second), {"mutation": self.mutation, "immigration": self.immigration}
        return Derived(bred(project.store, project.config, parents, self.children, **chances))


@dataclass(frozen=True, slots=True)
class VariationsStage(DeriveStage):
    """Plans variations of a picture by image-to-image, over strengths and seeds."""

    picture: Path | int
    """A picture file, or the number of an image, which gives its own recipe too; the file of an image is that image."""
    strengths: Sequence[float] = (0.3, 0.6)
    """How far to leave it: 0 not at all, 1 wholly."""
    seeds: Sequence[int] = (0, 1, 2, 3)
    series: str | None = None
    """The series whose prompts and styles a file's variations take; None: the first."""
    name: ClassVar[str] = "variations"

    def recipes(self, project: Project, *, keep: bool) -> Derived:
        """Each seed with each strength."""
        from collection.plan.derived_recipes import shown, varied
        from collection.plan.from_images import variations

        number = self.picture if isinstance(self.picture, int) else _image_of(project, self.picture)
        if number is not None:
            asset = shown(project.store, number)[0]
            if asset.recipe is not None:
                return Derived(varied(project.store, number, self.strengths, self.seeds))
            recipes = variations(templates_of(project, self.series), asset.file_sha256, self.strengths, self.seeds)
            return Derived(recipes, notes=notes_on_imported([asset]))
        assert isinstance(self.picture, Path)
        templates = templates_of(project, self.series)
        variations(templates, "", self.strengths, self.seeds)  # refuses before a file is kept
        sha256 = kept_picture(project, self.picture.read_bytes(), self.picture, keep)
        return Derived(variations(templates, sha256, self.strengths, self.seeds))


def _image_of(project: Project, picture: Path) -> int | None:
    """The number of the image whose file this is, byte for byte."""
    sha256 = sha256_hex(picture.read_bytes())
    return next((asset.id for asset in project.store.assets() if asset.file_sha256 == sha256), None)


def templates_of(project: Project, series: str | None) -> list[Recipe]:
    """The recipes of a series that the configuration planned."""
    names = [item.name for item in project.config.series]
    if series is not None and series not in names:
        raise UsageError(f'there is no series "{series}"', f"the series are: {', '.join(names)}")
    name = names[0] if series is None else series
    known = project.store.recipes()
    found = [item.recipe for item in known if item.planned and item.origin == "config" and item.recipe.series == name]
    if not found:
        raise UsageError(f'nothing is planned for the series "{name}"', "`collection plan` comes first")
    return found


@dataclass(frozen=True, slots=True)
class InpaintStage(DeriveStage):
    """Plans to inpaint a part of an image; the pixels outside the mask do not change."""

    image: int
    mask: Path
    """A picture of the image's size, white where the image changes."""
    prompt: str | None = None
    """What is to appear there; None: what the image's recipe says."""
    strength: float = 1.0
    """How far to leave what is there: 0 not at all, 1 wholly."""
    attempts: int = 1
    """Images, each by a seed of its own."""
    name: ClassVar[str] = "inpaint"

    def recipes(self, project: Project, *, keep: bool) -> Derived:
        """One for each attempt."""
        from collection.pictures.files import check_mask
        from collection.plan.derived_recipes import generated
        from collection.plan.from_images import inpaint, inpaint_seeds, refuse_unable

        asset, recipe = generated(project.store, self.image)
        refuse_unable([recipe], "mask", "inpaint")
        data = self.mask.read_bytes()
        check_mask(data, self.mask, (asset.width, asset.height))
        sha256 = kept_picture(project, data, self.mask, keep)
        seeds = inpaint_seeds(project.config.seed, recipe, sha256, self.attempts)
        return Derived(inpaint(recipe, asset.file_sha256, sha256, seeds, strength=self.strength, prompt=self.prompt))


@dataclass(frozen=True, slots=True)
class InterpolateStage(DeriveStage):
    """Plans the pictures between two images: noise and words moved from one to the other in even steps."""

    first: int
    second: int
    images: int = 3
    name: ClassVar[str] = "interpolate"

    def recipes(self, project: Project, *, keep: bool) -> Derived:
        """So many, evenly spread, without the two themselves."""
        from collection.plan.derived_recipes import generated
        from collection.plan.from_images import interpolate

        start, end = (generated(project.store, number)[1] for number in (self.first, self.second))
        return Derived(interpolate(start, end, self.images))


@dataclass(frozen=True, slots=True)
class FinishStage(DeriveStage):
    """Plans the chosen drafts again with the model's full decoder; they take the drafts' places."""

    name: ClassVar[str] = "finish"
    nothing: ClassVar[str] = "nothing to do: no draft is chosen"

    def recipes(self, project: Project, *, keep: bool) -> Derived:
        """One for each draft that is chosen."""
        from collection.plan.from_images import finished

        chosen = {item.asset_id for item in project.store.selection()}
        drafts = [item for item in project.store.recipes() if item.planned and item.id in chosen]
        found = [(item.id, recipe) for item in drafts if (recipe := finished(item.recipe))]
        return Derived([recipe for _, recipe in found], [number for number, _ in found])
