"""Who is paid by a frozen set: its artists by their shares, through a splitter, or one account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collection.chain.addresses import NOBODY
from collection.errors import ChainError
from collection.project import Project

if TYPE_CHECKING:
    from collection.chain.connection import Chain
    from collection.chain.splitter import Payee
    from collection.chain.transactions import Account
    from collection.config.publishing import Artist
    from collection.store.publication_records import Deployment


@dataclass(frozen=True, slots=True)
class Receiver:
    """The account that royalties and sales go to; `payees` share it if it is a splitter."""

    address: str
    payees: Sequence[Payee] = ()
    gas: int = 0
    """Of deploying the splitter now; 0: it was there, or there is none."""

    @property
    def note(self) -> str | None:
        """That it is a splitter, in words; None if it is not."""
        if not self.payees:
            return None
        from collection.chain.splitter import in_words

        shares = in_words(self.payees)
        return f"royalties and sales go to the splitter {self.address}: {shares}; `collection withdraw` pays them"


def artists_of(project: Project) -> Sequence[Artist]:
    """The artists that the metadata of the frozen set names, with their shares of it; else those of the configuration,
    with their shares of the chosen images."""
    from collection.publish.freeze import chosen_of, shared_by
    from collection.publish.settings import config_of

    frozen = project.store.frozen()
    if frozen:
        return config_of(project.config, frozen)[0].artists
    return (shared_by(project.config, chosen_of(project.store)) if project.config.credits else project.config).artists


def receiver_of(project: Project) -> str | None:
    """The account that resales pay by the shares of the artists; None: a splitter, or who deploys."""
    config = project.config
    return (
        config.model_copy(update={"artists": artists_of(project)}).royalty_receiver
        if config.credits
        else (config.royalty_receiver)
    )


def payees_of_project(project: Project) -> Sequence[Payee]:
    """Who shares royalties and sales; empty: one account gets them all."""
    from collection.chain.splitter import payees_of

    return () if project.config.royalties.receiver else payees_of(artists_of(project))


def find_receiver(project: Project, chain: Chain, account: Account) -> Receiver:
    """The account that is paid. Where artists share, their splitter, which `account` deploys if it is not there.

    A contract of the frozen set that is on the chain already keeps the receiver that it was told.
    Raises ChainError where an artist who has a share has no address.
    """
    from collection.chain.deploy import frozen_set, is_there
    from collection.chain.splitter import deploy_splitter, refuse_missing_addresses

    store = project.store
    known = store.deployment(chain.id, frozen_set(store).root_cid)
    if known is not None and known.settings and is_there(chain, known):
        return Receiver(str(known.settings["royalty_receiver"]))
    payees = payees_of_project(project)
    if not payees:
        return Receiver(receiver_of(project) or account.address)
    refuse_missing_addresses(artists_of(project))
    splitter, gas = deploy_splitter(store, chain, account, payees)
    return Receiver(splitter.address, payees, gas)


def refuse_lost_recipients(project: Project, chain: Chain, account: Account) -> None:
    """Raise ChainError where tokens or royalties would go to a contract from which they can never be moved.

    That is the contract of the set itself, deployed or to be, and for tokens any that does not take them.
    """
    from collection.chain.addresses import checksummed, created_address
    from collection.chain.deploy import frozen_set
    from collection.chain.recipients import classify, refuse_contracts

    known = project.store.deployment(chain.id, frozen_set(project.store).root_cid)
    with chain.translated():
        nonce = chain.web3.eth.get_transaction_count(account.address)
    # a splitter may come before the contract
    own = {known.address} if known else {created_address(account.address, nonce + step) for step in (0, 1)}
    paid = [receiver_of(project), *(payee.address for payee in payees_of_project(project))]
    wanted = {"chain.recipient": [project.config.chain.recipient], "royalties": paid}
    for place, addresses in wanted.items():
        if lost := own.intersection(checksummed(each) for each in addresses if each):
            raise ChainError(
                f"{place}: {lost.pop()} is the contract of the collection itself: what goes there can never be moved",
                "correct it in collection.toml",
            )
    if recipient := project.config.chain.recipient:
        refuse_contracts(classify(chain, [checksummed(recipient)], NOBODY, account.address))


def shared_by(project: Project, known: Deployment, payees: Sequence[Payee]) -> bool:
    """Whether the royalties of a contract go to the splitter of just these payees, by the records."""
    from collection.chain.splitter import settings_of

    wanted, receiver = settings_of(payees), (known.settings or {}).get("royalty_receiver")
    splitters = project.store.companions(known.chain_id, "splitter")
    return any(each.address == receiver and each.settings == wanted for each in splitters)
