"""A batch from the generator to the disk: rendered, encoded, persisted."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from collection.errors import CollectionError, GenerationError, OutOfMemoryError
from collection.pictures.files import encode_png, pixel_sha256, thumbnail
from collection.store.judging_records import ScoredBatch
from collection.store.library import ImageLibrary
from collection.store.records import ANIMATED, NOT_REPRODUCIBLE, Asset, Batch, PlannedRecipe
from collection.store.store import Store
from collection.store.thumbnails import SIDES
from collection.values import Failure, ImageGenerator, Rendering, label, sha256_hex

Observer = Callable[[Sequence[Asset], Sequence[Rendering]], ScoredBatch]
"""Measures pictures while they are in memory. Raises CollectionError."""


@dataclass(frozen=True, slots=True)
class RenderContext:
    """What makes pictures, and what measures them before they leave memory, if anything does."""

    generator: ImageGenerator
    observe: Observer | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A batch as it left the generator."""

    made: tuple[tuple[PlannedRecipe, Rendering], ...]
    failed: tuple[Failure, ...]
    identity: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EncodedImage:
    """One image, ready to be written."""

    asset: Asset
    png: bytes
    thumbnails: Mapping[int, bytes]
    animation: tuple[bytes, str] | None = None
    """The file of the animation that the picture is a frame of, and its suffix."""


@dataclass(frozen=True, slots=True)
class BatchResult:
    """All that is kept of a batch. It can be sent to another process."""

    images: tuple[EncodedImage, ...]
    failed: tuple[Failure, ...] = ()
    judgements: ScoredBatch = field(default_factory=ScoredBatch)
    unjudged: tuple[Failure, ...] = ()


def render(generator: ImageGenerator, planned: Sequence[PlannedRecipe]) -> Rendered:
    """Render a batch. Where it fails, each recipe is tried alone, so that only those that cannot be made are named.

    A failure is whatever the generator raises, but for what no other batch could escape: OutOfMemoryError of a batch
    that the device cannot hold, and every CollectionError that is no GenerationError (missing weights).
    """
    try:
        renderings = tuple(zip(planned, generator.generate([item.recipe for item in planned]), strict=True))
    except OutOfMemoryError:
        raise
    except Exception as error:
        if isinstance(error, CollectionError) and not isinstance(error, GenerationError):
            raise
        if len(planned) == 1:
            return Rendered((), (Failure(label(planned[0].id), described(error)),), {})
        alone = [render(generator, [item]) for item in planned]
        made = tuple(pair for each in alone for pair in each.made)
        return Rendered(made, tuple(failure for each in alone for failure in each.failed), generator.identity)
    return Rendered(renderings, (), generator.identity)


def encode(rendered: Rendered, observe: Observer | None, pool: ThreadPoolExecutor) -> BatchResult:
    """Encode, hash and measure a rendered batch, in the threads of `pool`."""
    images = tuple(pool.map(lambda pair: _encoded(pair[0], pair[1], rendered.identity), rendered.made))
    if observe is None or not images:
        return BatchResult(images, rendered.failed)
    assets = [image.asset for image in images]
    try:
        judgements = observe(assets, [rendering for _, rendering in rendered.made])
    except Exception as error:  # an image is not lost because it could not be measured
        unjudged = tuple(Failure(asset.label, described(error)) for asset in assets)
        return BatchResult(images, rendered.failed, unjudged=unjudged)
    return BatchResult(images, rendered.failed, judgements)


def persist(library: ImageLibrary, batch: Batch, result: BatchResult) -> None:
    """Write a batch to the disk and end it. Files come first, so that a row never names one that is not there.

    An image whose file was lost must have come out as the same file. Of one that has not, nothing is written: the
    difference is told as a failure.
    """
    changed = _changed(library.store, [image.asset for image in result.images])
    images = [image for image in result.images if image.asset.id not in changed]
    for image in images:
        if image.animation:
            library.files.add(*image.animation)
        library.files.add(image.png)
        library.thumbnails.add(image.asset.file_sha256, image.thumbnails)
    assets = [image.asset for image in images]
    judgements = _judgements_of({asset.file_sha256 for asset in assets}, result.judgements)
    library.store.keep_batch(batch, assets, [*result.failed, *changed.values()], judgements)
    if result.unjudged:
        library.store.record_failures("score", result.unjudged)


def make_asset(planned: PlannedRecipe, rendering: Rendering, identity: Mapping[str, Any]) -> tuple[Asset, bytes]:
    """The asset of a rendering, and its PNG file."""
    record = {**identity, **rendering.identity}
    png = encode_png(rendering.channels, planned.recipe, record, drawn=rendering.drawn)
    height, width = rendering.pixels.shape[:2]
    said: dict[str, Any] = {"warnings": list(rendering.warnings)} if rendering.warnings else {}
    if rendering.animation:
        data, suffix = rendering.animation
        said |= {"source_sha256": sha256_hex(data), "source_suffix": suffix, ANIMATED: True}
    asset = Asset(
        id=planned.id,
        recipe=planned.recipe,
        file_sha256=sha256_hex(png),
        pixel_sha256=pixel_sha256(rendering.channels),
        width=width,
        height=height,
        size=len(png),
        generator={**record, **said},
        features=rendering.features,
    )
    return asset, png


def identity_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What of a generator is no longer as it was, in words and in brackets; empty if all is."""
    old, new = dict(_leaves(before)), dict(_leaves(now))
    names = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    changes = [f"{name} was {old.get(name, 'absent')}, is {new.get(name, 'absent')}" for name in names]
    return f" ({'; '.join(changes)})" if changes else ""


def described(error: Exception) -> str:
    """An error in one line: its own words, or, of one that nobody foresaw, its type, its words and where it arose."""
    if isinstance(error, CollectionError):
        return error.message
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{where}"


def _encoded(planned: PlannedRecipe, rendering: Rendering, identity: Mapping[str, Any]) -> EncodedImage:
    asset, png = make_asset(planned, rendering, identity)
    small = {side: thumbnail(rendering.pixels, side) for side in SIDES}
    return EncodedImage(asset, png, small, rendering.animation)


def _changed(store: Store, assets: Sequence[Asset]) -> dict[int, Failure]:
    """By number, the images of which another file is known than the one that was made now."""
    again = {asset.id: asset for asset in assets}
    known = [kept for kept in store.assets_of(list(again)) if kept.file_sha256 != again[kept.id].file_sha256]
    return {
        kept.id: Failure(
            kept.label,
            "made again, but it is another file than the lost one"
            + identity_changes(kept.generator, again[kept.id].generator)
            + ("" if kept.reproducible else f"; {NOT_REPRODUCIBLE}: put the lost file back"),
        )
        for kept in known
    }


def _judgements_of(files: set[str], found: ScoredBatch) -> ScoredBatch:
    """Of judgements those of these files."""
    return replace(
        found,
        scores=[score for score in found.scores if score.file_sha256 in files],
        embeddings=[item for item in found.embeddings if item.file_sha256 in files],
        fingerprints={sha256: item for sha256, item in found.fingerprints.items() if sha256 in files},
    )


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The single values inside nested JSON, each by the way to it: adapters.ink.safetensors."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple):
        yield name, ", ".join(map(str, value)) or "nothing"
    else:
        yield name, str(value)
