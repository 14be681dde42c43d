"""The files that freezing wrote: which they are, whether they are there, and written again as they were."""

from __future__ import annotations

from collection.config import Config
from collection.errors import CollectionError
from collection.publish.layout import extra_directories
from collection.publish.metadata import contract_metadata, described_token, published_files
from collection.publish.proof import MANIFEST, Leaf, proof_files, proof_parts
from collection.publish.rarity import rarity
from collection.publish.settings import config_of
from collection.store.files import Files
from collection.store.publication_records import Freeze
from collection.store.store import Store
from collection.unixfs import directory_cid
from collection.values import canonical_json, sha256_hex


def written(store: Store, files: Files, frozen: Freeze) -> dict[str, tuple[str, str]]:
    """(SHA-256, suffix) of what freezing wrote, by its place below the root: metadata, proof, pictures with marks."""
    found = {"collection.json": (frozen.contract_metadata_sha256, ".json")}
    for token in store.tokens(frozen):
        found[f"metadata/{token.token_id}.json"] = (token.metadata_sha256, ".json")
        if token.image_sha256 != token.asset.file_sha256:
            found[f"images/{token.token_id}.png"] = (token.image_sha256, ".png")
        found |= {f"{folder}/{token.token_id}{file[1]}": file for folder, file in token.files.items()}
    if frozen.proof_sha256:
        try:
            proof = proof_files(files, frozen.proof_sha256)
        except CollectionError:  # the manifest was changed: it is named itself
            proof = {MANIFEST: (frozen.proof_sha256, ".json")}
        found |= {f"proof/{name}": each for name, each in proof.items()}
    return found


def lost(store: Store, files: Files) -> int:
    """How many tokens are to be frozen again because a file of the metadata or the proof is gone: all, else none."""
    frozen = store.frozen()
    if frozen is None:
        return 0
    texts = {file for place, file in written(store, files, frozen).items() if not place.startswith("images/")}
    there = {suffix: files.names(suffix) for suffix in {suffix for _, suffix in texts}}
    return len(store.tokens(frozen)) if any(sha256 not in there[suffix] for sha256, suffix in texts) else 0


def rewrite(store: Store, files: Files, config: Config, frozen: Freeze) -> None:
    """Write the metadata and the proof of a frozen set again, as they were; a file that would come out other is not
    written. Of a proof whose manifest is gone nothing is: what it names is not known."""
    wanted = set(written(store, files, frozen).values())
    (then, additions), tokens = config_of(config, frozen), store.tokens(frozen)
    directories = extra_directories(files, [(token.token_id, token.files) for token in tokens])
    cids = {folder: directory_cid(entries, frozen.profile) for folder, entries in directories.items()}
    images = store.published_images(tokens)
    described = [
        described_token(
            then, item.asset, item.token_id, frozen.images_cid, image, additions.get(item.asset.id),
            published_files(item.token_id, item.files, cids),
        )
        for item, image in zip(tokens, images, strict=True)
    ]  # fmt: skip
    about = [contract_metadata(then, frozen.images_cid).as_json(), *(token.as_json() for token in described)]
    again = [(canonical_json(document), ".json") for document in about]
    recipes = [token.properties["recipe_sha256"] for token in described]
    leaves = [Leaf.of(*each) for each in zip(tokens, images, recipes, strict=True)]
    again += proof_parts(leaves, rarity({token.token_id: token.traits for token in described})).values()
    for data, suffix in again:
        if (sha256_hex(data), suffix) in wanted:
            files.add(data, suffix)
