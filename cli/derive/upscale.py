"""collection upscale"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collection.errors import UsageError
from collection.values import Recipe

from ..session import DryRun, Json, Session, working
from .adding import add, asset_of

if TYPE_CHECKING:
    from collection.store.records import Asset

SUFFIXES = (".safetensors", ".pth")


def command(
    context: typer.Context,
    images: Annotated[list[int] | None, typer.Argument(metavar="[IMAGE]...", help="Numbers.")] = None,
    selected: Annotated[bool, typer.Option("--selected", help="All chosen images that are not enlarged yet.")] = False,
    scale: Annotated[int, typer.Option(min=2, max=8, help="So many times the width and the height.")] = 2,
    model: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="An upscaling model's file, read by spandrel.")
    ] = None,
    strength: Annotated[
        float, typer.Option(min=0.05, max=1, help="Diffusion: how far a tile may leave the picture.")
    ] = 0.3,
    tile: Annotated[int, typer.Option(min=64, max=2048, help="Diffusion: pixels of a tile's side.")] = 512,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Plan larger versions, which take the place of the images: painted anew, or tile by tile, or by a model."""
    with working(context, as_json, dry_run) as session:
        chosen = _chosen(session, images or [], selected)
        if not chosen:
            return session.pending("upscale", 0, "")
        weights = _keep_model(session, model, dry_run) if model else ""
        recipes = [
            _larger(asset, recipe, scale, model=model, weights=weights, strength=strength, tile=tile)
            for asset, recipe in chosen
        ]
        return add(session, "upscale", recipes, dry_run=dry_run, instead_of=[asset.id for asset, _ in chosen])


def _chosen(session: Session, images: list[int], selected: bool) -> list[tuple[Asset, Recipe]]:
    """The images named, or the selected ones that no `upscale` made."""
    if bool(images) == selected:
        raise UsageError("upscale wants the numbers of images, or --selected", "collection upscale 3 17")
    if selected:
        store = session.project.store
        done = {item.id for item in store.recipes() if item.origin == "upscale" or not item.planned}
        images = [item.asset_id for item in store.selection() if item.asset_id not in done]
        if not images and not store.selection():
            raise UsageError("nothing is selected yet", "`collection select` chooses; or name images by number")
    return [asset_of(session, number) for number in dict.fromkeys(images)]


def _larger(
    asset: Asset, recipe: Recipe, scale: int, *, model: Path | None, weights: str, strength: float, tile: int
) -> Recipe:
    from collection.plan.variants import model_larger, painted_larger, tiled_larger

    if model:
        return model_larger(recipe, asset.file_sha256, scale, model=model.name, weights=weights)
    if recipe.generator == "painter":
        return painted_larger(recipe, scale)
    if recipe.generator == "upscaler":
        raise UsageError(f"image {asset.id} was enlarged by {recipe.model}", "name a model's file: --model FILE")
    return tiled_larger(recipe, asset.file_sha256, scale, strength=strength, tile=tile)


def _keep_model(session: Session, model: Path, dry_run: bool) -> str:
    """The SHA-256 of the model's file, which is kept among the project's files: its recipes stay renderable."""
    from collection.values import sha256_hex

    suffix = model.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(f"{model} is no {' or '.join(SUFFIXES)} file", "convert the model to safetensors")
    data = model.read_bytes()
    return sha256_hex(data) if dry_run else session.project.files.add(data, suffix)
