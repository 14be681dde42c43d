"""Block explorers: where people look at a contract, a token or a transaction of a public network."""

from __future__ import annotations

from collections.abc import Mapping

from collection.chain.networks import Network

EXPLORERS: Mapping[str, str] = {
    "sepolia": "https://sepolia.etherscan.io",
    "hoodi": "https://hoodi.etherscan.io",
    "base-sepolia": "https://sepolia.basescan.org",
    "optimism-sepolia": "https://sepolia-optimism.etherscan.io",
    "arbitrum-sepolia": "https://sepolia.arbiscan.io",
    "polygon-amoy": "https://amoy.polygonscan.com",
    "zora-sepolia": "https://sepolia.explorer.zora.energy",
    "linea-sepolia": "https://sepolia.lineascan.build",
    "scroll-sepolia": "https://sepolia.scrollscan.com",
    "bnb-testnet": "https://testnet.bscscan.com",
    "avalanche-fuji": "https://testnet.snowtrace.io",
    "ethereum-mainnet": "https://etherscan.io",
    "optimism-mainnet": "https://optimistic.etherscan.io",
    "bnb-mainnet": "https://bscscan.com",
    "gnosis-mainnet": "https://gnosisscan.io",
    "polygon-mainnet": "https://polygonscan.com",
    "base-mainnet": "https://basescan.org",
    "arbitrum-mainnet": "https://arbiscan.io",
    "celo-mainnet": "https://celoscan.io",
    "avalanche-mainnet": "https://snowtrace.io",
    "linea-mainnet": "https://lineascan.build",
    "zora-mainnet": "https://explorer.zora.energy",
    "scroll-mainnet": "https://scrollscan.com",
    "blast-mainnet": "https://blastscan.io",
    "mantle-mainnet": "https://mantlescan.xyz",
    "zksync-mainnet": "https://explorer.zksync.io",
    "apechain-mainnet": "https://apescan.io",
    "abstract-mainnet": "https://abscan.org",
}
"""The explorer of each public network for which one is known; all have the paths of Etherscan for accounts."""

BLOCKSCOUTS: Mapping[str, str] = {
    "sepolia": "https://eth-sepolia.blockscout.com",
    "hoodi": "https://eth-hoodi.blockscout.com",
    "base-sepolia": "https://base-sepolia.blockscout.com",
    "optimism-sepolia": "https://optimism-sepolia.blockscout.com",
    "arbitrum-sepolia": "https://arbitrum-sepolia.blockscout.com",
    "zora-sepolia": "https://sepolia.explorer.zora.energy",
    "gnosis-chiado": "https://gnosis-chiado.blockscout.com",
    "ethereum-mainnet": "https://eth.blockscout.com",
    "optimism-mainnet": "https://optimism.blockscout.com",
    "gnosis-mainnet": "https://gnosis.blockscout.com",
    "polygon-mainnet": "https://polygon.blockscout.com",
    "base-mainnet": "https://base.blockscout.com",
    "arbitrum-mainnet": "https://arbitrum.blockscout.com",
    "zora-mainnet": "https://explorer.zora.energy",
    "scroll-mainnet": "https://scroll.blockscout.com",
    "blast-mainnet": "https://blast.blockscout.com",
    "zksync-mainnet": "https://zksync.blockscout.com",
}
"""The explorers that run Blockscout, of the networks for which one is known."""


def explorer_of(network: Network) -> str:
    """The address of a network's explorer; empty where none is known, as of chains of this machine."""
    return EXPLORERS.get(network.name, "")


def address_link(network: Network, address: str) -> str:
    """The page of an account or a contract; empty where no explorer is known."""
    explorer = explorer_of(network)
    return f"{explorer}/address/{address}" if explorer else ""


def transaction_link(network: Network, tx_hash: str) -> str:
    """The page of a transaction; empty where no explorer is known."""
    explorer = explorer_of(network)
    return f"{explorer}/tx/{tx_hash}" if explorer else ""


def token_link(network: Network, address: str, token_id: int) -> str:
    """The page of a token; empty where no explorer is known."""
    explorer = explorer_of(network)
    return f"{explorer}/token/{address}?a={token_id}" if explorer else ""
