"""What pick, reject, lock and note share: whose word it is, and how it is recorded, shown and taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from collection.errors import UsageError
from collection.values import amount

from .render import Outcome
from .session import Session

if TYPE_CHECKING:
    from collection.store.records import Decision, Review

As = Annotated[str, typer.Option("--as", metavar="NAME", envvar="COLLECTION_CURATOR", help="Whose word it is.")]
Off = Annotated[bool, typer.Option("--off", help="Take back what you said of these images.")]
Undo = Annotated[bool, typer.Option("--undo", help="Take back your last action, whatever it was.")]
Redo = Annotated[bool, typer.Option("--redo", help="Bring back what your last --undo took.")]

SEEN = {"by": "command"}
"""What a terminal shows of an image: nothing that would be worth recording."""


def decide(session: Session, stage: str, curator: str, images: Sequence[int], say: Callable[[int], Decision]) -> None:
    """Record one decision on each image, as one action."""
    from collection.curate.reviews.log import record

    record(session.project.store, curator, [say(number) for number in images], seen=SEEN)
    told(session, stage, curator, images)


def told(session: Session, stage: str, curator: str, images: Sequence[int]) -> None:
    """Say what was recorded."""
    line = f"{amount(len(images), 'image')} by {curator}: {named(images)}"
    session.end(Outcome(stage, line, {"curator": curator, "images": list(images)}))


def stepped(
    session: Session, stage: str, curator: str, words: Sequence[str] | None, back: bool, forth: bool
) -> bool:  # fmt: skip
    """Take back a curator's last action, or bring back what was taken last; whether either was asked for."""
    from collection.curate.reviews import log as reviews

    if not (back or forth):
        return False
    option, what = ("--undo", "takes back your last action") if back else ("--redo", "brings back your last undo")
    if words or (back and forth):
        raise UsageError(f"{option} {what}, whole", "leave all else away, or use --off")
    step, done = (reviews.undo, "undone") if back else (reviews.redo, "redone")
    events = step(session.project.store, curator, seen=SEEN)
    images = sorted({number for event in events for number in (event.asset_id, event.other_id) if number})
    verb = "took back" if back else "brought back"
    nothing = f"nothing of {curator}'s is left to {'take' if back else 'bring'} back"
    line = f"{verb} {_action(events)} of {named(images)}" if events else nothing
    session.end(Outcome(stage, line, {"curator": curator, done: [event.id for event in events], "images": images}))
    return True


def named(images: Sequence[int], most: int = 12) -> str:
    """Numbers as people see them, the first of many."""
    more = f" and {len(images) - most:,} more" if len(images) > most else ""
    return ", ".join(f"{number:04d}" for number in images[:most]) + more


def _action(taken: Sequence[Review]) -> str:
    return " and ".join(sorted({event.kind for event in taken}))
