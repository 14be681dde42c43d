"""The layout of what is published, below one root: images/1.png ..., metadata/1.json ..., proof, collection.json.

Where there are animations, animations/1.gif ... beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from collection.publish.proof import proof_directory
from collection.store.files import Files
from collection.store.records import Asset, Freeze, Token
from collection.unixfs import Entry

Tree = Mapping[str, Entry]
"""A directory: names, and the file, its bytes, or the directory that each stands for."""


def images_directory(files: Files, images: Iterable[tuple[int, str]]) -> dict[str, Path]:
    """The directory of (token id, sha256 of the image)."""
    return {f"{token_id}.png": files.path(sha256) for token_id, sha256 in images}


def metadata_directory(files: Files, metadata: Iterable[tuple[int, str]]) -> dict[str, Path]:
    """The directory of (token id, sha256 of the metadata)."""
    return {f"{token_id}.json": files.path(sha256, ".json") for token_id, sha256 in metadata}


def animations_directory(files: Files, assets: Iterable[tuple[int, Asset]]) -> dict[str, Path]:
    """The directory of the animations among (token id, image), each as its own file."""
    animated = [(token_id, asset.animation) for token_id, asset in assets if asset.animation]
    return {animation_name(token_id, suffix): files.path(sha256, suffix) for token_id, (sha256, suffix) in animated}


def animation_name(token_id: int, suffix: str) -> str:
    """The name of the animation of a token."""
    return f"{token_id}{suffix}"


def root_directory(
    files: Files,
    images: Entry,
    metadata: Entry,
    contract_metadata_sha256: str,
    animations: Mapping[str, Path],
    proof_sha256: str | None,
) -> Tree:
    """The directory of the whole; `images` and `metadata` are directories, or links to them.

    Without animations there is no directory of them, and a set that was frozen before there were proofs has no `proof`.
    """
    contract = files.path(contract_metadata_sha256, ".json")
    more: dict[str, Entry] = {"animations": animations} if animations else {}
    if proof_sha256:
        more["proof"] = proof_directory(files, proof_sha256)
    return {"images": images, "metadata": metadata, "collection.json": contract, **more}


def published_tree(files: Files, frozen: Freeze, tokens: Iterable[Token]) -> Tree:
    """The whole of a frozen set, as the project's own files."""
    tokens = list(tokens)
    images = images_directory(files, [(token.token_id, token.image_sha256) for token in tokens])
    metadata = metadata_directory(files, [(token.token_id, token.metadata_sha256) for token in tokens])
    animations = animations_directory(files, [(token.token_id, token.asset) for token in tokens])
    return root_directory(files, images, metadata, frozen.contract_metadata_sha256, animations, frozen.proof_sha256)
