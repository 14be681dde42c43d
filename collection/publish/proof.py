"""The proof of a frozen set: everything that a stranger needs, in the folder `proof` beside images and metadata.

leaves.txt    a line for each token: its id and the SHA-256 of image file, pixels, metadata file and recipe
manifest.json what the set is, the Merkle root over those lines, and the two older forms of a provenance hash
tokens/N.json the line of one token, its place, and its siblings in the tree (merkle.py)
rarity.json   the ranks of the tokens, and the method
signature.json the manifest signed by the deployer (EIP-712), if the key was at hand when the set was frozen
check.py, check.mjs  twenty lines each that check a token, in Python and in JavaScript, without Collection
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collection.publish.merkle import MerkleTree
from collection.publish.rarity import METHOD, Rarity
from collection.store.files import Files
from collection.store.publication_records import PublishedImage, Token
from collection.values import canonical_json

FORMAT = "collection/proof/1"
TREE = "RFC 9162 Merkle tree, SHA-256, over the lines of leaves.txt without their ends"
NOTHING = "-"
"""What a leaf says of a recipe that the token does not have."""
MANIFEST, LEAVES, TOKENS = "manifest.json", "leaves.txt", "tokens"
SCRIPTS = Path(__file__).parent / "scripts"

Sign = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
"""Signs a manifest; None where no key is at hand."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """What is proven of one token."""

    token_id: int
    image_sha256: str
    pixel_sha256: str
    metadata_sha256: str
    recipe_sha256: str | None

    @classmethod
    def of(cls, token: Token, image: PublishedImage, recipe: str | None) -> Leaf:
        """The leaf of a frozen token; `recipe` is the hash of its recipe, if it has one."""
        return cls(token.token_id, image.image_sha256, image.pixel_sha256, token.metadata_sha256, recipe)

    def __str__(self) -> str:
        recipe = self.recipe_sha256 or NOTHING
        return f"{self.token_id} {self.image_sha256} {self.pixel_sha256} {self.metadata_sha256} {recipe}"


def merkle_root(leaves: Iterable[Leaf]) -> str:
    """The root over the leaves, in token order; 64 hex digits."""
    return MerkleTree([str(leaf).encode() for leaf in leaves]).root.hex()


def seadrop_provenance(metadata_cid: str) -> str:
    """The provenance hash that SeaDrop's documentation asks for: Keccak-256 over the text of the metadata folder's
    CIDv1; 64 hex digits."""
    from eth_hash.auto import keccak  # not eth_utils, which takes a third of a second to load

    return keccak(metadata_cid.encode()).hex()


def write_proof(
    files: Files, leaves: Sequence[Leaf], manifest: Mapping[str, Any], ranks: Rarity, sign: Sign | None = None
) -> str:
    """Keep the files of a proof; returns the SHA-256 of its manifest, which names the others.

    `manifest` says what else the set is; the tree, and the files by their names, are added here.
    """
    kept = {name: files.add(*part) for name, part in proof_parts(leaves, ranks).items()}
    whole = {**manifest, "format": FORMAT, "tree": TREE, "tokens": len(leaves), "merkle_root": merkle_root(leaves)}
    if signature := sign(whole) if sign else None:
        kept["signature.json"] = files.add(canonical_json(dict(signature)), ".json")
    return files.add(canonical_json({**whole, "files": kept}), ".json")


def proof_parts(leaves: Iterable[Leaf], ranks: Rarity) -> dict[str, tuple[bytes, str]]:
    """The bytes and the suffix of each file that the manifest of a proof names, but the signature, by its name."""
    lines = "".join(f"{leaf}\n" for leaf in leaves).encode()
    parts = {LEAVES: (lines, ".txt"), "rarity.json": (canonical_json(_ranks(ranks)), ".json")}
    return parts | {path.name: (path.read_bytes(), path.suffix) for path in sorted(SCRIPTS.glob("check.*"))}


def _ranks(ranks: Rarity) -> dict[str, Any]:
    tokens = [[token.token_id, token.rank, round(token.score, 9)] for token in ranks.tokens]
    columns = ["token", "rank", "score"]
    return {"method": METHOD, "entropy": round(ranks.entropy, 9), "columns": columns, "tokens": tokens}


def proof_files(files: Files, manifest_sha256: str) -> dict[str, tuple[str, str]]:
    """(SHA-256, suffix) of each file of a proof that is kept, by its name; of a lost manifest only the manifest."""
    named = {MANIFEST: (manifest_sha256, ".json")}
    if files.path(manifest_sha256, ".json").exists():
        manifest = json.loads(files.read(manifest_sha256, ".json"))
        named |= {name: (sha256, Path(name).suffix) for name, sha256 in manifest["files"].items()}
    return named


def proof_directory(files: Files, manifest_sha256: str) -> dict[str, Any]:
    """The folder `proof` of a frozen set, by its manifest. Raises UnavailableError where a file of it is gone."""
    manifest = json.loads(files.read(manifest_sha256, ".json"))
    lines = files.read(manifest["files"][LEAVES], ".txt").decode().splitlines()
    tree = MerkleTree([line.encode() for line in lines])
    tokens = {f"{line.partition(' ')[0]}.json": _proof(tree, place, line) for place, line in enumerate(lines)}
    named = {name: files.path(sha256, Path(name).suffix) for name, sha256 in manifest["files"].items()}
    return {**named, MANIFEST: files.path(manifest_sha256, ".json"), TOKENS: tokens}


def _proof(tree: MerkleTree, place: int, line: str) -> bytes:
    """The canonical JSON of one proof; in its values there is nothing to escape."""
    path = ",".join([f'"{node.hex()}"' for node in tree.path(place)])
    return f'{{"index":{place},"leaf":"{line}","path":[{path}]}}'.encode()
