"""Versions of the frozen set: listed, compared, brought back, and put aside."""

from __future__ import annotations

from typing import Any

from collection.errors import NotFoundError, PublishError
from collection.project import Project
from collection.stages.additions import additions_of
from collection.stages.report import Report
from collection.store.publication_records import Freeze
from collection.values import amount

SHOWN = 20


def versions(project: Project) -> Report:
    """Every version with its root, tokens, and where it is published."""
    store = project.store
    current, listed = store.frozen(), []
    for number, frozen in enumerate(store.freezes(), 1):
        contracts = [item for item in store.deployments() if item.root_cid == frozen.root_cid]
        pinned = [pin.pinner for pin in store.pins() if pin.root_cid == frozen.root_cid and pin.status == "pinned"]
        listed.append(
            {
                "version": number, "root": frozen.root_cid, "frozen_at": frozen.frozen_at,
                "tokens": len(store.tokens(frozen)), "current": current is not None and frozen.id == current.id,
                "pinned": pinned, "contracts": [f"{item.address} on {item.network}" for item in contracts],
            }
        )  # fmt: skip
    return Report("freeze", amount(len(listed), "version"), {"versions": listed})


def compared(project: Project) -> Report:
    """What freezing now would change; nothing is written."""
    from collection.publish.versions import difference

    found = difference(project.store, project.config, additions_of(project))
    if project.store.frozen() is None:
        line = f"nothing is frozen yet: {amount(len(found.added), 'token')} would be"
    elif not found:
        line = "nothing would change"
    else:
        counts = {
            "added": len(found.added), "removed": len(found.removed), "renumbered": len(found.moved),
            "remade": len(found.remade),
        }  # fmt: skip
        told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
        settings = amount(len(found.settings), "setting")
        line = f"images: {told or 'the same'}; {settings} changed"
    return Report("freeze", line, {"diff": found.as_json()}, notes=_lines(found.as_json()))


def _lines(diff: dict[str, Any]) -> list[str]:
    """The difference line by line, the first of each kind."""
    lines = [
        f"{key}: {_short(change['before'])} -> {_short(change['now'])}" for key, change in diff["settings"].items()
    ]
    lines += [f"image {item['image']:04d} becomes token {item['token']}" for item in diff["added"][:SHOWN]]
    lines += [f"image {item['image']:04d} leaves; it was token {item['token']}" for item in diff["removed"][:SHOWN]]
    lines += [
        f"image {item['image']:04d} becomes token {item['now']}; it was {item['before']}"
        for item in diff["moved"][:SHOWN]
    ]
    lines += [f"image {number:04d} is another file or has other traits" for number in diff["remade"][:SHOWN]]
    return lines


def _short(value: Any) -> str:
    text = "not there" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def bring_back(project: Project, version: int) -> Report:
    """Make an earlier version the current one, which is pinned, deployed, minted and verified from now on."""
    from collection.publish.freeze import inputs

    frozen = _version(project, version)
    said = inputs(project.store, project.config, additions_of(project))
    tokens = project.store.tokens(frozen)
    project.store.make_current(frozen, said, {"tokens": len(tokens)})
    line = f"version {version} is current again: {amount(len(tokens), 'token')}, {frozen.root_cid}"
    return Report("freeze", line, {"version": version, "tokens": len(tokens), "root": frozen.root_cid})


def _version(project: Project, version: int) -> Freeze:
    known = project.store.freezes()
    if not 1 <= version <= len(known):
        hint = f"its versions: 1 to {len(known)}; collection freeze --list" if known else "collection freeze makes one"
        raise NotFoundError(f"this project has no version {version} of its frozen set", hint)
    return known[version - 1]


def unfreeze(project: Project) -> Report:
    """Go back to choosing: no version is current. All are kept, with their files, pins and contracts."""
    store = project.store
    frozen = store.frozen()
    if frozen is None:
        raise PublishError("nothing is frozen", "collection select chooses, collection freeze freezes")
    version = [item.id for item in store.freezes()].index(frozen.id) + 1
    contracts = [item for item in store.deployments() if item.root_cid == frozen.root_cid]
    store.unfreeze()
    notes = [f"its contract {item.address} on {item.network} stays what it is" for item in contracts]
    line = f"version {version} is put aside; `collection freeze --version {version}` brings it back"
    return Report("unfreeze", line, {"version": version, "root": frozen.root_cid}, notes=notes)
