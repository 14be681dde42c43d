"""Check: images that exist are made again, and must come out as the same bytes."""

from __future__ import annotations

from dataclasses import dataclass

from collection.generate.running.batch_result import identity_changes, make_asset, render
from collection.generate.running.batches import compose
from collection.store.records import Asset, PlannedRecipe
from collection.store.store import Store
from collection.values import Failure, ImageGenerator, Progress, silent


@dataclass(frozen=True, slots=True)
class CheckReport:
    """How many images were made again, and which of them came out differently or not at all."""

    checked: int
    differing: tuple[Failure, ...]


def check(store: Store, generator: ImageGenerator, count: int, *, progress: Progress = silent) -> CheckReport:
    """Make `count` images of the plan again, evenly spread over it (all, if there are no more); nothing is written."""
    numbers = list(store.generated_files())
    count = min(count, len(numbers))
    chosen = [numbers[place * len(numbers) // count] for place in range(count)]
    assets = {asset.id: asset for asset in store.assets_of(chosen)}
    known = {number: PlannedRecipe(number, asset.recipe) for number, asset in assets.items() if asset.recipe}
    differing: list[Failure] = []
    done = 0
    progress(0, len(known))
    for batch in compose(list(known.values()), generator.batch_size):
        rendered = render(generator, [known[number] for number in batch])
        differing += rendered.failed
        for planned, rendering in rendered.made:
            again, _ = make_asset(planned, rendering, rendered.identity)
            differing += _differences(assets[planned.id], again)
        done += len(batch)
        progress(done, len(known))
    return CheckReport(len(known), tuple(sorted(differing, key=lambda failure: failure.what)))


def _differences(kept: Asset, again: Asset) -> list[Failure]:
    if kept.file_sha256 == again.file_sha256:
        return []
    what = "its pixels differ" if kept.pixel_sha256 != again.pixel_sha256 else "the pixels are alike, the file differs"
    return [Failure(kept.label, f"made again, {what}{identity_changes(kept.generator, again.generator)}")]
