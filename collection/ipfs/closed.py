"""Services that take no content any more: who names one is told what to use in its place."""

from __future__ import annotations

from urllib.parse import urlsplit

from collection.errors import UsageError

CLOSED = {
    "nft.storage": "NFT.Storage takes no uploads since 30 June 2024",
    "storacha": "Storacha takes no uploads since 15 April 2026",
    "web3.storage": "web3.storage became Storacha, which takes no uploads since 15 April 2026",
    "infura": "Infura gives its IPFS service to nobody new",
}
_HOSTS = {
    "nft.storage": "nft.storage", "storacha.network": "storacha", "web3.storage": "web3.storage",
    "up.storacha.network": "storacha", "ipfs.infura.io": "infura",
}  # fmt: skip
_SPELLINGS = {
    "nftstorage": "nft.storage", "nft-storage": "nft.storage", "web3storage": "web3.storage",
    "web3-storage": "web3.storage", "w3up": "storacha", "infura-ipfs": "infura",
}  # fmt: skip
INSTEAD = (
    'write "pinata:env:PINATA_JWT", "filebase:env:FILEBASE_KEYS@BUCKET", "kubo:/ip4/127.0.0.1/tcp/5001" for a node of '
    'your own, or "pinning:env:NAME@URL" for any service with the IPFS Pinning Service API, Filecoin Pin among them'
)


def refuse_closed(kind: str) -> None:
    """Raise UsageError for the name of a closed service."""
    name = kind.lower()
    name = _SPELLINGS.get(name, name)
    if name in CLOSED:
        raise UsageError(CLOSED[name], INSTEAD)


def refuse_closed_host(url: str) -> None:
    """Raise UsageError for an address of a closed service."""
    host = urlsplit(url).hostname or ""
    for known, name in _HOSTS.items():
        if host == known or host.endswith(f".{known}"):
            refuse_closed(name)
