"""Gas of the contract as it was measured, and the tokens that one transaction mints."""

from __future__ import annotations

MINT_BATCH = 100
"""Most tokens that one transaction mints."""

DEPLOY, DEPLOY_URIS = 1_576_913, 135_300
MINT_TRANSACTION, MINT_TOKEN = 68_957, 25_012
"""Gas of the contract and of a mint: so much for each transaction, and so much for each token in it. From
tests/contracts/gas.json, which the tests of the contract measure on the embedded chain (mint 1 and mint 100); the two
ipfs:// URIs that a frozen set hands to its contract, longer than those of that test, cost the rest."""


def gas_of(supply: int) -> int:
    """Gas of deploying the contract and minting `supply` tokens in batches, as measured on the embedded chain."""
    return DEPLOY + DEPLOY_URIS + -(-supply // MINT_BATCH) * MINT_TRANSACTION + supply * MINT_TOKEN
