"""The compiled contracts that ship with the product, and how code on a chain is recognised as one of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from collection.values import sha256_hex

TOKENS = ("CollectionToken", "RevealToken", "BurnableToken", "ValidatedToken", "BurnableValidatedToken")
"""The token contracts; a set has one of them."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A compiled contract."""

    name: str
    """One of `TOKENS`, or Editions, Splitter or Sale."""
    abi: list[Any]
    bytecode: str
    """0x hex: the code that deploys."""
    deployed: bytes
    """The code at the address afterwards, with zeros where the immutable values go."""
    immutables: tuple[tuple[int, int], ...]
    """(start, length) in `deployed`, bytes."""
    sha256: str
    compiler: str
    """The version of solc: 0.8.37+commit.f401782d."""
    settings: Mapping[str, Any]
    """What the compiler was told (standard JSON input, `settings`)."""
    sources: Mapping[str, str]
    """The SHA-256 of every source, by the name that the compiler read it by."""

    def has(self, function: str) -> bool:
        """Whether it has a function of that name."""
        return any(each["type"] == "function" and each["name"] == function for each in self.abi)

    def made(self, code: bytes) -> bool:
        """Whether `code`, read from a chain, is this contract; its immutable values may be any."""
        masked = bytearray(code)
        for start, length in self.immutables:
            masked[start : start + length] = bytes(length)
        return bytes(masked) == self.deployed


@cache
def artifact(contract: str = "CollectionToken") -> Artifact:
    """The version of a contract that is deployed now, by its name."""
    return _read_artifact((files("collection.chain") / "artifacts" / f"{contract}.json").read_bytes())


@cache
def artifact_of(sha256: str) -> Artifact | None:
    """The contract of that hash, of whatever version; None where this version of Collection does not have it.

    Every version that was ever released stays in the folder of artifacts.
    """
    for file in (files("collection.chain") / "artifacts").iterdir():
        if file.name.endswith(".json") and sha256_hex(data := file.read_bytes()) == sha256:
            return _read_artifact(data)
    return None


def recognised(code: bytes, contract: str = "CollectionToken") -> Artifact | None:
    """The version of a contract that some code on a chain is; None: it is none.

    Versions that differ in comments alone have one code: then it is that of today.
    """
    if artifact(contract).made(code):
        return artifact(contract)
    for file in (files("collection.chain") / "artifacts").iterdir():
        if file.name.startswith(f"{contract}-") and file.name.endswith(".json"):
            compiled = _read_artifact(file.read_bytes())
            if compiled.made(code):
                return compiled
    return None


def recognised_token(code: bytes) -> Artifact | None:
    """The version of a token contract that some code on a chain is, of whatever kind."""
    return next((found for contract in TOKENS if (found := recognised(code, contract))), None)


def _read_artifact(data: bytes) -> Artifact:
    document = json.loads(data)
    return Artifact(
        name=document["contractName"],
        abi=document["abi"],
        bytecode=document["bytecode"],
        deployed=bytes.fromhex(document["deployedBytecode"][2:]),
        immutables=tuple((each["start"], each["length"]) for each in document["immutables"]),
        sha256=sha256_hex(data),
        compiler=".".join(document["compiler"]["version"].split(".")[:4]),
        settings=document["compiler"]["settings"],
        sources={name: source["sha256"] for name, source in document["sources"].items()},
    )
