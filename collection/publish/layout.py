"""The layout of what is published, below one root: images/1.png ..., metadata/1.json ..., collection.json."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from collection.store.files import Files
from collection.store.records import Freeze, Token

Tree = Mapping[str, Mapping[str, Path] | Path]
"""A directory: names, and the file or directory that each stands for."""


def images_directory(files: Files, images: Iterable[tuple[int, str]]) -> dict[str, Path]:
    """The directory of (token id, sha256 of the image)."""
    return {f"{token_id}.png": files.path(sha256) for token_id, sha256 in images}


def metadata_directory(files: Files, metadata: Iterable[tuple[int, str]]) -> dict[str, Path]:
    """The directory of (token id, sha256 of the metadata)."""
    return {f"{token_id}.json": files.path(sha256, ".json") for token_id, sha256 in metadata}


def root_directory(
    files: Files, images: Mapping[str, Path], metadata: Mapping[str, Path], contract_metadata_sha256: str
) -> Tree:
    """The directory of the whole."""
    contract = files.path(contract_metadata_sha256, ".json")
    return {"images": images, "metadata": metadata, "collection.json": contract}


def published_tree(files: Files, frozen: Freeze, tokens: Iterable[Token]) -> Tree:
    """The whole of a frozen set, as the project's own files."""
    tokens = list(tokens)
    images = images_directory(files, [(token.token_id, token.image_sha256) for token in tokens])
    metadata = metadata_directory(files, [(token.token_id, token.metadata_sha256) for token in tokens])
    return root_directory(files, images, metadata, frozen.contract_metadata_sha256)
