"""The standard JSON input of a released contract: what its compiler was told, so that anybody can compile it again."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from collection.chain.compiled import Artifact
from collection.errors import ChainError
from collection.values import sha256_hex


def standard_json(compiled: Artifact) -> dict[str, Any]:
    """The input of solc that gives the artifact's bytecode (Solidity documentation, "Compiler Input Description").

    Raises ChainError where a source is not in this release, or was changed.
    """
    return {
        "language": "Solidity",
        "sources": {name: {"content": _source(compiled, name)} for name in compiled.sources},
        "settings": {
            **compiled.settings,
            "outputSelection": {"*": {"*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"]}},
        },
    }


def identifier(compiled: Artifact) -> str:
    """The contract among its sources: src/Sale.sol:Sale."""
    return f"src/{compiled.name}.sol:{compiled.name}"


def _source(compiled: Artifact, name: str) -> str:
    sha256 = compiled.sources[name]
    file = files("collection.chain") / "artifacts" / "sources" / f"{sha256}.sol"
    data = file.read_bytes() if file.is_file() else b""
    if sha256_hex(data) != sha256:
        raise ChainError(
            f"{name} of {compiled.name} (artifact {compiled.sha256[:12]}) is not in this release: SHA-256 {sha256}",
            "publish its source with the release of Collection that deployed it",
        )
    return data.decode()
