"""collection freeze"""

from __future__ import annotations

from typing import Annotated

import typer

from collection.values import amount

from ..render import Outcome
from ..session import DryRun, Json, Session, working


def left(session: Session) -> int:
    """Tokens to freeze: all of them if the choice or the metadata changed."""
    from collection.publish.freeze import pending

    return pending(session.project.store, session.project.config)


def work(session: Session, again: bool = False) -> Outcome:
    """Freeze, unless the frozen set is what it would be."""
    from collection.publish.freeze import freeze

    project = session.project
    frozen = project.store.frozen()
    if frozen and not left(session):
        line, tokens = "nothing to do: ", len(project.store.tokens())
    else:
        with session.screen.progress("freeze", "tokens") as progress:
            freeze(project.store, project.files, project.config, again=again, progress=progress)
        frozen, tokens, line = project.store.frozen(), project.config.supply, ""
    assert frozen is not None
    line += f"tokens 1 to {tokens}, provenance 0x{frozen.provenance[:8]}..."
    return Outcome("freeze", line, {"tokens": tokens, "provenance": f"0x{frozen.provenance}", "root": frozen.root_cid})


def command(
    context: typer.Context,
    again: Annotated[bool, typer.Option(help="Make a new set although the old one has a contract.")] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Give out token ids, write the metadata, and fix both by hash."""
    with working(context, as_json, dry_run) as session:
        if dry_run:
            count = left(session)
            return session.pending("freeze", count, amount(count, "token"))
        return session.end(work(session, again))
