"""The layout of what is published, below one root: images/1.png ..., metadata/1.json ..., proof, collection.json."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from collection.publish.proof import proof_directory
from collection.store.files import Files
from collection.store.records import Freeze, Token
from collection.unixfs import Entry

Tree = Mapping[str, Entry]
"""A directory: names, and the file, its bytes, or the directory that each stands for."""


def images_directory(files: Files, images: Iterable[tuple[int, str]]) -> dict[str, Path]:
    """The directory of (token id, sha256 of the image)."""
    return {f"{token_id}.png": files.path(sha256) for token_id, sha256 in images}


def metadata_directory(files: Files, metadata: Iterable[tuple[int, str]]) -> dict[str, Path]:
    """The directory of (token id, sha256 of the metadata)."""
    return {f"{token_id}.json": files.path(sha256, ".json") for token_id, sha256 in metadata}


def root_directory(
    files: Files,
    images: Entry,
    metadata: Entry,
    contract_metadata_sha256: str,
    proof_sha256: str | None,
) -> Tree:
    """The directory of the whole; `images` and `metadata` are directories, or links to them.

    A set that was frozen before there were proofs has no `proof`.
    """
    contract = files.path(contract_metadata_sha256, ".json")
    proof = {"proof": proof_directory(files, proof_sha256)} if proof_sha256 else {}
    return {"images": images, "metadata": metadata, "collection.json": contract, **proof}


def published_tree(files: Files, frozen: Freeze, tokens: Iterable[Token]) -> Tree:
    """The whole of a frozen set, as the project's own files."""
    tokens = list(tokens)
    images = images_directory(files, [(token.token_id, token.image_sha256) for token in tokens])
    metadata = metadata_directory(files, [(token.token_id, token.metadata_sha256) for token in tokens])
    return root_directory(files, images, metadata, frozen.contract_metadata_sha256, frozen.proof_sha256)
