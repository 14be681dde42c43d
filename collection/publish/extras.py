"""The further files of a token: its animation, the artist's own files, and a thumbnail if there is to be one."""

from __future__ import annotations

from collection.config import Config
from collection.pictures.files import decode_image, thumbnail
from collection.publish.additions import ANIMATIONS, THUMBNAILS, Addition
from collection.store.files import Files
from collection.store.publication_records import Extras
from collection.store.records import Asset


def extras_of(files: Files, config: Config, asset: Asset, addition: Addition | None, image_sha256: str) -> Extras:
    """All further files of an image as it is published; the artist's animation goes before an imported one.

    Raises UnavailableError for one that is gone or was changed.
    """
    found = {ANIMATIONS: asset.animation} if asset.animation else {}
    found |= dict(addition.files) if addition else {}
    for sha256, suffix in found.values():
        files.read(sha256, suffix)
    if side := config.publish.thumbnail:
        small = thumbnail(decode_image(files.read(image_sha256), f"image {asset.label}"), side)
        found[THUMBNAILS] = (files.add(small, ".webp"), ".webp")
    return found


def further_than(asset: Asset, extras: Extras) -> Extras:
    """Those that are not the asset's own animation."""
    return {folder: file for folder, file in extras.items() if file != asset.animation}
