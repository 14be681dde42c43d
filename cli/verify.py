"""collection verify"""

from __future__ import annotations

from typing import Annotated

import typer

from collection.values import Failure, amount

from .render import Outcome
from .session import DryRun, Json, Session, working


def left(session: Session) -> int:
    """Tokens to look at: always all of them."""
    return len(session.project.store.tokens())


def work(session: Session, rerender: int | None = None) -> Outcome:
    """Read everything back and compare."""
    from collection.verify.verify import verify

    project, publication = session.project, session.publication
    sample = project.config.verify.rerender if rerender is None else rerender
    with (
        publication.chain() as chain,
        publication.evidence(publication.account(chain), sample) as evidence,
        session.screen.progress("verify", "tokens") as progress,
    ):
        result = verify(project.store, chain, evidence, progress)
    findings = [Failure(finding.subject, f"{finding.what}: {finding.why}") for finding in result.findings]
    line = (
        f"{result.proven} of {amount(result.tokens, 'token')} proven: owner, URI, metadata, image; "
        f"{result.rerendered} re-rendered alike"
    )
    report = {"tokens": result.tokens, "proven": result.proven, "rerendered": result.rerendered}
    return Outcome("verify", line, report, findings, complete=not findings and result.tokens > 0)


def command(
    context: typer.Context,
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
        return session.end(work(session, rerender))
