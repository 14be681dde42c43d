"""What a project needs, looked at without fetching anything: its files, judges, model, storages and chain."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from collection.errors import CollectionError
from collection.project import CONFIG_FILE, Project, open_project
from collection.stages.publication import Publication
from collection.stages.published import has_chain
from collection.values import amount

if TYPE_CHECKING:
    from collection.ipfs.pinner import Pinner

TIMEOUT = 2.0
"""Seconds to wait for an answer."""
REPAIR = "collection doctor --repair"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `needed`: the commands cannot work without it."""

    what: str
    ok: bool
    needed: bool
    found: str
    fix: str | None = None
    unchecked: str | None = None
    """What was not looked at, and the command that would."""


@cache
def hub_answers() -> bool:
    """Whether the hub of models can be reached."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return False
    try:
        socket.create_connection((urlsplit(constants.ENDPOINT).hostname or "", 443), timeout=TIMEOUT).close()
    except OSError:
        return False
    return True


def look_at_project(folder: Path) -> Iterator[Check]:
    """Look at the project in `folder`; what is wrong with one thing does not hide the others."""
    from collection.models.hub import without_fetching

    try:
        project = open_project(folder)
    except CollectionError as error:
        yield Check("configuration", False, True, error.message, error.hint)
        return
    with project, without_fetching():
        yield Check("configuration", True, True, str(folder / CONFIG_FILE))
        database = _tried("database", lambda: _database(project))
        yield database
        if not database.ok and "store" not in vars(project):
            return  # without it nothing is known of the files
        yield _tried("image files", lambda: _files(project), _unread(project))
        yield _tried("encoder", lambda: _encoder(project), "whether its weights compute: collection score")
        yield _tried("scores", lambda: _scores(project))
        generator = f"generator {project.config.generator.use}"
        yield _tried(generator, lambda: _generator(project), "whether it makes images: collection generate --limit 1")
        publication = Publication(project)
        for pinner in publication.pinners:
            away = None if pinner.name == "car" else "whether others can read what it holds"
            yield _tried(f"storage {pinner.name}", partial(_storage, project, pinner), away)
        public = None if publication.network.is_development else "whether the account can pay: collection deploy asks"
        yield _tried(f"chain {publication.network.name}", lambda: _chain(project, publication), public)


def _tried(what: str, look: Callable[[], str], unchecked: str | None = None) -> Check:
    try:
        return Check(what, True, True, look(), unchecked=unchecked)
    except CollectionError as error:
        return Check(what, False, True, error.message, error.hint or "collection doctor looks again", unchecked)


def _database(project: Project) -> str:
    if project.read_only:
        raise CollectionError(
            f"{project.folder} cannot be written: this project can only be looked at",
            "make the folder writable, or work on a copy of it",
        )
    return str(project.store.path)


def _files(project: Project) -> str:
    from collection.stages.repair import damaged

    lost = damaged(project, thoroughly=False)
    if lost:
        named = ", ".join(item.subject for item in lost[:5])
        raise CollectionError(f"{amount(len(lost), 'file')} gone or damaged: {named}", REPAIR)
    return f"{amount(len(project.store.numbers()), 'image')} there"


def _unread(project: Project) -> str | None:
    from collection.stages.repair import SIZED

    large = sum(asset.size for asset in project.store.assets()) > SIZED
    return f"each byte of them, only their lengths: {REPAIR}" if large else None


def _encoder(project: Project) -> str:
    """The encoder's name and the identity of its weights, if they are here."""
    from collection.judge.encoders.plugin import open_encoder

    name = project.config.score.encoder
    try:
        return f"{name}: {open_encoder(name, project.folder).model.partition('@')[0]}"
    except CollectionError as error:
        if not hub_answers():
            raise
        return f"{name}, to be fetched by the next collection score ({error.message})"


def _scores(project: Project) -> str:
    """What gives the numbers: heads and preference models, if their weights are here."""
    from collection.judge.scorer_factory import build_scorers

    score = project.config.score
    named = [*score.heads, *score.preference]
    try:
        metrics = build_scorers(score, project.folder).metrics
    except CollectionError as error:
        if not hub_answers():
            raise
        return f"{', '.join(named)}, to be fetched by the next collection score ({error.message})"
    return f"{', '.join(named)}: {len(metrics)} metrics" if named else amount(len(metrics), "metric")


def _storage(project: Project, pinner: Pinner) -> str:
    from collection.unixfs import directory_cid

    frozen = project.store.frozen()
    held = pinner.holds(frozen.root_cid if frozen else directory_cid({}))
    if frozen and held:
        return "holds the frozen set"
    return "reachable, without the frozen set: collection pin" if frozen else "reachable"


def _generator(project: Project) -> str:
    from collection.generate.registry import GENERATORS

    table = project.config.generator
    return GENERATORS.get(table.use).examine(table, project.folder)


def _chain(project: Project, publication: Publication) -> str:
    if not has_chain(project, publication.network):
        return "not made yet: collection deploy makes it"
    with publication.chain() as chain:
        account = publication.account(chain)
        return f"block {chain.web3.eth.block_number}, account {account.address}"
