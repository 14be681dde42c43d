"""The log of reviews as a file that can be published and checked: JSON Lines, each bound to the one before.

Every line is canonical JSON (RFC 8785) and says, as `previous`, the SHA-256 of the line before it, without its line
end (64 zeros in the first). So a later export begins with an earlier one's events, and no line can be changed, left out
or put elsewhere without breaking the chain. The last line, the seal, says how many events there are and which models
gave the scores; its own SHA-256 stands for the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collection.atomic_file import durable_file
from collection.errors import CollectionError
from collection.store.records import Asset
from collection.store.review_records import Review
from collection.store.store import Store
from collection.values import amount, canonical_json, parse_json, sha256_hex

BEGINNING = "0" * 64


@dataclass(frozen=True, slots=True)
class Audit:
    """The content of an audit file."""

    events: int
    sha256: str
    """Of the seal: stands for the whole file."""


def write_audit(path: Path, store: Store) -> Audit:
    """Write every event so far, whole or not at all."""
    events, previous = store.reviews(), BEGINNING
    seen = {number for event in events for number in (event.asset_id, event.other_id) if number is not None}
    assets = {asset.id: asset for asset in store.assets_of(sorted(seen))}
    models = sorted({score.model for score in store.scores()})
    lines = [_line(event, assets) for event in events]
    with durable_file(path) as file:
        for line in [*lines, {"seal": {"events": len(events), "models": models}}]:
            text = canonical_json({"previous": previous, **line})
            file.write(text + b"\n")
            previous = sha256_hex(text)
    return Audit(len(events), previous)


def check_audit(path: Path) -> Audit:
    """Check the chain of a file that somebody published; raises CollectionError where it is broken."""
    previous, events, sealed = BEGINNING, 0, False
    for number, text in enumerate(_lines(path), 1):
        line = _parsed(path, number, text)
        if sealed or line.get("previous") != previous:
            raise _broken(path, number, "it does not follow the line before")
        sealed = "seal" in line
        if sealed and line["seal"].get("events") != events:
            raise _broken(path, number, f"the seal is not one of {amount(events, 'event')}")
        events += not sealed
        previous = sha256_hex(text)
    if not sealed:
        raise _broken(path, events + 1, "the seal is missing")
    return Audit(events, previous)


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        for line in file:
            yield line.removesuffix(b"\n")


def _parsed(path: Path, number: int, text: bytes) -> dict[str, Any]:
    try:
        line = parse_json(text.decode())
    except ValueError:
        line = None
    if not isinstance(line, dict) or not isinstance(line.get("seal", {}), dict):
        raise _broken(path, number, "it is no event")
    return line


def _broken(path: Path, number: int, why: str) -> CollectionError:
    return CollectionError(f"{path}, line {number}: {why}", "ask whoever published it for the whole file")


def _line(event: Review, assets: dict[int, Asset]) -> dict[str, Any]:
    """An event: who, when, what, what was seen, and which pictures, by the hash of their files."""
    line: dict[str, Any] = {
        "id": event.id, "batch": event.batch, "at": event.at, "curator": event.curator, "kind": event.kind,
        "seen": dict(event.seen),
    }  # fmt: skip
    for name, number in (("image", event.asset_id), ("other", event.other_id)):
        if number is not None:
            line[name] = {"number": number, "sha256": assets[number].file_sha256}
    if event.undoes is not None:
        return {**line, "undoes": event.undoes}
    return {**line, "value": event.value}
