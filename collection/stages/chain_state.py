"""The state of a set's contract as its chain tells it now, and where that differs from what this project recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from collection.errors import KeyMissingError
from collection.project import Project
from collection.stages.publication import publication_of
from collection.stages.report import Report
from collection.stages.withdraw import splitter_of
from collection.values import amount

if TYPE_CHECKING:
    from collection.chain.connection import Chain
    from collection.chain.contract import TokenContract
    from collection.store.publication_records import Deployment

Told = tuple[dict[str, Any], list[str]]
"""JSON values for programs, and lines for people."""


def chain_state(project: Project) -> Report:
    """Ask the chain for contract, supply, owner, metadata, money and transactions on their way; nothing is changed.

    Raises ChainError where no contract is on record, or the chain cannot be reached.
    """
    from collection.chain.compiled import artifact_of
    from collection.chain.contract import TokenContract

    publication = publication_of(project)
    known = publication.deployment()
    with publication.chain() as chain:
        if not chain.has_code(known.address):
            line = f"no contract at {known.address} on {chain.network.name} (chain {chain.id})"
            return Report("chain", line, {"address": known.address, "deployed": False}, complete=False)
        contract = TokenContract(chain, known.address, artifact_of(known.artifact_sha256))
        parts = [
            _of_contract(project, known, contract), _of_account(project, chain), _of_splitter(project, known, chain),
        ]  # fmt: skip
    details = {name: value for part, _ in parts for name, value in part.items()}
    supply = amount(details["supply"], "token")
    line = f"{details['minted']} of {supply} at {known.address} on {known.network}, owned by {details['owner']}"
    return Report("chain", line, details, notes=[note for _, notes in parts for note in notes])


def _of_contract(project: Project, known: Deployment, contract: TokenContract) -> Told:
    from collection.chain.deploy import is_there

    minted, frozen = contract.next_token_id() - 1, contract.metadata_frozen()
    genuine = contract.is_genuine() and is_there(contract.chain, known)
    recorded, notes = sum(mint.status == "confirmed" for mint in project.store.mints(known.id)), list[str]()
    if minted != recorded and project.config.sale is None:
        notes.append(f"{recorded} of {amount(minted, 'token')} recorded: `collection mint` mends that")
    if not genuine:
        notes.append("what lies there is not the contract that was deployed: `collection verify` says what differs")
    notes.append("the metadata is frozen" if frozen else "the metadata can still be moved by the owner")
    if validator := contract.validator():
        notes.append(f"each transfer is asked of the validator {validator}")
    details = {
        "address": known.address, "deployed": True, "owner": contract.owner(), "minted": minted,
        "supply": contract.max_supply(), "metadata_frozen": frozen, "genuine": genuine,
    }  # fmt: skip
    return details, notes


def _of_account(project: Project, chain: Chain) -> Told:
    from collection.chain.transactions import ether

    try:
        address = publication_of(project).account(chain).address
    except KeyMissingError:
        return {}, ["no key is configured, so no account was looked at"]
    eth = chain.web3.eth
    with chain.translated():
        balance = eth.get_balance(address)
        waiting = eth.get_transaction_count(address, "pending") - eth.get_transaction_count(address)
    told = f"{address} has {ether(balance)} {chain.network.currency} and {amount(waiting, 'transaction')} on the way"
    return {"account": address, "balance": balance, "waiting": waiting}, [told]


def _of_splitter(project: Project, known: Deployment, chain: Chain) -> Told:
    from collection.chain.splitter import SplitterContract
    from collection.chain.transactions import ether

    address = splitter_of(project, known)
    if address is None:
        return {}, []
    splitter, unit = SplitterContract(chain, address), chain.network.currency
    due = {payee.address: splitter.due(payee.address) for payee in splitter.payees()}
    notes = [f"{ether(wei)} {unit} due to {payee}: `collection withdraw`" for payee, wei in due.items() if wei]
    return {"splitter": address, "due": due}, notes
