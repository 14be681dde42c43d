"""Decide: what people say of images, one action at a time, each of which its curator may take back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from collection.errors import UsageError
from collection.project import Project
from collection.stages.judges import judges_of
from collection.stages.report import Report, named
from collection.values import amount

if TYPE_CHECKING:
    from collection.store.review_records import Decision, Review

Verdict = Literal["pick", "reject", "lock"]
"""pick: before all others of its kind; reject: not in the set; lock: in the set whatever its scores."""


@dataclass(frozen=True, slots=True)
class Curator:
    """Whose word it is, and what they were shown (JSON values for the log)."""

    name: str = "curator"
    seen: Mapping[str, Any] | None = None


def reject_for(project: Project, images: Sequence[int], reason: str, by: Curator) -> Report:
    """Reject all of these images for a reason, as one action; raises UsageError for what is no reason."""
    from collection.curate.reviews.log import review_states
    from collection.store.review_records import Decision

    states = review_states(project.store)
    locked = [number for number in images if number in states and states[number].locked]
    said = [
        Decision(kind, number, value) for number in images for kind, value in (("flag", "reject"), ("reason", reason))
    ]
    _record(project, by, [*(Decision("lock", number, False) for number in locked), *said])
    return _told(f"reject, {reason}", by, images)


def tag(project: Project, images: Sequence[int], name: str, by: Curator, *, off: bool = False) -> Report:
    """Put a tag on all of these images, or with `off` take it off; raises UsageError for what is no tag."""
    from collection.store.review_records import Decision

    _record(project, by, [Decision("untag" if off else "tag", number, name) for number in images])
    return _told(f"tag {name}{' off' if off else ''}", by, images)


def decide(project: Project, verdict: Verdict, images: Sequence[int], by: Curator, *, off: bool = False) -> Report:
    """Say the verdict of all of these images, as one action, or with `off` take back what this curator said so.

    A reject takes back a lock, and a lock this curator's reject. Raises UsageError, with nothing recorded, for images
    that do not exist; CollectionError where the locked images would be more than the tokens of their kind.
    """
    from collection.curate.selection import choices
    from collection.store.review_records import Decision

    if off and verdict == "lock":
        _record(project, by, [Decision("lock", number, False) for number in images])
    elif off or verdict == "pick":
        _record(project, by, [Decision("flag", number, "none" if off else "pick") for number in images])
    else:
        said = {"locked" if verdict == "lock" else "rejected": images}
        choices.decide(project.store, judges_of(project).criteria(), **said, curator=by.name, seen=by.seen)
    return _told(f"{verdict} off" if off else verdict, by, images)


def write_note(project: Project, images: Sequence[int], text: str, by: Curator) -> Report:
    """Write a note on each of these images; raises UsageError for an empty one."""
    from collection.store.review_records import Decision

    if not text.strip():
        raise UsageError("an empty note", "--text 'crop the left edge'")
    _record(project, by, [Decision("note", number, text) for number in images])
    return _told("note", by, images)


def notes_on(project: Project, images: Sequence[int]) -> dict[int, Sequence[tuple[str, str]]]:
    """What is written on these images: (curator, text), by number; images without a note are left out."""
    from collection.curate.reviews.log import review_states

    said = review_states(project.store)
    return {number: said[number].notes for number in images if number in said and said[number].notes}


def put_in_order(project: Project, images: Sequence[int], by: Curator) -> None:
    """Record that each image is better than the one after it; raises UsageError for fewer than two."""
    from collection.store.review_records import Decision

    if len(images) < 2:
        raise UsageError("an order is of two images or more", "collection rank WINNER LOSER")
    _record(project, by, [Decision("pair", one, "left", other) for one, other in pairwise(images)])


def undo(project: Project, stage: str, by: Curator) -> Report:
    """Take back a curator's last action, whatever it was."""
    from collection.curate.reviews import log

    return _stepped(project, stage, by, log.undo, "undone", ("took back", "take back"))


def redo(project: Project, stage: str, by: Curator) -> Report:
    """Bring back what a curator's last undo took, unless they did something since."""
    from collection.curate.reviews import log

    return _stepped(project, stage, by, log.redo, "redone", ("brought back", "bring back"))


def _stepped(
    project: Project, stage: str, by: Curator, step: Callable[..., list[Review]], done: str, verbs: tuple[str, str]
) -> Report:
    events = step(project.store, by.name, seen=by.seen)
    images = sorted({number for event in events for number in (event.asset_id, event.other_id) if number})
    kinds = " and ".join(sorted({event.kind for event in events}))
    did, do = verbs
    line = f"{did} {kinds} of {named(images)}" if events else f"nothing of {by.name}'s is left to {do}"
    return Report(stage, line, {"curator": by.name, done: [event.id for event in events], "images": images})


def _record(project: Project, by: Curator, decisions: Sequence[Decision]) -> None:
    from collection.curate.reviews.log import record

    record(project.store, by.name, decisions, seen=by.seen)


def _told(stage: str, by: Curator, images: Sequence[int]) -> Report:
    line = f"{amount(len(images), 'image')} by {by.name}: {named(images)}"
    return Report(stage, line, {"curator": by.name, "images": list(images)})
