"""What pick, reject, lock, note and rank share: the curator, and undoing decisions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from collection.errors import UsageError

from ..session import Json, Session, opened
from .image_arguments import Images

if TYPE_CHECKING:
    from collection.stages.decide import Curator, Verdict

As = Annotated[str, typer.Option("--as", metavar="NAME", envvar="COLLECTION_CURATOR", help="The curator who decides.")]
Off = Annotated[bool, typer.Option("--off", help="Take back your decision on these images.")]
Undo = Annotated[bool, typer.Option("--undo", help="Undo your last action of any kind.")]
Redo = Annotated[bool, typer.Option("--redo", help="Redo what your last --undo undid.")]

SEEN = {"by": "command"}
"""The context of a decision that is made at a terminal, where no scores are visible."""


def verdict_command(verdict: Verdict, summary: str) -> Callable[..., None]:
    """The command that records a verdict on images; `summary` is its help."""

    def command(
        context: typer.Context,
        images: Images = None,
        curator: As = "curator",
        off: Off = False,
        take_back: Undo = False,
        bring_back: Redo = False,
        as_json: Json = False,
    ) -> None:
        from collection.stages.decide import decide
        from collection.stages.images import numbers_of

        with opened(context, as_json) as session:
            if stepped(session, verdict, curator, images, take_back, bring_back):
                return
            numbers = numbers_of(session.project, images or [])
            session.show(decide(session.project, verdict, numbers, curator_of(curator), off=off))

    command.__doc__ = summary
    return command


def curator_of(name: str) -> Curator:
    """A curator at a terminal."""
    from collection.stages.decide import Curator

    return Curator(name, SEEN)


def stepped(
    session: Session, stage: str, curator: str, words: Sequence[str] | None, back: bool, forth: bool
) -> bool:  # fmt: skip
    """Undo or redo a curator's last action if asked for; returns whether it was."""
    from collection.stages.decide import redo, undo

    if not (back or forth):
        return False
    if words or (back and forth):
        option, what = ("--undo", "your last action") if back else ("--redo", "your last undone action")
        raise UsageError(f"{option} applies to {what}, and takes no images", "to undo single decisions: --off")
    step = undo if back else redo
    session.show(step(session.project, stage, curator_of(curator)))
    return True
