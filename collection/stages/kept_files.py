"""What stages that derive images have in common: the images they are asked for, and the files that recipes name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from collection.errors import UsageError
from collection.project import Project
from collection.values import Recipe, sha256_hex

if TYPE_CHECKING:
    from collection.store.records import Asset

WEIGHTS = ".safetensors"
"""The suffix under which a project keeps weights that are plain tensors."""


def kept_picture(project: Project, data: bytes, path: Path, keep: bool) -> str:
    """The SHA-256 of a picture file's PNG, which is kept among the project's files if so wanted."""
    from collection.pictures.files import as_png

    png = as_png(data, str(path))
    return project.files.add(png) if keep else sha256_hex(png)


def kept_weights(project: Project, path: Path, keep: bool) -> str:
    """The SHA-256 of a .safetensors file, which is kept among the project's files if so wanted."""
    from collection.models.weights import file_sha256

    if path.suffix.lower() != WEIGHTS:
        raise UsageError(f"{path} is no {WEIGHTS} file", "convert the weights to safetensors")
    return project.files.add_file(path, WEIGHTS) if keep else file_sha256(path)


def chosen_images(
    project: Project, numbers: Sequence[int], selected: bool, series: str | None, command: str
) -> list[tuple[Asset, Recipe]]:
    """The images that a command is asked for, by numbers, by selection or by series, each with its recipe.

    An imported image has what `imported` puts in the place of a recipe. Raises UsageError unless it is asked in exactly
    one of these ways.
    Of a series, images that `command` itself made are left out.
    """
    from collection.plan.derived_recipes import shown

    if sum((bool(numbers), selected, series is not None)) != 1:
        raise UsageError(
            f"{command} wants the numbers of images, --selected, or --series NAME", f"collection {command} 3 17"
        )
    if selected:
        numbers = [item.asset_id for item in project.store.selection()]
        if not numbers:
            raise UsageError("nothing is selected yet", "`collection select` chooses; or name images by number")
    if series is not None:
        numbers = _of_series(project, series, command)
    return [shown(project.store, number) for number in dict.fromkeys(numbers)]


def notes_on_imported(images: Iterable[Asset]) -> list[str]:
    """What nobody knows of imported images that others are made of."""
    found = [asset.label for asset in images if asset.recipe is None]
    if not found:
        return []
    these = (
        f"image {found[0]} was" if len(found) == 1 else f"images {', '.join(found[:4])}{' ...' * (len(found) > 4)} were"
    )
    return [f"{these} imported: the project knows no license of it; find it out before you publish what is made of it"]


def _of_series(project: Project, series: str, command: str) -> list[int]:
    names = [item.name for item in project.config.series]
    if series not in names:
        raise UsageError(f'there is no series "{series}"', f"the series are: {', '.join(names)}")
    of_series = {
        item.id
        for item in project.store.recipes()
        if item.planned and item.origin != command and item.recipe.series == series
    }
    found = [asset.id for asset in project.store.assets() if asset.id in of_series]
    if not found:
        raise UsageError(f'no image of the series "{series}" exists yet', "`collection generate` comes first")
    return found
