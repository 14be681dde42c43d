"""The state of an image: what its events amount to, for each curator and for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from collection.store.review_records import Review

FLAGS = ("pick", "reject", "none")
COLOURS = ("red", "yellow", "green", "blue", "purple", "none")
MOST_STARS = 5


class Blind(str):
    """The name of a curator who never sees what others say, not even after voting: of a jury, for instance."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ReviewState:
    """The decisions of all curators about one image. The mappings are by curator, in the order of names."""

    asset_id: int
    flags: Mapping[str, str] = field(default_factory=dict)
    """pick or reject; curators who gave no flag are left out."""
    stars: Mapping[str, int] = field(default_factory=dict)
    """1 to 5."""
    colours: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    """Why a curator rejects it; curators who gave no reason are left out."""
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict, kw_only=True)
    """The tags of each curator, oldest first; curators without a tag are left out."""
    notes: tuple[tuple[str, str], ...] = ()
    """(curator, text), oldest first."""
    locked_by: str | None = None
    """The curator who locked it into the set, the last one where several did."""
    not_duplicate_by: str | None = None
    """The curator who took it out of its stack, as no duplicate of the leading image; the last decision counts."""

    locks: tuple[str, ...] = field(default=(), compare=False)
    """All curators whose lock stands, oldest first. Whoever unlocks takes back their own lock; without one, all."""

    @property
    def flag(self) -> str:
        """pick or reject, as most of those say who have flagged it; none where nobody has, or as many say either."""
        counted = Counter(self.flags.values())
        if counted["pick"] == counted["reject"]:
            return "none"
        return "pick" if counted["pick"] > counted["reject"] else "reject"

    @property
    def contested(self) -> bool:
        """Whether as many say pick as reject."""
        return bool(self.flags) and self.flag == "none"

    @property
    def mean_stars(self) -> float | None:
        """Mean over those who gave any, 1 to 5; None where nobody did."""
        return sum(self.stars.values()) / len(self.stars) if self.stars else None

    @property
    def locked(self) -> bool:
        """Whether it is to be in the set whatever its scores and issues."""
        return self.locked_by is not None

    @property
    def curators(self) -> tuple[str, ...]:
        """The curators who flagged it or gave it stars, by name."""
        return tuple(sorted({*self.flags, *self.stars}))

    def who(self, flag: str) -> list[str]:
        """The curators who gave it that flag, by name."""
        return [curator for curator, given in self.flags.items() if given == flag]

    def as_seen_by(self, curator: str) -> ReviewState:
        """Blind until cast: without the others' votes, colours, notes and locks unless this curator has flagged it or
        given it stars; without them for ever for a Blind one.

        That somebody took it out of its stack is about what it shows, and always shows.
        """
        if curator in self.curators and not isinstance(curator, Blind):
            return self
        own = curator in self.locks
        return ReviewState(
            self.asset_id,
            _only(self.flags, curator),
            _only(self.stars, curator),
            _only(self.colours, curator),
            tuple(note for note in self.notes if note[0] == curator),
            str(curator) if own else None,
            self.not_duplicate_by,
            (str(curator),) if own else (),
            reasons=_only(self.reasons, curator),
            tags=_only(self.tags, curator),
        )

    def as_json(self) -> dict[str, Any]:
        """All of it, as JSON values."""
        return {
            "image": self.asset_id, "flag": self.flag, "contested": self.contested, "flags": dict(self.flags),
            "stars": dict(self.stars), "mean_stars": self.mean_stars, "colours": dict(self.colours),
            "notes": [list(note) for note in self.notes], "locked_by": self.locked_by,
            "not_duplicate_by": self.not_duplicate_by, "reasons": dict(self.reasons),
            "tags": {who: list(tags) for who, tags in self.tags.items()},
        }  # fmt: skip


def fold(asset_id: int, events: Iterable[Review]) -> ReviewState:
    """The state of an image by the events on it that stand, oldest first; comparisons and steps say nothing."""
    latest: dict[str, dict[str, Any]] = {"flag": {}, "stars": {}, "colour": {}}
    notes: list[tuple[str, str]] = []
    locks: dict[str, None] = {}
    tags: dict[str, dict[str, None]] = {}
    reasons: dict[str, str] = {}
    apart: str | None = None
    for event in events:
        if event.kind in latest:
            latest[event.kind][event.curator] = event.value
            if event.kind == "flag" and event.value != "reject":
                reasons.pop(event.curator, None)
        elif event.kind == "reason":
            reasons[event.curator] = str(event.value)
        elif event.kind in ("tag", "untag"):
            _tag(tags, event.curator, str(event.value), event.kind == "tag")
        elif event.kind == "note":
            notes.append((event.curator, str(event.value)))
        elif event.kind == "lock":
            _lock(locks, event.curator, bool(event.value))
        elif event.kind == "apart":
            apart = event.curator if event.value else None
    given = {kind: {who: found[who] for who in sorted(found) if _said(found[who])} for kind, found in latest.items()}
    votes = given["flag"], given["stars"], given["colour"]
    return ReviewState(
        asset_id, *votes, tuple(notes), next(reversed(locks), None), apart, tuple(locks),
        reasons={who: reasons[who] for who in sorted(reasons) if given["flag"].get(who) == "reject"},
        tags={who: tuple(tags[who]) for who in sorted(tags) if tags[who]},
    )  # fmt: skip


def _lock(locks: dict[str, None], curator: str, on: bool) -> None:
    """Keep a decision on the lock: another's lock is taken back only by a curator who has none of their own."""
    own = curator in locks
    locks.pop(curator, None)
    if on:
        locks[curator] = None
    elif not own:
        locks.clear()


def _tag(tags: dict[str, dict[str, None]], curator: str, name: str, on: bool) -> None:
    """Put a tag on, or take it off: the curator's own, or where that is not theirs, everybody's."""
    if on:
        tags.setdefault(curator, {})[name] = None
    elif name in tags.get(curator, {}):
        del tags[curator][name]
    else:
        for theirs in tags.values():
            theirs.pop(name, None)


def _only(values: Mapping[str, Any], curator: str) -> dict[str, Any]:
    return {curator: values[curator]} if curator in values else {}


def _said(value: str | int | None) -> bool:
    """Whether a value says something: none, and no stars, take back what was said."""
    return value not in ("none", 0, None)
