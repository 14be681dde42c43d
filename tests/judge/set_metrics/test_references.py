"""Pictures that ours are held against: the nearest is named, and each is encoded once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from collection.errors import ConfigError
from collection.judge.score import ScoreReport, Scorers, pending, score
from collection.judge.set_metrics.set_scorer import SetScorer
from collection.pictures.files import encode_png, pixel_sha256
from collection.store.files import Files
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import Pixels


@dataclass
class Thumbnails:
    """Unit vectors of tiny thumbnails (n, 192); counts the pictures that it was shown."""

    model: str = "thumbnail@1"
    dimensions: int = 192
    shown: int = field(default=0)
    piece: int = 1000
    """All by one thread, so that it counts well."""

    def encode(self, images: list[Pixels]) -> np.ndarray:
        self.shown += len(images)
        small = [np.asarray(Image.fromarray(image).resize((8, 8)), np.float32).ravel() - 128 for image in images]
        vectors = np.stack(small) if images else np.zeros((0, 192), np.float32)
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


class Shelf:
    """A project's store and files with imported pictures."""

    def __init__(self, folder: Path, pictures: list[Pixels]) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.store, self.files = Store(folder / "collection.db"), Files(folder / "files")
        for pixels in pictures:
            data = encode_png(pixels)
            height, width = pixels.shape[:2]
            asset = Asset(0, None, self.files.add(data), pixel_sha256(pixels), width, height, len(data))
            self.store.add_imported([asset])

    def score(self, encoder: Thumbnails, *places: Path) -> ScoreReport:
        return score(self.store, self.files, Scorers(encoder, pixels=(), whole_set=SetScorer(encoder, (), places)))

    def left(self, encoder: Thumbnails, *places: Path) -> int:
        return len(pending(self.store, Scorers(encoder, pixels=(), whole_set=SetScorer(encoder, (), places))))

    def nearest(self) -> list[str]:
        found = self.store.nearest()
        return [found[asset.file_sha256].reference for asset in self.store.assets() if asset.file_sha256 in found]


@pytest.fixture
def art(photos: dict[str, Pixels]) -> list[Pixels]:
    return [np.asarray(Image.fromarray(picture).resize((64, 64))) for picture in list(photos.values())[:6]]


@pytest.fixture
def ours(tmp_path: Path, art: list[Pixels]) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path / "ours", art[:3])
    yield shelf
    shelf.store.close()


@pytest.fixture
def works(tmp_path: Path, art: list[Pixels]) -> Path:
    """Somebody's pictures: a blurred copy of our second, and two that are unlike."""
    folder = tmp_path / "works"
    (folder / "early").mkdir(parents=True)
    Image.fromarray(art[1]).resize((48, 48)).save(folder / "early" / "copy.jpg", quality=80)
    Image.fromarray(art[4]).save(folder / "other.png")
    Image.fromarray(art[5]).save(folder / "another.png")
    (folder / "torn.png").write_bytes(b"not a picture")
    return folder


def test_the_nearest_reference_is_named_and_broken_files_too(ours: Shelf, works: Path) -> None:
    report = ours.score(Thumbnails(), works)
    assert ours.nearest()[1] == f"early/copy.jpg in {works}"
    cosines = {item.file_sha256: item.value for item in ours.store.scores() if item.metric == "reference"}
    copied = ours.store.assets()[1].file_sha256
    assert cosines[copied] == max(cosines.values()) > 0.97
    assert cosines[copied] == pytest.approx(ours.store.nearest()[copied].cosine)
    assert {item.metric for item in ours.store.scores()} >= {"reference", "reference-novelty"}
    assert any("torn.png" in note for note in report.notes)
    assert report.failed == ()


def test_references_are_encoded_once_and_read_again_when_the_folder_changes(
    ours: Shelf, works: Path, art: list[Pixels]
) -> None:
    encoder = Thumbnails()
    ours.score(encoder, works)
    assert encoder.shown == 6
    assert ours.left(encoder, works) == 0
    assert ours.score(encoder, works).scored == 0
    Image.fromarray(art[0]).save(works / "new.png")
    assert ours.left(encoder, works) == 3
    ours.score(encoder, works)
    assert encoder.shown == 6, "its pixels are ours: the same file is known"
    assert ours.nearest()[0] == f"new.png in {works}"
    stat = (works / "other.png").stat()
    os.utime(works / "other.png", ns=(stat.st_atime_ns, stat.st_mtime_ns + 10**9))
    ours.score(encoder, works)
    assert encoder.shown == 6


def test_without_references_none_are_left(ours: Shelf, works: Path) -> None:
    encoder = Thumbnails()
    ours.score(encoder, works)
    ours.score(encoder)
    assert ours.store.nearest() == {}
    assert {item.metric for item in ours.store.scores()} == {"novelty", "style-consistency"}


def test_another_project_is_a_reference(ours: Shelf, tmp_path: Path, art: list[Pixels]) -> None:
    theirs = Shelf(tmp_path / "theirs", [art[3], art[2]])
    theirs.store.close()
    ours.score(Thumbnails(), theirs.folder)
    assert ours.nearest()[2] == f"0002 in {theirs.folder}"
    assert max(item.cosine for item in ours.store.nearest().values()) == pytest.approx(1, abs=1e-3)


def test_a_folder_that_is_not_there_is_named(ours: Shelf, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no folder .*nowhere"):
        ours.score(Thumbnails(), tmp_path / "nowhere")


def test_vectors_of_another_encoder_are_never_compared(ours: Shelf, works: Path) -> None:
    """The guard against mixed models: each has its own vectors of images and references."""
    first, second = Thumbnails("thumbnail@1"), Thumbnails("thumbnail@2")
    ours.score(first, works)
    ours.score(second, works)
    assert second.shown == 6
    models = {item.model for item in ours.store.scores()}
    assert models == {"whole-set/1|thumbnail@2"}
