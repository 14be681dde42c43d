"""Gas of the contract as it was measured, and the tokens that one transaction mints."""

from __future__ import annotations

MINT_BATCH = 500
"""Most tokens that one transaction mints: more would save little, and nodes cap the size of a receipt."""

DEPLOY, DEPLOY_URIS = 2_077_583, 135_300
FIRST_MINT, NEXT_MINT, MINT_TOKEN = 53_089, 35_862, 1_941
"""Gas of the contract, of the first mint and of each further one to the same owner, and of each token in it. From
tests/contracts/gas.json, which the tests of the contract measure on the embedded chain; the two ipfs:// URIs that a
frozen set hands to its contract, longer than those of that test, cost the rest."""


def gas_of(supply: int) -> int:
    """Gas of deploying the contract and minting `supply` tokens in batches, as measured on the embedded chain."""
    further = max(0, -(-supply // MINT_BATCH) - 1)
    return DEPLOY + DEPLOY_URIS + (FIRST_MINT if supply else 0) + further * NEXT_MINT + supply * MINT_TOKEN
