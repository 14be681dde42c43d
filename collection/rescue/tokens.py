"""One token: its metadata and its media are fetched, and it is told what each hangs by and what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from collection.errors import ImageError
from collection.importers.traits import read_json
from collection.rescue.sources import Fetched, GoneError, Sources
from collection.rescue.uris import Hold, Place, place_of
from collection.values import sha256_hex

MOST_METADATA = 1 << 24
MOST_MEDIA = 1 << 29
_LONGEST_URI = 300
SET = "set"
"""The folder of what is imported: metadata and images."""
_MEDIA = {
    "image": (f"{SET}/images", ("image", "image_url", "image_data")), "animation": ("animations", ("animation_url",)),
}  # fmt: skip
"""Parts of a token, their folders, and the keys of metadata that hold their URIs."""
_SUFFIXES = (
    (b"\x89PNG", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"GIF8", ".gif"), (b"<svg", ".svg"), (b"<?xml", ".svg"),
    (b"<html", ".html"), (b"<!DOCTYPE html", ".html"), (b"\x1aE\xdf\xa3", ".webm"), (b"glTF", ".glb"), (b"ID3", ".mp3"),
    (b"OggS", ".ogg"),
)  # fmt: skip
_STATED = re.compile(r"(image|animation)?_?(sha-?256|hash)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PartRecord:
    """What became of one part of a token: its metadata, image or animation."""

    uri: str
    """As the contract or the metadata says it; of a data: URI the beginning."""
    hold: str
    """What it hangs by: one of Hold."""
    file: str = ""
    """Where it lies in the folder; empty if it is missing."""
    sha256: str = ""
    size: int = 0
    cid: str = ""
    why: str = ""
    """Why it is missing."""


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """What became of one token."""

    token_id: int
    parts: Mapping[str, PartRecord] = field(default_factory=dict)
    """By part: metadata, image, animation."""
    mismatches: tuple[str, ...] = ()
    """What does not agree with what is said of it."""

    @property
    def missing(self) -> dict[str, str]:
        """The parts that could not be had, and why."""
        return {name: part.why for name, part in self.parts.items() if part.why}

    @property
    def hold(self) -> str:
        """The loosest of what its parts hang by: the whole token hangs by that."""
        order = list(Hold)
        return max((Hold(part.hold) for part in self.parts.values()), key=order.index, default=Hold.NOTHING)

    def as_json(self) -> dict[str, Any]:
        """The object of the report."""
        parts = {
            name: {key: getattr(part, key) for key in part.__slots__ if getattr(part, key)}
            for name, part in self.parts.items()
        }
        return {"token_id": self.token_id, "hold": self.hold, "parts": parts, "mismatches": list(self.mismatches)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TokenRecord:
        """Read it back."""
        parts = {name: PartRecord(**part) for name, part in value["parts"].items()}
        return cls(value["token_id"], parts, tuple(value["mismatches"]))


def rescue_token(token_id: int, uri: str | None, sources: Sources, folder: Path) -> TokenRecord:
    """Fetch the parts of a token into `folder`: set/metadata/rescued-ID.json, set/images and animations.

    The names are such as no metadata has for its image, so that each picture is told of by its own token alone.
    """
    if uri is None:
        gone = PartRecord("", Hold.NOTHING, why="the contract tells no URI of it: it may be burned")
        return TokenRecord(token_id, {"metadata": gone})
    metadata = _fetched(uri, place_of(uri), sources, folder, f"{SET}/metadata/rescued-{token_id}.json", MOST_METADATA)
    if metadata.why:
        return TokenRecord(token_id, {"metadata": metadata})
    parts = {"metadata": metadata}
    try:
        value = read_json((folder / metadata.file).read_bytes())
        if not isinstance(value, dict):
            raise ImageError("it holds no JSON object")
    except ImageError as error:
        return TokenRecord(token_id, parts, (f"metadata: {error.message}",))
    for part, (below, keys) in _MEDIA.items():
        told = next((value[key] for key in keys if isinstance(value.get(key), str) and value[key].strip()), None)
        if told is None:
            if part == "image":
                parts[part] = PartRecord("", Hold.NOTHING, why="its metadata names no image")
            continue
        stem = f"{below}/rescued-{token_id}"
        found = _fetched(told, _media_place(told, uri), sources, folder, stem, MOST_MEDIA)
        parts[part] = found if found.why else _with_suffix(found, folder)
    return TokenRecord(token_id, parts, tuple(_mismatches(value, parts)))


def _media_place(told: str, metadata_uri: str) -> Place:
    """Where media is; an address without a scheme is below the metadata's, and SVG may stand there as text."""
    text = told.strip()
    if text.startswith("<svg"):
        return Place(Hold.CHAIN, data=text.encode())
    place = place_of(text)
    if (
        place.hold is Hold.NOTHING
        and re.match(r"^https?:", metadata_uri)
        and not re.match(r"^[a-z][a-z0-9+.-]*:", text)
    ):
        return place_of(urljoin(metadata_uri, text))
    return place


def _fetched(uri: str, place: Place, sources: Sources, folder: Path, name: str, most: int) -> PartRecord:
    shown = shown_uri(uri)
    try:
        found: Fetched = sources.fetch(place, folder / name, most)
    except GoneError as error:
        return PartRecord(shown, place.hold, why=error.message)
    return PartRecord(shown, place.hold, name, found.sha256, found.size, found.cid)


def shown_uri(uri: str) -> str:
    """A URI as records hold it: of a long one, which is a data: URI, the beginning and its hash."""
    return uri if len(uri) <= _LONGEST_URI else f"{uri[:80]}... (SHA-256 {sha256_hex(uri.encode())})"


def _with_suffix(part: PartRecord, folder: Path) -> PartRecord:
    """The same with its file named by its content: what a URI says of it may be anything."""
    path = folder / part.file
    with path.open("rb") as file:
        head = file.read(64)
    begin = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    suffix = next((suffix for magic, suffix in _SUFFIXES if begin.startswith(magic)), "")
    if not suffix:
        suffix = ".webp" if head[8:12] == b"WEBP" else ".mp4" if head[4:8] == b"ftyp" else ".bin"
    path.replace(path.with_name(path.name + suffix))
    return PartRecord(part.uri, part.hold, part.file + suffix, part.sha256, part.size, part.cid)


def _mismatches(value: Mapping[str, Any], parts: Mapping[str, PartRecord]) -> list[str]:
    """Hashes of media that the metadata states and that are not those of the content."""
    found = []
    places = [("", value), *((key, value[key]) for key in ("properties", "image_details") if key in value)]
    for where, told in places:
        for key, stated in told.items() if isinstance(told, Mapping) else ():
            match = _STATED.fullmatch(str(key))
            if not match or not isinstance(stated, str) or not re.fullmatch(r"(0x)?[0-9a-fA-F]{64}", stated):
                continue
            part = parts.get((match[1] or "image").lower())
            if part and part.sha256 and part.sha256 != stated.lower().removeprefix("0x"):
                name = f"{where}.{key}" if where else key
                found.append(f"{name} in the metadata is {stated[:12]}..., the file has {part.sha256[:12]}...")
    return found


def read_records(path: Path) -> dict[int, TokenRecord]:
    """The records that earlier runs wrote, the newest of each token; a line that was cut off is left out."""
    found: dict[int, TokenRecord] = {}
    if path.exists():
        for line in path.read_text().splitlines():
            try:
                record = TokenRecord.from_json(json.loads(line))
            except (ValueError, KeyError, TypeError):
                continue
            found[record.token_id] = record
    return found
