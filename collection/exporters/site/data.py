"""What the gallery knows of a set: a small file for all tokens, and files with the details of some tokens each.

They are scripts that call or assign, because a page that was opened from a disk may read no other files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collection.exporters.exporter import PublishedSet, PublishedToken
from collection.publish.additions import ANIMATIONS
from collection.publish.proof import LEAVES, MANIFEST
from collection.publish.rarity import rarity
from collection.values import canonical_json

TOGETHER = 100
"""Tokens whose details lie in one file."""


@dataclass(frozen=True, slots=True)
class SiteContract:
    """The contract of the set, as the page tells of it."""

    address: str
    network: str
    chain_id: int
    explorer: str = ""
    """The address of the network's block explorer; empty where none is known."""
    offset: int = 0
    """Of a set that was drawn: token 1 shows document `offset` + 1, and so on, round and round."""
    node: str = ""
    """The address of a node, from which the page reads owners; empty: the visitor names one."""

    def as_json(self) -> dict[str, Any]:
        """As the page reads it."""
        return {
            "address": self.address, "network": self.network, "chain_id": self.chain_id, "explorer": self.explorer,
            "node": self.node, "offset": self.offset,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class SiteEditions:
    """The contract of the copies of the images, as the page tells of it."""

    address: str
    network: str
    explorer: str = ""
    """The address of the network's block explorer; empty where none is known."""
    copies: int = 0
    """Most of each image; 0: any number."""
    minted: Mapping[int, int] | None = None
    """Of a closed edition how many copies of each image there are, by token id; None: it is not closed."""

    def as_json(self, tokens: Sequence[PublishedToken]) -> dict[str, Any]:
        """As the page reads it: `sizes`, of each token how many copies there can be, 0 for any number."""
        closed = self.minted
        sizes = [self.copies if closed is None else closed.get(token.token_id, 0) for token in tokens]
        return {
            "address": self.address, "network": self.network, "explorer": self.explorer,
            "closed": closed is not None, "sizes": sizes,
        }  # fmt: skip


def set_script(published: PublishedSet, contract: SiteContract | None, editions: SiteEditions | None = None) -> bytes:
    """data/set.js: names, traits and ranks of all tokens, by columns."""
    tokens, manifest = published.tokens, _manifest(published)
    ranks = rarity({token.token_id: token.metadata.traits for token in tokens}).by_token
    licenses = {str(token.metadata.properties.get("license") or "") for token in tokens}
    told = {
        "title": published.contract.name, "description": published.contract.description, "tokens": len(tokens),
        "root_cid": published.root_cid, "merkle_root": manifest.get("merkle_root", ""), "signer": _signer(published),
        "license": licenses.pop() if len(licenses) == 1 else "", "together": TOGETHER,
        "names": [token.metadata.name for token in tokens], "traits": [*_columns(published)],
        "ranks": [ranks[token.token_id].rank for token in tokens],
        "contract": contract.as_json() if contract else None,
        "editions": editions.as_json(tokens) if editions else None,
    }  # fmt: skip
    return b"globalThis.COLLECTION_SET = " + canonical_json(told) + b";\n"


def _columns(published: PublishedSet) -> Iterator[dict[str, Any]]:
    """Each trait: its name, its values, and of each token the place of its value, or -1."""
    told = [{trait.name: trait.text for trait in token.metadata.traits} for token in published.tokens]
    for name in published.trait_names:
        values = list(dict.fromkeys(traits[name] for traits in told if name in traits))
        place = {value: number for number, value in enumerate(values)}
        yield {"name": name, "values": values, "tokens": [place[one[name]] if name in one else -1 for one in told]}


def detail_scripts(published: PublishedSet) -> Iterator[tuple[str, bytes]]:
    """data/details/N.js: of TOGETHER tokens each what is shown of one that is opened."""
    leaves = _leaves(published)
    for number, first in enumerate(range(0, len(published.tokens), TOGETHER)):
        group = published.tokens[first : first + TOGETHER]
        details = canonical_json([_detail(published, token, leaves.get(token.token_id, ())) for token in group])
        yield f"data/details/{number}.js", b"COLLECTION_DETAILS(%d, %s);\n" % (number, details)


def _detail(published: PublishedSet, token: PublishedToken, leaf: Sequence[str]) -> dict[str, Any]:
    properties, about = token.metadata.properties, token.metadata.description
    recipe = properties.get("recipe") or {}
    generator, model = recipe.get("generator", ""), recipe.get("model", "")
    made = model if model.startswith(f"{generator}/") else f"{generator} {model}".strip()
    artists = ", ".join(artist.get("name", "") for artist in properties.get("artists", ()))
    told = [
        ("Made by", made or properties.get("made_by")), ("Seed", recipe.get("seed")), ("Artists", artists),
        ("License", properties.get("license")), ("License of the model", properties.get("model_license")),
        ("Credits of the model", properties.get("model_attribution")),
        *zip(("SHA-256 of the image", "SHA-256 of its pixels", "SHA-256 of the metadata"), leaf, strict=False),
        ("SHA-256 of the recipe", properties.get("recipe_sha256")), ("Folder on IPFS", published.root_cid),
    ]  # fmt: skip
    return {
        "description": about if about != published.contract.description else "",
        "prompt": str(recipe.get("prompt") or ""),
        "external_url": token.metadata.external_url,
        "animation": _beside(published, token),
        "provenance": [[name, str(value)] for name, value in told if value not in (None, "")],
    }


def _beside(published: PublishedSet, token: PublishedToken) -> str:
    """Where the animation of a token lies in the published folder; empty if it has none there."""
    folder = published.tree.get(ANIMATIONS)
    name = token.metadata.animation_url.rpartition("/")[2]
    return f"{ANIMATIONS}/{name}" if isinstance(folder, Mapping) and name in folder else ""


def _manifest(published: PublishedSet) -> Mapping[str, Any]:
    found = _proof_file(published, MANIFEST)
    return json.loads(found) if found else {}


def _signer(published: PublishedSet) -> str:
    """Who signed the manifest, as the file of the signature says; empty where it is not signed."""
    found = _proof_file(published, "signature.json")
    return str(json.loads(found)["signer"]) if found else ""


def _leaves(published: PublishedSet) -> dict[int, list[str]]:
    """The hashes of image, pixels and metadata of each token, where the set has a proof."""
    lines = (_proof_file(published, LEAVES) or b"").decode().splitlines()
    parts = (line.split(" ") for line in lines)
    return {int(number): hashes[:3] for number, *hashes in parts}


def _proof_file(published: PublishedSet, name: str) -> bytes | None:
    folder = published.tree.get("proof")
    entry = folder.get(name) if isinstance(folder, Mapping) else None
    return entry.read_bytes() if isinstance(entry, Path) else None
