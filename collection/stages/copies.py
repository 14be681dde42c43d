"""The copies of a project's images: their contract, who is to get them, and what is still to be done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from collection.errors import ChainError, UsageError
from collection.project import Project
from collection.stages.published import has_chain

if TYPE_CHECKING:
    from collection.chain.connection import Chain
    from collection.chain.contract import TokenSettings
    from collection.chain.copies import CopyPlan
    from collection.chain.editions import EditionsContract, EditionSettings, Run
    from collection.chain.gas_plan import WantedCopies
    from collection.chain.networks import Network
    from collection.config.selling import Editions
    from collection.store.publication_records import Companion


def editions_table(project: Project) -> Editions:
    """[editions] of collection.toml; raises UsageError where it is not there."""
    if project.config.editions is None:
        hint = "[editions] with copies = 50, or copies = 0 for any number"
        raise UsageError("collection.toml has no [editions]: there are no copies to mint", hint)
    return project.config.editions


def known_editions(project: Project, network: Network | None = None) -> Companion | None:
    """The editions of the frozen set on a network (None: the configured one), by the records; no chain is asked."""
    from collection.chain.editions import editions_of
    from collection.chain.networks import find_network

    frozen, network = project.store.frozen(), network or find_network(project.config.chain.network)
    if frozen is None or not has_chain(project, network):
        return None
    known = editions_of(project.store, network.chain_id, f"ipfs://{frozen.metadata_cid}/")
    return known if known and known.status == "confirmed" else None


def deployed_editions(project: Project, chain: Chain) -> Companion:
    """The same on an open chain; raises ChainError where there are none."""
    from collection.chain.deploy import frozen_set

    frozen_set(project.store)
    known = known_editions(project)
    if known is None or known.chain_id != chain.id:
        raise ChainError(f"the frozen set has no editions on {chain.network.name}", "collection editions deploy")
    return known


def plan_of(project: Project, known: Companion) -> CopyPlan:
    """Who is to get the copies of some editions."""
    from collection.chain.copies import CopyPlan

    return CopyPlan(project.store, known.address)


def contract_of_editions(chain: Chain, known: Companion) -> EditionsContract:
    """The contract of some editions, as the version that was deployed."""
    from collection.chain.compiled import artifact_of
    from collection.chain.editions import EditionsContract

    return EditionsContract(chain, known.address, artifact_of(known.artifact_sha256))


def edition_settings(project: Project, token: TokenSettings) -> EditionSettings:
    """What the editions of the set whose contract is deployed with `token` are deployed with."""
    from collection.chain.editions import EditionSettings
    from collection.config.selling import seconds_of

    table = editions_table(project)
    return EditionSettings.of(token, table.copies, seconds_of(table.closes_at) if table.closes_at else 0)


def missing_copies(plan: CopyPlan, images: Iterable[int], copies: int, to: str) -> dict[int, list[Run]]:
    """What must be planned, so that `copies` of each of these images are: the rest goes `to` one account."""
    lacking = {image: copies - plan.planned(image) for image in images}
    return {image: [(to, count)] for image, count in lacking.items() if count > 0}


def wanted_copies(project: Project, chain: Chain, token: TokenSettings, to: str) -> WantedCopies | None:
    """What is still to be done for the editions; None where collection.toml wants none."""
    from collection.chain.gas_plan import WantedCopies

    if project.config.editions is None:
        return None
    known, images = known_editions(project), project.store.token_ids()
    settings, copies = edition_settings(project, token), project.config.editions.mint
    if known is None or not chain.has_code(known.address):
        return WantedCopies(settings, None, dict.fromkeys(images, 0), {image: [(to, copies)] for image in images})
    contract, plan = contract_of_editions(chain, known), plan_of(project, known)
    there = contract.supplies(images)
    plan.take(there, contract.closed(), keep=False)
    if plan.closed:
        return WantedCopies(settings, known.address, there, {})
    more = missing_copies(plan, images, copies, to)
    left = {image: [*plan.left(image, there[image]), *more.get(image, [])] for image in images}
    return WantedCopies(settings, known.address, there, {image: runs for image, runs in left.items() if runs})
