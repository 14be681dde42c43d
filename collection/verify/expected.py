"""The expected state: how a deployment must look by the records of its own day, never by today's configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from collection.chain.sale import sale_of
from collection.chain.splitter import Payee, payees_of
from collection.config.publishing import Artist
from collection.errors import PublishError
from collection.publish.proof import Leaf
from collection.publish.provenance import provenance_hash
from collection.store.publication_records import Companion, Deployment, Freeze, Mint, Token
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
    """The record of each minting, by token id, written before it was sent; to whom, by the list if one names it."""
    leaves: Sequence[tuple[int, str]] = ()
    """Of each token its id and the line of the proof, in order."""
    proof_sha256: str | None = None
    """SHA-256 of the manifest of the proof; None: frozen before there were proofs."""
    splitter: Companion | None = None
    """The splitter that royalties go to; None: they go to one account."""
    payees: Sequence[Payee] = ()
    """Who shares them, by the artists of the frozen metadata."""
    sale: Companion | None = None
    """The contract that sells the tokens; None: nothing is sold."""
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
    planned = store.recipients(frozen)
    mints = {
        mint.token_id: replace(mint, recipient=planned.get(mint.token_id, mint.recipient))
        for mint in store.mints(deployment.id)
    }
    leaves = [
        (token.token_id, str(Leaf.of(token, image, token.asset.recipe.sha256 if token.asset.recipe else None)))
        for token, image in zip(tokens, store.published_images(tokens), strict=True)
    ]
    receiver = str(settings.get("royalty_receiver", "")).lower()
    splitters = store.companions(deployment.chain_id, "splitter")
    return ExpectedState(
        deployment, settings, tokens, mints, leaves, frozen.proof_sha256,
        splitter=next((each for each in splitters if each.address.lower() == receiver), None),
        payees=payees_of(Artist(**each) for each in frozen.settings.get("artists", ())),
        sale=sale_of(store, deployment),
        metadata_frozen=bool(store.metadata_frozen(deployment)),
    )  # fmt: skip


def _frozen_settings(frozen: Freeze, tokens: Sequence[Token]) -> dict[str, Any]:
    return {
        "max_supply": len(tokens),
        "base_uri": f"ipfs://{frozen.metadata_cid}/",
        "contract_uri": f"ipfs://{frozen.root_cid}/collection.json",
        "provenance": provenance_hash(token.image_sha256 for token in tokens),
    }
