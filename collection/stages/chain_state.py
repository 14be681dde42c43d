"""The state of a set's contract as its chain tells it now, and where that differs from what this project recorded."""

from __future__ import annotations

from collection.errors import KeyMissingError
from collection.project import Project
from collection.stages.publication import publication_of
from collection.stages.report import Report


def chain_state(project: Project) -> Report:
    """Ask the chain for contract, supply, owner, metadata, money and transactions on their way; nothing is changed.

    Raises ChainError where there is no contract, or the chain cannot be reached.
    """
    from collection.chain.compiled import artifact_of
    from collection.chain.contract import TokenContract
    from collection.chain.splitter import SplitterContract
    from collection.chain.transactions import ether
    from collection.stages.withdraw import splitter_of

    publication = publication_of(project)
    known = publication.deployment()
    with publication.chain() as chain:
        unit, notes = chain.network.currency, []
        if not chain.has_code(known.address):
            line = f"no contract at {known.address} on {chain.network.name} (chain {chain.id})"
            return Report("chain", line, {"address": known.address, "deployed": False}, complete=False)
        contract = TokenContract(chain, known.address, artifact_of(known.artifact_sha256))
        minted, supply, frozen = contract.next_token_id() - 1, contract.max_supply(), contract.metadata_frozen()
        recorded = sum(mint.status == "confirmed" for mint in project.store.mints(known.id))
        details = {
            "address": known.address, "deployed": True, "owner": contract.owner(), "minted": minted, "supply": supply,
            "metadata_frozen": frozen, "genuine": contract.is_genuine(),
        }  # fmt: skip
        if minted != recorded:
            notes.append(f"{minted} tokens exist, and {recorded} are recorded: `collection mint` brings both into step")
        if not details["genuine"]:
            notes.append("the code there is not the contract that was deployed")
        notes.append("the metadata is frozen" if frozen else "the metadata can still be moved by the owner")
        try:
            account = publication.account(chain)
        except KeyMissingError:
            notes.append("no key is configured, so no account was looked at")
        else:
            eth = chain.web3.eth
            with chain.translated():
                balance = eth.get_balance(account.address)
                waiting = eth.get_transaction_count(account.address, "pending") - eth.get_transaction_count(
                    account.address
                )
            details |= {"account": account.address, "balance": balance, "waiting": waiting}
            notes.append(f"{account.address} has {ether(balance)} {unit} and {waiting} transactions on their way")
        if splitter := splitter_of(project, known):
            found = SplitterContract(chain, splitter)
            due = {payee.address: found.due(payee.address) for payee in found.payees()}
            details |= {"splitter": splitter, "due": due}
            notes += [f"{ether(wei)} {unit} are due to {address}" for address, wei in due.items() if wei]
    line = f"{minted} of {supply} tokens at {known.address} on {chain.network.name}, owned by {details['owner']}"
    return Report("chain", line, details, notes=notes)
