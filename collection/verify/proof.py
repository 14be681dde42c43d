"""The proof of a published set, as a storage gives it back: root, leaves, inclusion proofs and signature."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from collection.errors import CollectionError
from collection.publish.merkle import MerkleTree, includes
from collection.publish.proof import LEAVES, MANIFEST, TOKENS
from collection.publish.signature import signer_of
from collection.values import parse_json
from collection.verify.content import Source
from collection.verify.expected import ExpectedState
from collection.verify.findings import Finding

SIGNATURE = "signature.json"


class _WrongError(Exception):
    """A file of the proof is not what it must be."""


def check_proof(expected: ExpectedState, source: Source) -> Iterator[Finding]:
    """Compare the folder `proof` of a set with what was frozen; a set from before there were proofs has none.

    What is wrong with the whole is a finding of the contract, what is wrong with one inclusion proof costs its token.
    """
    if expected.proof_sha256 is None:
        return
    folder = f"ipfs://{expected.deployment.root_cid}/proof"
    try:
        manifest = _manifest(source, folder, expected)
        lines = _read(source, f"{folder}/{LEAVES}").decode("utf-8", "replace").splitlines()
        root = MerkleTree([line.encode() for line in lines]).root
        if root.hex() != manifest.get("merkle_root"):
            raise _WrongError(f"{LEAVES} leads to the root {root.hex()}, {MANIFEST} says {manifest.get('merkle_root')}")
    except _WrongError as wrong:
        yield Finding(None, "proof", f"{source.name}: {wrong}")
        return
    for place, (number, leaf) in enumerate(expected.leaves):
        if place >= len(lines) or lines[place] != leaf:
            told = lines[place] if place < len(lines) else "nothing"
            yield Finding(number, "proof", f"{source.name}: its leaf says {told}, frozen as {leaf}")
        elif why := _inclusion(source, f"{folder}/{TOKENS}/{number}.json", place, leaf, len(lines), root):
            yield Finding(number, "proof", f"{source.name}: {why}")


def signer(expected: ExpectedState, source: Source) -> str | None:
    """The account that signed the manifest, None where nobody did; its bytes were compared by `check_proof`."""
    folder = f"ipfs://{expected.deployment.root_cid}/proof"
    try:
        manifest = parse_json(_read(source, f"{folder}/{MANIFEST}").decode())
        if SIGNATURE not in manifest["files"]:
            return None
        signed = parse_json(_read(source, f"{folder}/{SIGNATURE}").decode())
        return signer_of(manifest, str(signed["signature"]))
    except (_WrongError, ValueError, KeyError, TypeError):
        return None


def _manifest(source: Source, folder: str, expected: ExpectedState) -> Mapping[str, Any]:
    """The manifest, and all files that it names, by their hashes."""
    data = _read(source, f"{folder}/{MANIFEST}")
    if (found := sha256(data).hexdigest()) != expected.proof_sha256:
        raise _WrongError(f"{MANIFEST} has SHA-256 {found}, frozen as {expected.proof_sha256}")
    manifest: Mapping[str, Any] = parse_json(data.decode())
    for name, digest in manifest["files"].items():
        file = _read(source, f"{folder}/{name}")
        if sha256(file).hexdigest() != digest:
            raise _WrongError(f"{name} is not the file that {MANIFEST} names")
        if name == SIGNATURE:
            signed = parse_json(file.decode())
            if signer_of(manifest, str(signed["signature"])) != signed["signer"]:
                raise _WrongError(f"{SIGNATURE} is no signature of the manifest by {signed['signer']}")
    return manifest


def _inclusion(source: Source, uri: str, place: int, leaf: str, count: int, root: bytes) -> str:
    """What is wrong with the inclusion proof of a token; empty if it leads to the root."""
    try:
        proof = parse_json(_read(source, uri).decode())
        path = [bytes.fromhex(node) for node in proof["path"]]
        if proof["leaf"] == leaf and includes(root, count, proof["index"], leaf.encode(), path):
            return "" if proof["index"] == place else f"{uri} proves another place"
    except _WrongError as wrong:
        return str(wrong)
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{uri} holds no inclusion proof"
    return f"{uri} does not lead to the root"


def _read(source: Source, uri: str) -> bytes:
    try:
        return b"".join(source.content(uri))
    except CollectionError as error:
        raise _WrongError(error.message) from error
