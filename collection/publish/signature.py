"""The manifest of a proof as typed data, which wallets show field by field before they sign. Source: EIP-712."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TYPES = {
    "EIP712Domain": [{"name": "name", "type": "string"}, {"name": "version", "type": "string"}],
    "Manifest": [
        {"name": "title", "type": "string"},
        {"name": "tokens", "type": "uint256"},
        {"name": "merkleRoot", "type": "bytes32"},
        {"name": "provenance", "type": "bytes32"},
        {"name": "imagesCid", "type": "string"},
        {"name": "metadataCid", "type": "string"},
    ],
}
DOMAIN = {"name": "Collection proof", "version": "1"}
"""No chain and no contract: the set is signed before there is one."""


def typed_manifest(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The typed data of a manifest: types, domain and message, in JSON values."""
    message = {
        "title": manifest["title"],
        "tokens": manifest["tokens"],
        "merkleRoot": f"0x{manifest['merkle_root']}",
        "provenance": f"0x{manifest['bayc_provenance']}",
        "imagesCid": manifest["images_cid"],
        "metadataCid": manifest["metadata_cid"],
    }
    return {"types": TYPES, "primaryType": "Manifest", "domain": DOMAIN, "message": message}
