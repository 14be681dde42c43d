"""The expected state: how a deployment must look by the records of its own day, never by today's configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collection.errors import PublishError
from collection.publish.proof import Leaf
from collection.publish.provenance import provenance_hash
from collection.store.records import Deployment, Freeze, Mint, Token
from collection.store.store import Store


@dataclass(frozen=True, slots=True)
class ExpectedState:
    """The recorded state that chain and storages are compared with."""

    deployment: Deployment
    settings: Mapping[str, Any]
    """Fields of TokenSettings (chain/contract.py), as far as they were recorded."""
    tokens: Sequence[Token]
    """The frozen tokens, by id."""
    mints: Mapping[int, Mint]
    """The record of each minting, by token id, written before it was sent."""
    leaves: Sequence[tuple[int, str]] = ()
    """Of each token its id and the line of the proof, in order."""
    proof_sha256: str | None = None
    """SHA-256 of the manifest of the proof; None: frozen before there were proofs."""
    metadata_frozen: bool = False
    """Whether the chain said once that nobody can move the metadata any more."""

    @property
    def base_uri(self) -> str:
        """The beginning of every token's URI."""
        return str(self.settings["base_uri"])


def expected_state(store: Store, deployment: Deployment) -> ExpectedState:
    """The state that was recorded when the set was frozen, deployed and minted.

    Supply, URIs and provenance follow from the frozen set and are worked out again; the provenance is hashed over the
    digests of the frozen images. Raises PublishError where the frozen set of the deployment is not known.
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
    leaves = [
        (token.token_id, str(Leaf.of(token, image, token.asset.recipe.sha256 if token.asset.recipe else None)))
        for token, image in zip(tokens, store.published_images(tokens), strict=True)
    ]
    frozen_there = bool(store.metadata_frozen(deployment))
    return ExpectedState(deployment, settings, tokens, mints, leaves, frozen.proof_sha256, frozen_there)


def _frozen_settings(frozen: Freeze, tokens: Sequence[Token]) -> dict[str, Any]:
    return {
        "max_supply": len(tokens),
        "base_uri": f"ipfs://{frozen.metadata_cid}/",
        "contract_uri": f"ipfs://{frozen.root_cid}/collection.json",
        "provenance": provenance_hash(token.image_sha256 for token in tokens),
    }
