"""Gas: what everything that is still to be sent costs, before any of it is sent, and whether the account can pay it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from collection.errors import KeyMissingError
from collection.project import Project
from collection.stages.copies import wanted_copies
from collection.stages.names import all_accounts, names_of
from collection.stages.payees import payees_of_project, receiver_of
from collection.stages.publication import publication_of
from collection.stages.published import has_chain, last_to_mint
from collection.stages.report import Report
from collection.stages.reveal import kind_of
from collection.stages.sale import known_sale, terms_of

if TYPE_CHECKING:
    from collection.chain.connection import Chain
    from collection.chain.gas_plan import GasPlan, Wanted
    from collection.chain.transactions import Account

_PLENTY = 10
"""An account that has so many times what was measured elsewhere is not asked for more: no fork made gas so dear."""
_LISTED = 50_000
"""Gas of a token to an owner of its own, rounded up, as measured elsewhere."""

_COPIES = 120_000
"""Gas of minting copies of an image to an owner, with its share of a transaction, rounded up likewise."""


def gas_of_project(project: Project) -> tuple[GasPlan, Report]:
    """The plan of all that deploying, minting and freezing still take by the node's rules and prices, and its report.

    No key is needed: without one it is not known whether the account can pay. Raises ChainError where the chain cannot
    be reached, or would refuse a step.
    """
    from collection.chain.gas_plan import plan_gas
    from collection.chain.transactions import ether

    names_of(project).addresses(all_accounts(project))
    with _looked_at(project) as chain:
        account = _account(project, chain)
        wanted = wanted_of(project, chain, account)
        plan = plan_gas(chain, account.address, wanted)
        balance = None
        if _has_key(project, chain):
            with chain.translated():
                balance = chain.web3.eth.get_balance(account.address)
        unit = chain.network.currency
    missing = None if balance is None else max(0, plan.needed - balance)
    line = f"{plan.gas:,} gas, {ether(plan.total)} {unit} at {plan.price.now / 10**9:.3f} gwei"
    notes = [f"gas {plan.by}", plan.rules or "the node does not say by which fork's rules (eth_config)"]
    if balance is None:
        notes.append("no key is configured: whether its account can pay is not known")
    elif not missing:
        notes.append(f"{account.address} has {ether(balance)} {unit}, which is enough")
    data = sum(step.times * step.data_fee for step in plan.steps)
    if data:
        notes.append(f"{ether(data)} {unit} of it for data on the chain below")
    elif chain.network.name.startswith("arbitrum"):
        notes.append(
            "the node does not say what Arbitrum takes for data on the chain below: it is not in these figures"
        )
    hint = (
        f"{account.address} has {ether(balance or 0)} {unit}: {ether(missing)} {unit} are missing" if missing else None
    )
    steps = [{"what": step.what, "times": step.times, "gas": step.gas, "wei": plan.cost(step)} for step in plan.steps]
    details = {
        "steps": steps, "gas": plan.gas, "wei": plan.total, "needed": plan.needed, "price": plan.price.now,
        "balance": balance, "missing": missing, "account": account.address, "by": plan.by, "rules": plan.rules,
    }  # fmt: skip
    return plan, Report("gas", line if plan.steps else "nothing to do", details, (), not missing, hint, notes)


def refuse_poor_account(project: Project, chain: Chain, account: Account, *, only_copies: bool = False) -> None:
    """Raise ChainError where the account cannot pay all that is still to be sent, before any of it is.

    With `only_copies`, all that is to be sent for the editions.
    """
    from collection.chain.fees import price_of
    from collection.chain.gas import gas_of
    from collection.chain.gas_plan import plan_gas, refuse_poor

    wanted = wanted_of(project, chain, account)
    if only_copies:
        wanted = replace(wanted, to={}, freeze=False, phases=None, only_copies=True)
    with chain.translated():
        balance = chain.web3.eth.get_balance(account.address)
    copies = sum(len(runs) for runs in wanted.copies.runs.values()) if wanted.copies else 0
    measured = gas_of(len(wanted.to)) + _LISTED * len(set(wanted.to.values())) + _COPIES * copies
    if balance < _PLENTY * measured * price_of(chain).most:
        refuse_poor(chain, account.address, plan_gas(chain, account.address, wanted))


def wanted_of(project: Project, chain: Chain, account: Account) -> Wanted:
    """What is still to be done for the frozen set, as the chain stands."""
    from collection.chain.compiled import artifact_of
    from collection.chain.contract import TokenContract
    from collection.chain.deploy import frozen_set, is_there
    from collection.chain.gas_plan import Wanted
    from collection.chain.mint import planned_owners
    from collection.chain.splitter import known_splitter

    store, config = project.store, project.config
    known = store.deployment(chain.id, frozen_set(store).root_cid)
    token = known.address if known and is_there(chain, known) else None
    payees = payees_of_project(project) if token is None else ()
    splitter = known_splitter(store, chain, payees) if payees else None
    receiver = splitter.address if splitter else receiver_of(project) or account.address
    next_id, frozen = 1, False
    if known and token:
        contract = TokenContract(chain, token, artifact_of(known.artifact_sha256))
        next_id, frozen = contract.next_token_id(), contract.metadata_frozen()
    owners = planned_owners(store, config.chain.recipient or account.address)
    open_ids = [token_id for token_id in list(owners)[: last_to_mint(project)] if token_id >= next_id]
    settings = publication_of(project).token_settings(account, receiver)
    return Wanted(
        settings,
        () if splitter else payees,
        token,
        {token_id: owners[token_id] for token_id in open_ids},
        config.chain.freeze_metadata and not frozen and not config.reveal,
        terms_of(project) if config.sale and not (known and known_sale(project, known)) else None,
        kind_of(project),
        wanted_copies(project, chain, settings, config.chain.recipient or account.address),
    )


@contextmanager
def _looked_at(project: Project) -> Iterator[Chain]:
    """The chain of the configuration; in place of an embedded one that was not made yet, a passing one."""
    from collection.chain.connection import open_chain

    publication = publication_of(project)
    if has_chain(project, publication.network):
        with publication.chain() as chain:
            yield chain
        return
    with TemporaryDirectory(prefix="collection-") as folder, open_chain(publication.network, Path(folder)) as chain:
        yield chain


def _has_key(project: Project, chain: Chain) -> bool:
    return project.config.chain.key is not None or chain.network.is_development


def _account(project: Project, chain: Chain) -> Account:
    """Who sends: the account of the key; without one, who deployed the contract, or anybody."""
    from collection.chain.addresses import checksummed
    from collection.chain.deploy import frozen_set
    from collection.chain.transactions import Account

    try:
        return publication_of(project).account(chain)
    except KeyMissingError:
        if project.config.chain.key is not None:
            raise
        known = project.store.deployment(chain.id, frozen_set(project.store).root_cid)
        return Account(checksummed(known.deployer if known else f"0x{1:040x}"))


def told(plan: GasPlan, unit: str) -> list[list[str]]:
    """The plan as rows of a table: what, how many, gas of each, cost of all."""
    from collection.chain.transactions import ether

    return [[step.what, f"{step.times:,}", f"{step.gas:,}", f"{ether(plan.cost(step))} {unit}"] for step in plan.steps]
