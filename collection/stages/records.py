"""Images as records: what is known of each, and how it shows itself in a notebook."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, overload

from collection.project import Project
from collection.stages.judges import judges_of
from collection.store.thumbnails import SIDES
from collection.values import Recipe, amount, label

if TYPE_CHECKING:
    from collection.store.records import Asset

SHOWN = 60
"""Images of a list that a notebook shows."""


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """One image of a project at the moment when it was asked for."""

    number: int
    path: Path
    """Its PNG file."""
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    recipe: Recipe | None = field(repr=False)
    """None for an imported image."""
    scores: Mapping[str, float] = field(repr=False)
    """By metric; `collection metrics` says what each means."""
    issues: Mapping[str, str]
    """What is wrong with it, and why in words."""
    selected: bool
    """Whether it is in the chosen set."""
    thumbnail: Path = field(repr=False)
    """A small WebP copy, which may be missing."""

    @property
    def label(self) -> str:
        """The number as people see it: 0031."""
        return label(self.number)

    def _repr_png_(self) -> bytes:
        """The picture, for a notebook."""
        return self.path.read_bytes()

    def _repr_html_(self) -> str:
        """A small picture with number, scores and issues, for a notebook."""
        said = [f"{name} {value:.3g}" for name, value in self.scores.items()] + list(self.issues)
        chosen = " ✓" if self.selected else ""
        return (
            f'<figure style="display:inline-block;margin:4px" title="{escape(", ".join(said))}">'
            f'<img src="{self._source()}" alt="" style="max-width:128px;max-height:128px">'
            f"<figcaption>{self.label}{chosen} {escape(' '.join(self.issues))}</figcaption></figure>"
        )

    def _source(self) -> str:
        kind, path = ("webp", self.thumbnail) if self.thumbnail.is_file() else ("png", self.path)
        return f"data:image/{kind};base64,{b64encode(path.read_bytes()).decode()}"


class ImageList(Sequence[ImageRecord]):
    """Images in an order; a notebook shows the first of them as a wall of pictures."""

    def __init__(self, images: Iterable[ImageRecord]) -> None:
        self._images = tuple(images)

    @property
    def numbers(self) -> list[int]:
        """Their numbers, in the same order."""
        return [image.number for image in self._images]

    def __len__(self) -> int:
        return len(self._images)

    def __iter__(self) -> Iterator[ImageRecord]:
        return iter(self._images)

    @overload
    def __getitem__(self, place: int) -> ImageRecord: ...

    @overload
    def __getitem__(self, place: slice) -> ImageList: ...

    def __getitem__(self, place: int | slice) -> ImageRecord | ImageList:
        return ImageList(self._images[place]) if isinstance(place, slice) else self._images[place]

    def __repr__(self) -> str:
        return f"<{amount(len(self), 'image')}: {', '.join(image.label for image in self._images[:12])}>"

    def _repr_html_(self) -> str:
        more = f"<p>and {len(self) - SHOWN:,} more</p>" if len(self) > SHOWN else ""
        return f"<div>{''.join(image._repr_html_() for image in self._images[:SHOWN])}</div>{more}"


def records_of(project: Project, numbers: Sequence[int]) -> ImageList:
    """The images of these numbers, in their order; numbers without an image are left out."""
    store, judges = project.store, judges_of(project)
    assets = {asset.id: asset for asset in store.assets_of(numbers)}
    issues, chosen = judges.issues, {item.asset_id for item in store.selection()}
    scores: dict[str, dict[str, float]] = {asset.file_sha256: {} for asset in assets.values()}
    for score in store.scores_with_percentiles(judges.scorers.models):
        if score.file_sha256 in scores:
            scores[score.file_sha256][score.metric] = score.value

    def record(asset: Asset) -> ImageRecord:
        sha256 = asset.file_sha256
        return ImageRecord(
            asset.id, project.files.path(sha256), asset.width, asset.height, asset.recipe, scores[sha256],
            issues.get(asset.id, {}), asset.id in chosen, project.thumbnails.path(sha256, SIDES[0]),
        )  # fmt: skip

    return ImageList(record(assets[number]) for number in numbers if number in assets)
