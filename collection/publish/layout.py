"""The layout of what is published, below one root: images/1.png ..., metadata/1.json ..., proof, collection.json.

Where tokens have further files, they are beside them: animations/1.gif, words/1.txt, thumbnails/1.webp.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from collection.publish.proof import proof_directory
from collection.store.files import Files
from collection.store.publication_records import Extras, Freeze, Token
from collection.unixfs import Entry

Tree = Mapping[str, Entry]
"""A directory: names, and the file, its bytes, or the directory that each stands for."""
One = TypeVar("One", bound=Entry)


def images_directory(images: Iterable[tuple[int, One]]) -> dict[str, One]:
    """The directory of (token id, image)."""
    return {f"{token_id}.png": image for token_id, image in images}


def metadata_directory(metadata: Iterable[tuple[int, One]]) -> dict[str, One]:
    """The directory of (token id, metadata)."""
    return {f"{token_id}.json": one for token_id, one in metadata}


def extra_directories(files: Files, extras: Iterable[tuple[int, Extras]]) -> dict[str, dict[str, Path]]:
    """The directories of further files of (token id, files), by name: animations/1.gif, words/1.txt."""
    found: dict[str, dict[str, Path]] = {}
    for token_id, of_token in extras:
        for folder, (sha256, suffix) in of_token.items():
            found.setdefault(folder, {})[extra_name(token_id, suffix)] = files.path(sha256, suffix)
    return found


def extra_name(token_id: int, suffix: str) -> str:
    """The name of a further file of a token."""
    return f"{token_id}{suffix}"


def root_directory(
    files: Files,
    images: Entry,
    metadata: Entry,
    contract_metadata_sha256: str,
    extras: Mapping[str, Mapping[str, Path]],
    proof_sha256: str | None,
) -> Tree:
    """The directory of the whole; `images` and `metadata` are directories, or links to them.

    A set that was frozen before there were proofs has no `proof`.
    """
    contract = files.path(contract_metadata_sha256, ".json")
    more: dict[str, Entry] = dict(extras)
    if proof_sha256:
        more["proof"] = proof_directory(files, proof_sha256)
    return {"images": images, "metadata": metadata, "collection.json": contract, **more}


def published_tree(files: Files, frozen: Freeze, tokens: Iterable[Token]) -> Tree:
    """The whole of a frozen set, as the project's own files."""
    tokens = list(tokens)
    images = images_directory((token.token_id, files.path(token.image_sha256)) for token in tokens)
    metadata = metadata_directory((token.token_id, files.path(token.metadata_sha256, ".json")) for token in tokens)
    extras = extra_directories(files, [(token.token_id, token.files) for token in tokens])
    return root_directory(files, images, metadata, frozen.contract_metadata_sha256, extras, frozen.proof_sha256)
