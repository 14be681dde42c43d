"""The expected state: how a deployment must look by the records of its own day, never by today's configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collection.errors import PublishError
from collection.publish.provenance import provenance_hash
from collection.store.records import Deployment, Freeze, Mint, Token
from collection.store.store import Store


@dataclass(frozen=True, slots=True)
class ExpectedState:
    """What the chain and the storages are compared with."""

    deployment: Deployment
    settings: Mapping[str, Any]
    """Fields of TokenSettings (chain/contract.py), as far as they were recorded."""
    tokens: Sequence[Token]
    """The frozen tokens, by id."""
    mints: Mapping[int, Mint]
    """What was recorded of each minting, by token id, before it was sent."""

    @property
    def base_uri(self) -> str:
        """What every token's URI begins with."""
        return str(self.settings["base_uri"])


def expected_state(store: Store, deployment: Deployment) -> ExpectedState:
    """The state that was recorded when the set was frozen, deployed and minted.

    What follows from the frozen set (supply, URIs, provenance) is worked out from it again; the provenance is hashed
    over the digests of the frozen images. Raises PublishError where the frozen set of the deployment is not known.
    """
    frozen = store.frozen_as(deployment.root_cid)
    if frozen is None:
        raise PublishError(
            f"the contract {deployment.address} on {deployment.network} is of a frozen set that this project no longer "
            f"knows ({deployment.root_cid}): it was frozen before versions were kept"
        )
    tokens = store.tokens(frozen)
    settings = {**(deployment.settings or {"owner": deployment.deployer}), **_frozen_settings(frozen, tokens)}
    mints = {mint.token_id: mint for mint in store.mints(deployment.id)}
    return ExpectedState(deployment, settings, tokens, mints)


def _frozen_settings(frozen: Freeze, tokens: Sequence[Token]) -> dict[str, Any]:
    return {
        "max_supply": len(tokens),
        "base_uri": f"ipfs://{frozen.metadata_cid}/",
        "contract_uri": f"ipfs://{frozen.root_cid}/collection.json",
        "provenance": provenance_hash(token.image_sha256 for token in tokens),
    }
