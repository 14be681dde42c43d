"""From pixels in memory to what is kept of them: file, hashes, thumbnails, first judgements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from collection.errors import CollectionError, GenerationError, OutOfMemoryError
from collection.pictures.files import encode_png, pixel_sha256, thumbnail
from collection.store.files import Files
from collection.store.records import Asset, Batch, Judgements, PlannedRecipe
from collection.store.store import Store
from collection.store.thumbnails import SIDES, Thumbnails
from collection.values import Failure, ImageGenerator, Pixels, Rendering, sha256_hex

Observer = Callable[[Sequence[Asset], Sequence[Pixels]], Judgements]
"""Finds out about pictures while they are in memory. Raises CollectionError."""


@dataclass(frozen=True, slots=True)
class Archive:
    """Where a project keeps its pictures, and what it knows of them."""

    store: Store
    files: Files
    thumbnails: Thumbnails


@dataclass(frozen=True, slots=True)
class Workbench:
    """What makes pictures, and what looks at them before they leave memory, if anything does."""

    generator: ImageGenerator
    observe: Observer | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A batch as it left the generator."""

    made: tuple[tuple[PlannedRecipe, Rendering], ...]
    failed: tuple[Failure, ...]
    identity: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture, ready to be kept."""

    asset: Asset
    png: bytes
    thumbnails: Mapping[int, bytes]


@dataclass(frozen=True, slots=True)
class Parcel:
    """All that is kept of a batch. It can be sent to another process."""

    pictures: tuple[Picture, ...]
    failed: tuple[Failure, ...] = ()
    judgements: Judgements = field(default_factory=Judgements)
    unjudged: tuple[Failure, ...] = ()


def render(generator: ImageGenerator, planned: Sequence[PlannedRecipe]) -> Rendered:
    """Render a batch. Where it fails, each recipe is tried alone, so that only those that cannot be made are named.

    Raises OutOfMemoryError for a batch that the device cannot hold, and what else the generator raises but
    GenerationError.
    """
    try:
        renderings = generator.generate([item.recipe for item in planned])
    except OutOfMemoryError:
        raise
    except GenerationError as error:
        if len(planned) == 1:
            return Rendered((), (Failure(f"{planned[0].id:04d}", error.message),), {})
        alone = [render(generator, [item]) for item in planned]
        made = tuple(pair for each in alone for pair in each.made)
        return Rendered(made, tuple(failure for each in alone for failure in each.failed), generator.identity)
    return Rendered(tuple(zip(planned, renderings, strict=True)), (), generator.identity)


def pack(rendered: Rendered, observe: Observer | None, pool: ThreadPoolExecutor) -> Parcel:
    """Encode, hash and look at a rendered batch, in the threads of `pool`."""
    pictures = tuple(pool.map(lambda pair: _picture(pair[0], pair[1], rendered.identity), rendered.made))
    if observe is None or not pictures:
        return Parcel(pictures, rendered.failed)
    assets = [picture.asset for picture in pictures]
    try:
        judgements = observe(assets, [rendering.pixels for _, rendering in rendered.made])
    except CollectionError as error:
        unjudged = tuple(Failure(asset.label, error.message) for asset in assets)
        return Parcel(pictures, rendered.failed, unjudged=unjudged)
    return Parcel(pictures, rendered.failed, judgements)


def keep(archive: Archive, batch: Batch, parcel: Parcel) -> None:
    """Put a batch away for good and end it. Files come first, so that a row never names one that is not there."""
    for picture in parcel.pictures:
        archive.files.add(picture.png)
        archive.thumbnails.add(picture.asset.file_sha256, picture.thumbnails)
    assets = [picture.asset for picture in parcel.pictures]
    failed = [*parcel.failed, *_changed(archive.store, assets)]
    archive.store.keep_batch(batch, assets, failed, parcel.judgements)
    if parcel.unjudged:
        archive.store.record_failures("score", parcel.unjudged)


def make_asset(planned: PlannedRecipe, rendering: Rendering, identity: Mapping[str, Any]) -> tuple[Asset, bytes]:
    """The asset of a rendering, and its PNG file."""
    png = encode_png(rendering.pixels, planned.recipe)
    height, width = rendering.pixels.shape[:2]
    said = {"warnings": list(rendering.warnings)} if rendering.warnings else {}
    asset = Asset(
        id=planned.id,
        recipe=planned.recipe,
        file_sha256=sha256_hex(png),
        pixel_sha256=pixel_sha256(rendering.pixels),
        width=width,
        height=height,
        size=len(png),
        generator={**identity, **rendering.identity, **said},
        features=rendering.features,
    )
    return asset, png


def _picture(planned: PlannedRecipe, rendering: Rendering, identity: Mapping[str, Any]) -> Picture:
    asset, png = make_asset(planned, rendering, identity)
    return Picture(asset, png, {side: thumbnail(rendering.pixels, side) for side in SIDES})


def _changed(store: Store, assets: Sequence[Asset]) -> list[Failure]:
    """An image whose file was lost must have come out as the same file."""
    files = {asset.id: asset.file_sha256 for asset in assets}
    return [
        Failure(kept.label, f"made again, but it is another file than the lost one, which {dict(kept.generator)} made")
        for kept in store.assets_of(list(files))
        if kept.file_sha256 != files[kept.id]
    ]
