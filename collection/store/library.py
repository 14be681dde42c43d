"""A project's images: the files, the small copies, and the database that knows of them."""

from __future__ import annotations

from dataclasses import dataclass

from collection.store.files import Files
from collection.store.store import Store
from collection.store.thumbnails import Thumbnails


@dataclass(frozen=True, slots=True)
class ImageLibrary:
    """Where a project keeps its images, and what it knows of them."""

    store: Store
    files: Files
    thumbnails: Thumbnails
