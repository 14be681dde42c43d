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


def signer_of(manifest: Mapping[str, Any], signature: str) -> str | None:
    """The account whose signature of the manifest that is, None if it is no signature at all."""
    from eth_account import Account
    from eth_account.messages import encode_typed_data

    try:
        return str(
            Account.recover_message(encode_typed_data(full_message=typed_manifest(manifest)), signature=signature)
        )
    except Exception:  # whatever a forged signature makes the library raise
        return None


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
