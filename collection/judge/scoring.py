"""What all scorers share: the protocols of those that look at pixels and of those that come after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from collection.store.files import Files
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import Failure, Pixels, Progress, Transparent


class PixelScorer(Protocol):
    """Gives numbers to one picture at a time from its pixels; several threads may ask at once."""

    @property
    def models(self) -> Mapping[str, str]:
        """The metrics that it gives, and the identity of what gives each."""
        ...

    def measure(self, pixels: Pixels, transparent: Transparent | None = None) -> Mapping[str, float]:
        """Each metric of one RGB picture (h, w, 3) uint8, without those that failed.

        `transparent` (h, w, 4) is the same with its alpha; None: all of it is opaque.
        """
        ...

    def take_notes(self) -> tuple[str, ...]:
        """What failed since this was last asked."""
        ...


@dataclass(frozen=True, slots=True)
class Pending:
    """What a scorer still has to do."""

    assets: Sequence[Asset] = ()
    """The images that lack its numbers, one a file, by number."""


@dataclass(frozen=True, slots=True)
class ScoringResult:
    """What happened: images that failed, by label, and what people should know of the numbers."""

    failed: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()


class MetricScorer(Protocol):
    """Gives more numbers to images that have their vectors. It keeps what is finished, and goes on from there."""

    @property
    def models(self) -> Mapping[str, str]:
        """The identity of what gives each of its numbers."""
        ...

    def pending(self, store: Store) -> Any:
        """What is still to be done: a `Pending`, which `score` takes."""
        ...

    def score(self, store: Store, files: Files, pending: Any, *, batch_size: int, progress: Progress) -> ScoringResult:
        """Give the numbers that are lacking."""
        ...


def one_a_file(assets: Sequence[Asset]) -> list[Asset]:
    """The first, by number, of the images of each file."""
    first: dict[str, Asset] = {}
    for asset in sorted(assets, key=lambda asset: asset.id):
        first.setdefault(asset.file_sha256, asset)
    return list(first.values())


def pixel_models(scorers: Sequence[PixelScorer]) -> dict[str, str]:
    """The metrics that these give, and the identity of what gives each."""
    return {metric: model for scorer in scorers for metric, model in scorer.models.items()}
