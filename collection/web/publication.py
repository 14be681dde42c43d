"""What of the collection is frozen or minted: people should know before they change what was chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from collection.project import Project
from collection.stages.copies import known_editions, plan_of


@dataclass(frozen=True, slots=True)
class EditionsOfSet:
    """The copies of the frozen set's images on the configured network, as the chain stood when it was last asked."""

    network: str
    copies: int
    """Most of each image; 0: any number."""
    closed: bool
    """Whether none can be minted any more."""
    minted: Mapping[int, int]
    """How many there are, by token id."""

    def as_json(self) -> dict[str, Any]:
        """All but the single images, as JSON values."""
        return {
            "network": self.network, "copies": self.copies, "closed": self.closed,
            "minted": sum(self.minted.values()),
        }  # fmt: skip

    def of(self, token_id: int) -> dict[str, Any]:
        """Of an image `size`, how many copies there can be at most (None: any number), and how many are `minted`."""
        minted = self.minted.get(token_id, 0)
        return {"size": minted if self.closed else self.copies or None, "minted": minted}


@dataclass(frozen=True, slots=True)
class Publication:
    """The current frozen set, and where its tokens are."""

    version: int = 0
    """Its number among all frozen sets, from 1; 0: nothing is frozen."""
    tokens: Mapping[int, int] = field(default_factory=dict)
    """Token ids by the numbers of the images."""
    minted: Mapping[str, int] = field(default_factory=dict)
    """How many of them are on each network, by its name; networks without a token are left out."""
    editions: EditionsOfSet | None = None
    """None: no contract of copies is deployed."""

    def as_json(self) -> dict[str, Any]:
        """All but the single tokens, as JSON values."""
        editions = self.editions.as_json() if self.editions else None
        return {
            "version": self.version, "tokens": len(self.tokens), "minted": dict(self.minted), "editions": editions
        }  # fmt: skip

    def of(self, image: int) -> dict[str, Any]:
        """What an image is in it: `token`, its id, and `edition`, its copies; None where it is or has none."""
        token = self.tokens.get(image)
        return {"token": token, "edition": self.editions.of(token) if self.editions and token is not None else None}

    def against(self, chosen: Iterable[int]) -> dict[str, Any]:
        """The same, and how another set differs from it: `added` to it and `removed`, numbers of images."""
        other = set(chosen)
        return {
            **self.as_json(), "added": sorted(other - self.tokens.keys()), "removed": sorted(self.tokens.keys() - other)
        }  # fmt: skip


class Publications:
    """The publication, read again only after something was written. Threads may share it."""

    def __init__(self, project: Project) -> None:
        self._project, self._store = project, project.store
        self._lock = Lock()
        self._known: tuple[int, Publication] | None = None

    def now(self) -> Publication:
        """How it is at this moment."""
        with self._lock:
            commits = self._store.commits()
            if self._known is None or self._known[0] != commits:
                self._known = commits, self._read()
            return self._known[1]

    def _read(self) -> Publication:
        frozen = self._store.frozen()
        if frozen is None:
            return Publication()
        minted: dict[str, int] = {}
        for deployment in self._store.deployments():
            if deployment.root_cid == frozen.root_cid:
                count = sum(mint.status == "confirmed" for mint in self._store.mints(deployment.id))
                minted[deployment.network] = max(count, minted.get(deployment.network, 0))
        known = self._known[1] if self._known else Publication()
        version = [freeze.id for freeze in self._store.freezes()].index(frozen.id) + 1
        same = known.version == version
        tokens = known.tokens if same else {token.asset.id: token.token_id for token in self._store.tokens()}
        minted = {network: count for network, count in minted.items() if count}
        return Publication(version, tokens, minted, editions_of_set(self._project, tokens.values()))


def editions_of_set(project: Project, tokens: Iterable[int]) -> EditionsOfSet | None:
    """The copies of the frozen set by the records; no chain is asked."""
    known = known_editions(project)
    if known is None:
        return None
    plan = plan_of(project, known)
    minted = {token: count for token in tokens if (count := plan.seen(token))}
    return EditionsOfSet(known.network, int(known.settings["copies"]), plan.closed, minted)
