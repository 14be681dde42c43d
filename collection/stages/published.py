"""What is known of the frozen set without asking a chain or a storage: its contract, its tokens and their proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collection.errors import ChainError, PublishError
from collection.project import Project
from collection.values import amount

if TYPE_CHECKING:
    from collection.chain.connection import Chain
    from collection.chain.networks import Network
    from collection.chain.token_kind import TokenKind
    from collection.store.publication_records import Deployment


def has_chain(project: Project, network: Network) -> bool:
    """Whether a network is another's, or the embedded one and its file is there."""
    from collection.chain.connection import CHAIN_FILE
    from collection.chain.embedded import is_damaged

    file = project.folder / CHAIN_FILE
    return network.kind != "embedded" or (file.is_file() and not is_damaged(file))


def refuse_damaged(project: Project, network: Network) -> None:
    """Raise ChainError where the file of the embedded chain is no such file."""
    from collection.chain.connection import CHAIN_FILE
    from collection.chain.embedded import is_damaged

    file = project.folder / CHAIN_FILE
    if network.kind == "embedded" and is_damaged(file):
        raise ChainError(
            f"{file} is no embedded chain, or is damaged",
            f"put a copy of it back, or move {CHAIN_FILE} away: then `collection deploy` begins a new chain",
        )


def contract_of(project: Project) -> Deployment | None:
    """The confirmed contract of the frozen set on the configured network.

    None if there is none, or if the embedded chain that had it is gone.
    """
    from collection.chain.networks import find_network

    store, network = project.store, find_network(project.config.chain.network)
    frozen = store.frozen()
    known = store.deployment(network.chain_id, frozen.root_cid) if frozen else None
    if known is None or known.status != "confirmed":
        return None
    return known if has_chain(project, network) and not _is_empty(project, network) else None


def _is_empty(project: Project, network: Network) -> bool:
    """Whether the embedded chain is a file without a block."""
    from collection.chain.connection import CHAIN_FILE

    return network.kind == "embedded" and not (project.folder / CHAIN_FILE).stat().st_size


def tell_of_changes(project: Project) -> None:
    """Say what goes on the chain where the set that would be frozen today is another."""
    from collection.publish.freeze import pending
    from collection.stages.additions import additions_of

    frozen = project.store.frozen()
    if project.tell is None or frozen is None or not pending(project.store, project.config, additions_of(project)):
        return
    title = frozen.settings.get("title")
    named, tokens = f'"{title}", ' if title else "", amount(len(project.store.token_ids()), "token")
    project.tell(
        "frozen",
        f"what is deployed is {named}{tokens}, as frozen at {frozen.frozen_at}; "
        "collection.toml or the selection changed since, and `collection freeze` before would take that in",
    )


def explorer_notes(network: Network, address: str, tokens: int = 0) -> list[str]:
    """Where people look at a contract, and at its first token if it has `tokens`; nothing on chains of this machine."""
    from collection.chain.explorers import address_link, token_link

    page = address_link(network, address)
    first = [f"its first token: {token_link(network, address, 1)}"] if page and tokens else []
    return [f"the contract on the explorer: {page}", *first] if page else []


def kind_notes(project: Project, chain: Chain, wanted: TokenKind) -> list[str]:
    """What is to be known of the kind of the contract: before it is deployed that its validator is missing, afterwards
    that collection.toml now asks for another kind.

    Raises ChainError where a validator is missing on a network that is not of this machine.
    """
    from collection.chain.compiled import artifact_of
    from collection.chain.token_kind import missing_validator

    known = contract_of(project)
    if known is None:
        missing = missing_validator(chain, wanted)
        return [missing] if missing else []
    compiled = artifact_of(known.artifact_sha256)
    if compiled is None or compiled.name == wanted.artifact.name:
        return []
    return [f"it is a {compiled.name} and stays one; collection.toml now asks for a {wanted.artifact.name}"]


REVEAL = "reveal"
"""The stage under which a draw is kept, by the address of the contract."""


def is_hidden(project: Project) -> bool:
    """Whether the set is to show placeholders, and no draw of its present contract is on record.

    A contract that was deployed without a reveal hides nothing, whatever collection.toml says since.
    """
    known = contract_of(project)
    if project.config.reveal is None or known is None:
        return project.config.reveal is not None
    return "placeholder_uri" in (known.settings or {}) and project.store.stage_inputs(REVEAL) != known.address


def refuse_hidden(project: Project, what: str) -> None:
    """Raise PublishError while the set is hidden: `what` would show what every token will be."""
    if is_hidden(project):
        raise PublishError(
            f"the set is not revealed yet: {what} would show what every token will be", "collection reveal"
        )


def drawn_offset(project: Project, known: Deployment | None) -> int:
    """By how many documents the tokens of a contract were moved by its draw; 0 where nothing was drawn."""
    if known is None or project.store.stage_inputs(REVEAL) != known.address:
        return 0
    return int(project.store.stage_report(REVEAL).get("offset", 0))


def last_to_mint(project: Project) -> int | None:
    """The last token that this project mints: with a sale those of the reserve, the rest is for buyers; None: all."""
    return project.config.sale.reserve if project.config.sale else None


def unminted(project: Project) -> int:
    """How many tokens that this project mints are not known to be minted on the configured network."""
    known, tokens = contract_of(project), project.store.token_ids()[: last_to_mint(project)]
    mints = project.store.mints(known.id) if known else []
    minted = {mint.token_id for mint in mints if mint.status == "confirmed"}
    return sum(token_id not in minted for token_id in tokens)
