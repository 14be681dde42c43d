"""Generate: every planned image that does not exist yet is made, kept, and recorded batch by batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from collection.errors import GenerationError
from collection.images import encode_png, pixel_sha256
from collection.store.files import Files
from collection.store.records import Asset, PlannedRecipe
from collection.store.store import Store
from collection.values import Failure, ImageGenerator, Progress, Rendering, silent


@dataclass(frozen=True, slots=True)
class GenerateReport:
    """How many images were made, and which could not be."""

    made: int
    failed: tuple[Failure, ...]


def pending(store: Store, files: Files) -> list[PlannedRecipe]:
    """Planned recipes without an image, and those whose image file is gone."""
    lost = [
        PlannedRecipe(asset.id, asset.recipe)
        for asset in store.assets()
        if asset.recipe and not files.path(asset.file_sha256).exists()
    ]
    return [*store.unmade(), *lost]


def generate(
    store: Store, files: Files, generator: ImageGenerator, *, limit: int | None = None, progress: Progress = silent
) -> GenerateReport:
    """Make what is pending (at most `limit`), a batch at a time; a batch that fails is named and the rest goes on."""
    todo = pending(store, files)[:limit]
    done, made, failed = 0, 0, []  # type: int, int, list[Failure]
    queue = iter(todo)
    progress(0, len(todo))
    while batch := list(islice(queue, generator.batch_size)):
        assets, failures = _make(files, generator, batch)
        changed = _keep(store, assets)
        store.record_failures("generate", [*failures, *changed], mended=[asset.label for asset in assets])
        made, done = made + len(assets) - len(changed), done + len(batch)
        failed += [*failures, *changed]
        progress(done, len(todo))
    return GenerateReport(made, tuple(failed))


def _make(files: Files, generator: ImageGenerator, batch: Sequence[PlannedRecipe]) -> tuple[list[Asset], list[Failure]]:
    try:
        renderings = generator.generate([planned.recipe for planned in batch])
    except GenerationError as error:
        return [], [Failure(f"{planned.id:04d}", error.message) for planned in batch]
    identity = dict(generator.identity)
    return [
        _asset(files, planned, rendering, identity) for planned, rendering in zip(batch, renderings, strict=True)
    ], []


def _asset(files: Files, planned: PlannedRecipe, rendering: Rendering, identity: dict[str, object]) -> Asset:
    data = encode_png(rendering.pixels)
    height, width = rendering.pixels.shape[:2]
    return Asset(
        id=planned.id,
        recipe=planned.recipe,
        file_sha256=files.add(data),
        pixel_sha256=pixel_sha256(rendering.pixels),
        width=width,
        height=height,
        size=len(data),
        generator=identity,
        features=rendering.features,
    )


def _keep(store: Store, assets: Sequence[Asset]) -> list[Failure]:
    """Record a batch; an image whose file was lost must have come out as the same file."""
    store.add_assets(assets)
    known = {asset.id: store.asset(asset.id) or asset for asset in assets}
    return [
        Failure(
            asset.label, f"made again, but it is another file than the lost one, which {known[asset.id].generator} made"
        )
        for asset in assets
        if known[asset.id].file_sha256 != asset.file_sha256
    ]
