from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from collection.curate.reviews.audit import check_audit, write_audit
from collection.curate.reviews.log import record, undo
from collection.errors import CollectionError
from collection.store.review_records import Decision
from collection.store.store import Store


@pytest.fixture
def store(gallery: Callable[[int], Store]) -> Store:
    store = gallery(3)
    record(store, "ada", [Decision("flag", 1, "pick"), Decision("note", 2, "übermalt\n?")], seen={"scores": "hidden"})
    record(store, "ben", [Decision("pair", 1, "left", 3)])
    undo(store, "ada")
    return store


def test_every_event_is_told_with_what_was_seen_and_of_which_picture(store: Store, tmp_path: Path) -> None:
    written = write_audit(tmp_path / "audit.jsonl", store)
    assert check_audit(tmp_path / "audit.jsonl") == written
    *lines, seal = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    assert written.events == len(lines) == 4
    assert lines[0]["seen"] == {"scores": "hidden"}
    assert lines[0]["image"] == {"number": 1, "sha256": f"{1:064x}"}
    assert (lines[2]["other"]["number"], lines[3]["undoes"]) == (3, 1)
    assert [line["curator"] for line in lines] == ["ada", "ada", "ben", "ada"]
    assert seal["seal"] == {"events": 4, "models": ["m"]}


def test_a_later_export_begins_with_the_earlier(store: Store, tmp_path: Path) -> None:
    write_audit(tmp_path / "a", store)
    record(store, "cyd", [Decision("flag", 2, "reject")])
    write_audit(tmp_path / "b", store)
    early, late = ((tmp_path / name).read_text().splitlines() for name in "ab")
    assert late[:4] == early[:4]
    assert len(late) == 6


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [lines[0].replace("pick", "none"), *lines[1:]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: lines[:2] + lines[3:],
        lambda lines: lines[:-1],
        lambda lines: lines[1:],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [*lines[:-1], lines[-1].replace('"events":4', '"events":3')],
        lambda lines: ["[]"],
        lambda lines: ["{", *lines],
        lambda lines: [],
    ],
)
def test_a_chain_that_was_tampered_with_is_broken(
    store: Store, tmp_path: Path, change: Callable[[list[str]], list[str]]
) -> None:
    path = tmp_path / "audit.jsonl"
    write_audit(path, store)
    path.write_text("".join(f"{line}\n" for line in change(path.read_text().splitlines())))
    with pytest.raises(CollectionError, match="line"):
        check_audit(path)
