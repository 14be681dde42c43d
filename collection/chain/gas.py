"""Gas of the contract as it was measured, and the tokens that one transaction mints."""

from __future__ import annotations

MINT_BATCH = 500
"""Most tokens that one transaction mints: more would save little, and nodes cap the size of a receipt."""

DEPLOY, DEPLOY_URIS = 2_077_583, 135_300
FIRST_MINT, NEXT_MINT, MINT_TOKEN = 53_089, 35_862, 1_941
"""Gas of the contract, of the first mint and of each further one to the same owner, and of each token in it. From
tests/contracts/gas.json, which the tests of the contract measure on the embedded chain; the two ipfs:// URIs that a
frozen set hands to its contract, longer than those of that test, cost the rest."""

MORE = {"BurnableToken": 134_625, "ValidatedToken": 148_592, "BurnableValidatedToken": 297_056}
"""Gas of deploying a contract that can do more, beyond that of the bare one; from tests/contracts/gas_of_kinds.json."""


def gas_of(supply: int, contract: str = "CollectionToken") -> int:
    """Gas of deploying the contract and minting `supply` tokens in batches, as measured on the embedded chain."""
    further = max(0, -(-supply // MINT_BATCH) - 1)
    return (
        DEPLOY
        + MORE.get(contract, 0)
        + DEPLOY_URIS
        + (FIRST_MINT if supply else 0)
        + further * NEXT_MINT
        + supply * MINT_TOKEN
    )
