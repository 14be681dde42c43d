"""collection verify"""

from __future__ import annotations

from typing import Annotated

import typer

from collection.values import amount

from ..render import Outcome
from ..session import DryRun, Json, Session, working


def left(session: Session) -> int:
    """Tokens to look at: always all of them."""
    return len(session.project.store.tokens())


def work(session: Session, rerender: int | None = None, address: str | None = None) -> Outcome:
    """Read everything back and compare."""
    from collection.stages.publish import VerifyStage

    with session.screen.progress("verify", "tokens") as progress:
        report = VerifyStage(address, rerender).run(session.project, progress=progress)
    return Outcome("verify", report.line, report.details, report.failures, complete=report.complete)


def command(
    context: typer.Context,
    address: Annotated[
        str | None, typer.Argument(help="A contract of this project, also one of an earlier frozen set.")
    ] = None,
    rerender: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Render the recipes of so many tokens again and compare.")
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Prove every token: owner, tokenURI, CID, metadata, image, and for a sample the recipe."""
    with working(context, as_json, dry_run) as session:
        if dry_run:
            count = left(session)
            return session.pending("verify", count, f"a look at {amount(count, 'token')}")
        return session.end(work(session, rerender, address))
