"""The published files of a token, as the storages give them back, compared with the frozen hashes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from collection.errors import CollectionError
from collection.pictures.files import pixel_sha256
from collection.publish.additions import ANIMATIONS
from collection.store.publication_records import Token
from collection.values import Pixels, parse_json
from collection.verify.findings import Finding
from collection.verify.marks import MarkReader

Rerender = Callable[[Mapping[str, Any]], Pixels]
"""Makes the picture of a token's metadata anew from the recipe in it."""

_LARGEST_KEPT = 1 << 28
"""Bytes; more is not read into memory."""


@dataclass(frozen=True, slots=True)
class Source:
    """A storage that content is read from."""

    name: str
    content: Callable[[str], Iterable[bytes]]
    """The content behind an ipfs:// URI, piece by piece, every block checked against its CID; raises a
    CollectionError."""


class _BrokenError(Exception):
    """The chain of proof of a token ends here."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(what, why)
        self.what, self.why = what, why


def check_content(
    token: Token, base_uri: str, source: Source, rerender: Rerender | None, marks: MarkReader | None = None
) -> Iterator[Finding]:
    """Compare the published files of one token in one storage, and its picture rendered anew, with the frozen ones.

    `marks` reads the marks of its picture, where the metadata tells of some.
    """
    try:
        metadata = _metadata(token, base_uri, source)
        disclosure = metadata.get("properties", {}).get("disclosure") if marks else None
        image: list[bytes] | None = [] if disclosure else None
        _read("image", metadata["image"], token.image_sha256, source, image)
        for folder, (sha256, _) in token.files.items():
            _read(folder, _uri_of(folder, metadata), sha256, source)
        rendered = None if rerender is None else _check_rendering(token, metadata, rerender)
        if disclosure and marks and image is not None:
            for why in marks.check(token.token_id, disclosure, b"".join(image), rendered):
                yield Finding(token.token_id, "marks", f"{source.name}: {why}")
    except _BrokenError as wrong:
        yield Finding(token.token_id, wrong.what, wrong.why)


def _uri_of(folder: str, metadata: Mapping[str, Any]) -> str:
    """Where metadata says that a further file of its token lies."""
    if folder == ANIMATIONS:
        return str(metadata.get("animation_url"))
    listed = metadata.get("properties", {}).get("files", [])
    return next((str(item["uri"]) for item in listed if item.get("folder") == folder), f"no file in {folder}")


def _metadata(token: Token, base_uri: str, source: Source) -> Mapping[str, Any]:
    uri = f"{base_uri}{token.token_id}.json"
    kept: list[bytes] = []
    _read("metadata", uri, token.metadata_sha256, source, kept)
    try:
        metadata = parse_json(b"".join(kept).decode())
    except ValueError as error:
        raise _BrokenError("metadata", f"{uri} is no JSON: {error}") from error
    if not isinstance(metadata, dict) or not isinstance(metadata.get("image"), str):
        raise _BrokenError("metadata", f"{uri} is no ERC-721 metadata with an image")
    return metadata


def _read(what: str, uri: str, frozen: str, source: Source, kept: list[bytes] | None = None) -> None:
    """Read what a URI gives and compare its hash; the pieces are kept only where somebody asks for them."""
    digest, size = sha256(), 0
    try:
        for piece in source.content(uri):
            digest.update(piece)
            size += len(piece)
            if kept is not None and size <= _LARGEST_KEPT:
                kept.append(piece)
    except CollectionError as error:
        raise _BrokenError(what, f"{source.name}: {error.message}") from error
    if digest.hexdigest() != frozen:
        raise _BrokenError(what, f"{source.name}: {uri} has SHA-256 {digest.hexdigest()}, frozen as {frozen}")


def _check_rendering(token: Token, metadata: Mapping[str, Any], rerender: Rerender) -> Pixels:
    """The picture, made anew, if it is the one that was frozen."""
    try:
        pixels = rerender(metadata)
    except CollectionError as error:
        raise _BrokenError("rendering", error.message) from error
    if (found := pixel_sha256(pixels)) != token.asset.pixel_sha256:
        raise _BrokenError("rendering", f"made anew its pixels are {found}, frozen as {token.asset.pixel_sha256}")
    return pixels
