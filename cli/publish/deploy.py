"""collection deploy"""

from __future__ import annotations

import typer

from ..render import Outcome
from ..session import DryRun, Json, Session, working


def left(session: Session) -> int:
    """1 if the frozen set has no contract on the chain yet, else 0."""
    from collection.chain.deploy import pending

    store = session.project.store
    return int(store.frozen() is not None and pending(store, session.publication.network.chain_id))


def work(session: Session) -> Outcome:
    """Deploy the contract of the frozen set, unless it is there."""
    from collection.chain.deploy import deploy

    project, publication = session.project, session.publication
    network = publication.network
    with publication.chain() as chain:
        account = publication.account(chain)
        result = deploy(project.store, chain, account, publication.token_settings(account))
    did = f", {result.gas:,} gas" if result.gas else ""
    line = (
        f"{'' if did else 'nothing to do: '}{project.config.token_symbol} at {result.address} "
        f"on {network.name} (chain {network.chain_id}){did}"
    )
    report = {"address": result.address, "tx_hash": result.tx_hash, "gas": result.gas}
    return Outcome("deploy", line, {**report, "network": network.name, "chain_id": network.chain_id})


def command(context: typer.Context, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Put the contract of the frozen set on the chain."""
    with working(context, as_json, dry_run) as session:
        if dry_run:
            return session.pending("deploy", left(session), f"a contract on {session.publication.network.name}")
        return session.end(work(session))
