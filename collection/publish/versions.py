"""The versions of the frozen set: what freezing now would change, and what each version is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collection.config import Config
from collection.publish.additions import Addition
from collection.publish.freeze import NO_ADDITIONS, chosen_of, ordered_of, shared_by
from collection.publish.settings import changes, settings_of
from collection.store.store import Store


@dataclass(frozen=True, slots=True)
class Difference:
    """What the set would be if it were frozen now, against the current version. Images by number."""

    added: Mapping[int, int]
    """Images that come in, and their tokens."""
    removed: Mapping[int, int]
    """Images that leave, and the tokens that they were."""
    moved: Mapping[int, tuple[int, int]]
    """Images that become another token: (before, now)."""
    remade: tuple[int, ...]
    """Images whose picture file or traits are others."""
    settings: Mapping[str, tuple[Any, Any]]
    """Keys of collection.toml, and additions.IMAGE of the artist's words: (before, now)."""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.moved or self.remade or self.settings)

    def as_json(self) -> dict[str, Any]:
        """The same in JSON values."""
        return {
            "added": [{"image": image, "token": token} for image, token in self.added.items()],
            "removed": [{"image": image, "token": token} for image, token in self.removed.items()],
            "moved": [{"image": image, "before": old, "now": new} for image, (old, new) in self.moved.items()],
            "remade": list(self.remade),
            "settings": {key: {"before": old, "now": new} for key, (old, new) in self.settings.items()},
        }


def difference(store: Store, config: Config, additions: Mapping[int, Addition] = NO_ADDITIONS) -> Difference:
    """What freezing now would change. Nothing is written; without a frozen set, everything is new."""
    frozen = store.frozen()
    before = {token.asset.id: token for token in store.tokens()} if frozen else {}
    chosen = chosen_of(store)
    ordered = {asset.id: (number, asset) for number, asset in enumerate(ordered_of(store, config, chosen), 1)}
    settings = settings_of(shared_by(config, chosen), additions)
    both = [number for number in ordered if number in before]
    return Difference(
        added={number: token for number, (token, _) in ordered.items() if number not in before},
        removed={number: token.token_id for number, token in before.items() if number not in ordered},
        moved={
            number: (before[number].token_id, ordered[number][0])
            for number in both
            if before[number].token_id != ordered[number][0]
        },
        remade=tuple(number for number in both if before[number].asset != ordered[number][1]),
        settings=changes(frozen.settings, settings) if frozen and frozen.settings else {},
    )
