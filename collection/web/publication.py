"""What of the collection is frozen or minted: people should know before they change what was chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from collection.store.store import Store


@dataclass(frozen=True, slots=True)
class Publication:
    """The current frozen set, and where its tokens are."""

    version: int = 0
    """Its number among all frozen sets, from 1; 0: nothing is frozen."""
    tokens: Mapping[int, int] = field(default_factory=dict)
    """Token ids by the numbers of the images."""
    minted: Mapping[str, int] = field(default_factory=dict)
    """How many of them are on each network, by its name; networks without a token are left out."""

    def as_json(self) -> dict[str, Any]:
        """All but the single tokens, as JSON values."""
        return {"version": self.version, "tokens": len(self.tokens), "minted": dict(self.minted)}

    def against(self, chosen: Iterable[int]) -> dict[str, Any]:
        """The same, and how another set differs from it: `added` to it and `removed`, numbers of images."""
        other = set(chosen)
        return {
            **self.as_json(), "added": sorted(other - self.tokens.keys()), "removed": sorted(self.tokens.keys() - other)
        }  # fmt: skip


class Publications:
    """The publication, read again only after something was written. Threads may share it."""

    def __init__(self, store: Store) -> None:
        self._store = store
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
        return Publication(version, tokens, {network: count for network, count in minted.items() if count})
