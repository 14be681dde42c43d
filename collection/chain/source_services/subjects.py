"""The contracts of a project, as services that publish sources want to know them."""

from __future__ import annotations

from collection.chain.companions import code_of
from collection.chain.compiled import Artifact, artifact_of
from collection.chain.connection import Chain
from collection.chain.source_services.service import Subject
from collection.errors import ChainError
from collection.store.publication_records import Companion, Deployment
from collection.store.store import Store


def deployed(store: Store, chain_id: int) -> list[Deployment | Companion]:
    """Every contract that the project put on a chain, by its records: tokens first, then what stands beside them."""
    contracts: list[Deployment | Companion] = [each for each in store.deployments() if each.chain_id == chain_id]
    contracts += store.companions(chain_id)
    return [each for each in contracts if each.status == "confirmed"]


def compiled_of(contract: Deployment | Companion) -> Artifact:
    """The compiled contract that was deployed; raises ChainError where this release does not have it."""
    compiled = artifact_of(contract.artifact_sha256)
    if compiled is None:
        raise ChainError(
            f"the artifact {contract.artifact_sha256[:12]} of {contract.address} is not in this release",
            "publish its source with the release of Collection that deployed it",
        )
    return compiled


def subject_of(chain: Chain, contract: Deployment | Companion) -> Subject:
    """A contract with what its constructor was told, by the transaction that created it.

    Raises ChainError where the code at its address is not what was deployed.
    """
    compiled = compiled_of(contract)
    if not compiled.made(code_of(chain, contract.address)):
        raise ChainError(
            f"the code at {contract.address} on {chain.network.name} is not the {compiled.name} that was deployed",
            "is the node in step with its network? check chain.rpc",
        )
    arguments = _arguments(chain, compiled, contract.tx_hash)
    return Subject(chain.id, contract.address, compiled, contract.tx_hash, arguments)


def _arguments(chain: Chain, compiled: Artifact, tx_hash: str | None) -> str | None:
    """What follows the code in the input of the transaction, hex; None where it is not known or holds another code."""
    if tx_hash is None:
        return None
    [transaction] = chain.ask_all([("eth_getTransactionByHash", [tx_hash])])
    sent = _hex((transaction or {}).get("input"))
    code = compiled.bytecode.removeprefix("0x").lower()
    return sent[len(code) :] if sent.startswith(code) else None


def _hex(data: object) -> str:
    text = data if isinstance(data, str) else bytes(data).hex() if isinstance(data, bytes) else ""
    return text.removeprefix("0x").lower()
