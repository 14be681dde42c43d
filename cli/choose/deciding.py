"""What pick, reject, lock, note and rank share: whose word it is, and taking back what was said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from collection.errors import UsageError

from ..session import Json, Session, opened
from .image_arguments import Images

if TYPE_CHECKING:
    from collection.stages.decide import Curator, Verdict

As = Annotated[str, typer.Option("--as", metavar="NAME", envvar="COLLECTION_CURATOR", help="Whose word it is.")]
Off = Annotated[bool, typer.Option("--off", help="Take back what you said of these images.")]
Undo = Annotated[bool, typer.Option("--undo", help="Take back your last action, whatever it was.")]
Redo = Annotated[bool, typer.Option("--redo", help="Bring back what your last --undo took.")]

SEEN = {"by": "command"}
"""What a terminal shows of an image: nothing that would be worth recording."""


def verdict_command(verdict: Verdict, summary: str) -> Callable[..., None]:
    """The command that says a verdict of images; `summary` is its help."""

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
    """Somebody at a terminal."""
    from collection.stages.decide import Curator

    return Curator(name, SEEN)


def stepped(
    session: Session, stage: str, curator: str, words: Sequence[str] | None, back: bool, forth: bool
) -> bool:  # fmt: skip
    """Take back a curator's last action, or bring back what was taken last; whether either was asked for."""
    from collection.stages.decide import redo, undo

    if not (back or forth):
        return False
    if words or (back and forth):
        option, what = ("--undo", "takes back your last action") if back else ("--redo", "brings back your last undo")
        raise UsageError(f"{option} {what}, whole", "leave all else away, or use --off")
    step = undo if back else redo
    session.show(step(session.project, stage, curator_of(curator)))
    return True
