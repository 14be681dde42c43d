"""collection mint"""

from __future__ import annotations

import typer

from collection.values import amount

from ..render import Outcome
from ..session import DryRun, Json, Session, working


def left(session: Session) -> int:
    """Frozen tokens that are not known to be minted."""
    from collection.chain.mint import pending

    store = session.project.store
    return len(pending(store, session.publication.network.chain_id)) if store.frozen() else 0


def work(session: Session) -> Outcome:
    """Mint what is not minted yet."""
    from collection.chain.mint import mint

    project, publication = session.project, session.publication
    with publication.chain() as chain, session.screen.progress("mint", "tokens") as progress:
        account = publication.account(chain)
        recipient = project.config.chain.recipient or account.address
        result = mint(project.store, chain, account, recipient, progress=progress)
    total = len(project.store.tokens())
    if result.tokens:
        line = f"{amount(result.tokens, 'token')} in {amount(result.transactions, 'transaction')}, {result.gas:,} gas"
    else:
        line = f"nothing to do: {total} of {amount(total, 'token')} minted"
    report = {"minted": result.tokens, "transactions": result.transactions, "gas": result.gas, "tokens": total}
    return Outcome("mint", line, report)


def command(context: typer.Context, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Mint every frozen token that is not minted yet."""
    with working(context, as_json, dry_run) as session:
        if dry_run:
            count = left(session)
            return session.pending("mint", count, amount(count, "token"))
        return session.end(work(session))
