"""Restore: one whole picture is planned of several damaged copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from collection.errors import UsageError
from collection.project import Project
from collection.stages.derive import Derived, DeriveStage, templates_of
from collection.stages.kept_files import kept_picture
from collection.stages.report import Report
from collection.values import Progress, Recipe, StyleBlend, silent

if TYPE_CHECKING:
    from collection.generate.restore.damage import Comparison
    from collection.values import Pixels

GENERATOR, ENGINE = "restore", "restore/2"


@dataclass(frozen=True, slots=True)
class _Copy:
    """A copy: its PNG or whatever file it is, what it is called, and the recipe of an image of the project."""

    data: bytes
    path: Path
    recipe: Recipe | None = None


@dataclass(frozen=True, slots=True)
class RestoreStage(DeriveStage):
    """Plans a picture that is mended from its copies; the first one is what the others are laid on."""

    copies: Sequence[str]
    """Picture files, or numbers of images."""
    mask: Path | None = None
    """A picture of the first copy's size, white where that is damaged; None: what comparing finds."""
    inpaint: bool = False
    """Whether the project's generator paints what no copy shows; else a smooth surface fills it."""
    masks: Path | None = None
    """A folder for the damage that was found: one mask for each copy."""
    series: str | None = None
    """The series that a picture of files belongs to; None: the first."""
    name: ClassVar[str] = "restore"

    def __post_init__(self) -> None:
        if len(self.copies) < 2 and self.mask is None:
            raise UsageError(
                "restore wants two or more copies of one picture, or a --mask",
                "collection restore scan1.png scan2.png scan3.png",
            )

    def recipes(self, project: Project, *, keep: bool) -> Derived:
        """One; copies that do not belong together are refused before any is kept."""
        found = [_copy(project, word) for word in self.copies]
        pixels = _decoded(found)
        if not keep:  # it is asked so first, and whatever is wrong is said before anything is kept
            self._examined(pixels)
        first, *others = [kept_picture(project, copy.data, copy.path, keep) for copy in found]
        if twice := [copy.path for copy, name in zip(found[1:], others, strict=True) if name == first]:
            raise UsageError(f"{twice[0]} is the first copy again", "name each copy once")
        mask = kept_picture(project, self.mask.read_bytes(), self.mask, keep) if self.mask else ""
        height, width = pixels[0].shape[:2]
        recipe = self._template(project, found)
        model, options = self._painter(project) if self.inpaint else (ENGINE, {})
        made = replace(
            recipe, generator=GENERATOR, model=model, width=width, height=height, init_image=first, mask_image=mask,
            options={**options, "copies": others}, interpolation_target=None, switch_to=StyleBlend(),
            parents=tuple(dict.fromkeys(copy.recipe.sha256 for copy in found if copy.recipe)),
        )  # fmt: skip
        return Derived([made])

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Plan it, and say how much of each copy is damaged."""
        report = super(RestoreStage, self).run(project, progress=progress)
        found = self._examined(_decoded([_copy(project, word) for word in self.copies]))
        shares = [float(share) for share in found.damage.mean(axis=(1, 2))]
        notes = [
            f"{word}: {share:.1%} damaged, moved by up to {moved:.1f} pixels"
            for word, share, moved in zip(self.copies, shares, found.moved, strict=True)
        ]
        holes = float(found.holes.mean())
        notes.append(f"{holes:.1%} of the picture is whole in no copy")
        if self.masks:
            notes += _write_masks(self.masks, self.copies, found)
        details = {**report.details, "damaged": shares, "holes": holes}
        return replace(report, notes=[*report.notes, *notes], details=details)

    def _examined(self, pixels: Sequence[Pixels]) -> Comparison:
        from collection.generate.restore.generator import examined, white
        from collection.pictures.files import check_mask, decode_image

        if self.mask is None:
            return examined(pixels, None)
        data = self.mask.read_bytes()
        check_mask(data, self.mask, (pixels[0].shape[1], pixels[0].shape[0]))
        return examined(pixels, white(decode_image(data, self.mask)))

    def _template(self, project: Project, copies: Sequence[_Copy]) -> Recipe:
        """The recipe of the first copy that has one; of files alone, what a series says of its images' place."""
        for copy in copies:
            if copy.recipe:
                return copy.recipe
        template = templates_of(project, self.series)[0]
        return replace(template, seed=0, prompt="", negative_prompt="", blend=StyleBlend(), traits={})

    def _painter(self, project: Project) -> tuple[str, dict[str, Any]]:
        table = project.config.generator
        if not table.capabilities.mask:
            raise UsageError(f"{table.use} cannot inpaint", "leave out --inpaint: smooth surfaces fill what is lost")
        model, options = table.settings()
        return model, {**options, "painter": table.use}


def _copy(project: Project, word: str) -> _Copy:
    """The copy that a word names: the number of an image, or a file."""
    if not word.isdecimal():
        path = Path(word)
        if not path.is_file():
            raise UsageError(f"there is no file {path}", "name picture files, or images by number")
        return _Copy(path.read_bytes(), path)
    asset = project.store.asset(int(word))
    if asset is None:
        raise UsageError(f"there is no image {word}", "`collection sheet --all` shows every image with its number")
    return _Copy(project.files.read(asset.file_sha256), project.files.path(asset.file_sha256), asset.recipe)


def _decoded(copies: Sequence[_Copy]) -> list[Pixels]:
    from collection.pictures.files import decode_image

    return [decode_image(copy.data, copy.path) for copy in copies]


def _write_masks(folder: Path, copies: Sequence[str], found: Comparison) -> list[str]:
    """Write the damage of each copy, white on black; returns what was written, in words."""
    import numpy as np

    from collection.atomic_file import write_durably
    from collection.pictures.files import encode_png

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number, (word, damage) in enumerate(zip(copies, found.damage, strict=True), 1):
        path = folder / f"{number}-{Path(word).stem}.png"
        write_durably(path, encode_png(np.repeat((damage * 255).astype(np.uint8)[..., None], 3, axis=-1)))
        written.append(f"the damage of {word} is white in {path}")
    return written
