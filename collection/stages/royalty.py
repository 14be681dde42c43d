"""Royalties of a set's contracts, as the chain tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from collection.project import Project
from collection.stages.publication import publication_of
from collection.stages.report import Report
from collection.stages.withdraw import splitter_of

if TYPE_CHECKING:
    from collection.chain.connection import Chain

_PRICE = 10_000
"""Of a sale that is asked about: its royalty is the basis points."""


def royalty(project: Project) -> Report:
    """Who is paid what share of a resale, asked of the contract of the frozen set; what artists get of that, too.

    Raises ChainError where there is no contract, or the chain cannot be reached.
    """
    from collection.chain.compiled import artifact_of
    from collection.chain.contract import TokenContract

    publication = publication_of(project)
    known = publication.deployment()
    with publication.chain() as chain:
        contract = TokenContract(chain, known.address, artifact_of(known.artifact_sha256))
        receiver, points = contract.royalty_info(1, _PRICE)
        shares = _shares(chain, receiver, splitter_of(project, known))
    line = f"{points / 100:g} % of a resale of {known.address} to {receiver}"
    details: dict[str, Any] = {
        "address": known.address, "receiver": receiver, "percent": points / 100, "shares": shares,
    }  # fmt: skip
    notes = [f"of it {percent:g} % to {address}" for address, percent in shares.items()]
    wanted = project.config.royalties.percent
    if round(wanted * 100) != points:
        notes.append(f"royalties.percent is {wanted:g} now, which only a new contract would have")
    return Report("royalty", line, details, notes=notes)


def _shares(chain: Chain, receiver: str, splitter: str | None) -> dict[str, float]:
    """The percent of the royalty that each payee is owed; empty where one account gets all."""
    from collection.chain.splitter import UNITS, SplitterContract

    if splitter is None or splitter.lower() != receiver.lower():
        return {}
    return {payee.address: payee.shares / UNITS for payee in SplitterContract(chain, receiver).payees()}
