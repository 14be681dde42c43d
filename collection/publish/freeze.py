"""Freeze: token ids are given out, the metadata is written, and the hashes are fixed. From here on bytes rule."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collection.config import Config
from collection.config.publishing import Artist, Publish
from collection.errors import PublishError
from collection.publish.layout import animations_directory, images_directory, metadata_directory, root_directory
from collection.publish.limits import check_metadata
from collection.publish.marks import Ask, published_images
from collection.publish.metadata import contract_metadata, described_token, model_license, token_metadata
from collection.publish.model import TokenMetadata
from collection.publish.proof import Leaf, Sign, seadrop_provenance, write_proof
from collection.publish.provenance import provenance_hash
from collection.publish.rarity import rarity
from collection.store.files import Files
from collection.store.records import Asset, Freeze
from collection.store.store import Store
from collection.unixfs import cid_text, directory_cid, link_to
from collection.values import Progress, amount, canonical_json, sha256_hex, silent


@dataclass(frozen=True, slots=True)
class FreezeReport:
    """The frozen set: how many tokens, and the hash that fixes their order."""

    tokens: int
    provenance: str
    root_cid: str


def inputs(store: Store, config: Config) -> str:
    """Hash of all that the frozen set depends on: the chosen files and what the metadata says."""
    chosen = [
        [asset.id, asset.file_sha256, *model_license(asset).values(), *(trait.as_json() for trait in asset.told_traits)]
        for asset in _chosen(store)
    ]
    return sha256_hex(canonical_json([chosen, settings_of(config)]))


TOGETHER = 500
"""Metadata files that are written to the disk together."""
LATER = (
    "traits", "disclose", "disclose_prompt", "certificate", "watermark", "watermark_key", "name", "animation_url",
    "background_color", "banner_image", "featured_image", "collaborators",
)  # fmt: skip
"""Keys of [publish] that sets were frozen without: they say nothing where they have their default."""
ASIDE = ("storage", "timestamps")
"""Keys of [publish] that no frozen file depends on by what it says."""


def settings_of(config: Config) -> dict[str, Any]:
    """The part of the configuration that the metadata is written from, as JSON."""
    quiet = {name for name in LATER if getattr(config.publish, name) == type(config.publish).model_fields[name].default}
    return config.model_dump(
        mode="json",
        include={"title", "symbol", "description", "seed", "artists", "publish"},
        exclude={"publish": {*ASIDE, *quiet}},
    )


def pending(store: Store, config: Config) -> int:
    """How many tokens are to be frozen: the chosen ones if they or their metadata changed, else none."""
    return 0 if store.stage_inputs("freeze") == inputs(store, config) else len(store.selection())


def lost(store: Store, files: Files) -> int:
    """How many tokens are to be frozen again because a metadata file of the frozen set is gone: all, else none."""
    frozen, tokens = store.frozen(), store.tokens()
    written = {frozen.contract_metadata_sha256, *(token.metadata_sha256 for token in tokens)} if frozen else set()
    return len(tokens) if written - files.names(".json") else 0


def rewrite(store: Store, files: Files, config: Config, frozen: Freeze) -> None:
    """Write the metadata files of a frozen set again, as they were; a file that would come out other is not written."""
    then = config_of(config, frozen)
    wanted = {token.metadata_sha256 for token in store.tokens(frozen)} | {frozen.contract_metadata_sha256}
    tokens = store.tokens(frozen)
    animations = animations_directory(files, [(item.token_id, item.asset) for item in tokens])
    animations_cid = directory_cid(animations) if animations else ""
    documents = [
        token_metadata(then, item.asset, item.token_id, frozen.images_cid, animations_cid, image)
        for item, image in zip(tokens, store.published_images(tokens), strict=True)
    ]
    for document in (*documents, contract_metadata(then, frozen.images_cid).as_json()):
        if sha256_hex(data := canonical_json(document)) in wanted:
            files.add(data, ".json")


def config_of(config: Config, frozen: Freeze) -> Config:
    """The configuration, with what the metadata is written from as it was when the set was frozen."""
    if not frozen.settings:
        return config
    told = dict(frozen.settings)
    artists = tuple(Artist(**item) for item in told.pop("artists"))
    publish = Publish.model_validate({**told.pop("publish"), "storage": config.publish.storage})
    return config.model_copy(update={**told, "artists": artists, "publish": publish})


def freeze(
    store: Store,
    files: Files,
    config: Config,
    *,
    again: bool = False,
    sign: Sign | None = None,
    credentials: Ask | None = None,
    progress: Progress = silent,
) -> FreezeReport:
    """Fix the set as a version of its own, which becomes the current one; earlier versions stay as they are.

    Where the current one is pinned or has a contract, there is no other one unless `again` says so. `sign` signs the
    manifest of the proof, `credentials` give what signs marked pictures. Raises PublishError for that, and where
    nothing, or less than the supply, is chosen.
    """
    chosen = _chosen(store)
    if error := refusal(store, config, again=again):
        raise error
    ordered = _token_order(config.seed, chosen)
    published = published_images(store, files, config, ordered, credentials, progress)
    images = [image.image_sha256 for image in published]
    images_link = link_to(images_directory(files, enumerate(images, 1)))
    images_cid = cid_text(images_link.cid)
    animations = _animations(files, ordered)
    animations_cid = directory_cid(animations) if animations else ""
    described = [
        described_token(config, asset, number, images_cid, animations_cid, image)
        for number, (asset, image) in enumerate(zip(ordered, published, strict=True), 1)
    ]
    about = contract_metadata(config, images_cid)
    check_metadata(about, zip(map(_source, ordered), described, strict=True), config.publish.traits)
    texts = _written(files, described, progress)
    tokens = [
        (token.token_id, asset.id, image.image_sha256, text)
        for token, asset, image, text in zip(described, ordered, published, texts, strict=True)
    ]
    metadata_link = link_to(metadata_directory(files, enumerate(texts, 1)))
    metadata_cid = cid_text(metadata_link.cid)
    contract = files.add(canonical_json(about.as_json()), ".json")
    provenance = provenance_hash(images)
    manifest = {
        "title": config.title, "images_cid": images_cid, "metadata_cid": metadata_cid,
        "contract_metadata_sha256": contract, "bayc_provenance": provenance,
        "seadrop_provenance": seadrop_provenance(metadata_cid),
    }  # fmt: skip
    leaves = [
        Leaf(token.token_id, image.image_sha256, image.pixel_sha256, text, token.properties["recipe_sha256"])
        for token, image, text in zip(described, published, texts, strict=True)
    ]
    proof = write_proof(files, leaves, manifest, rarity({token.token_id: token.traits for token in described}), sign)
    root = link_to(root_directory(files, images_link, metadata_link, contract, animations, proof))
    frozen = Freeze(
        provenance=provenance,
        images_cid=images_cid,
        metadata_cid=metadata_cid,
        root_cid=cid_text(root.cid),
        contract_metadata_sha256=contract,
        settings=settings_of(config),
        proof_sha256=proof,
    )
    store.add_freeze(frozen, tokens, inputs(store, config), {"tokens": len(tokens)})
    return FreezeReport(len(tokens), frozen.provenance, frozen.root_cid)


def _animations(files: Files, ordered: Sequence[Asset]) -> dict[str, Path]:
    """The directory of the animations; raises UnavailableError for one that is gone or was changed."""
    for asset in ordered:
        if asset.animation:
            files.read(*asset.animation)
    return animations_directory(files, enumerate(ordered, 1))


def _written(files: Files, described: Sequence[TokenMetadata], progress: Progress) -> list[str]:
    """Keep the metadata file of each token, in groups; their SHA-256."""
    found: list[str] = []
    for first in range(0, len(described), TOGETHER):
        group = described[first : first + TOGETHER]
        found += files.add_all([canonical_json(token.as_json()) for token in group], ".json")
        progress(len(found), len(described))
    return found


def _source(asset: Asset) -> str:
    """An asset as people find it: image 0007, with the file that it was imported from."""
    source = asset.generator.get("source")
    return f"image {asset.label} ({source})" if source else f"image {asset.label}"


def _chosen(store: Store) -> list[Asset]:
    by_id = {asset.id: asset for asset in store.assets()}
    return [by_id[choice.asset_id] for choice in store.selection() if choice.asset_id in by_id]


def refusal(store: Store, config: Config, *, again: bool = False) -> PublishError | None:
    """Why the set cannot be frozen as it stands; None if it can, or is frozen so already."""
    chosen, frozen = len(_chosen(store)), store.frozen()
    if chosen < config.supply:
        return PublishError(
            f"{amount(chosen, 'image')} chosen, but supply = {config.supply}",
            "collection run makes and chooses them; if too many are duplicates, raise `candidates`",
        )
    if frozen is None or again or store.stage_inputs("freeze") == inputs(store, config):
        return None
    published = _published(store, frozen)
    if published is None:
        return None
    return PublishError(
        f"the frozen set {published}, and since then {_changed(frozen, config)} changed",
        "take the change back, or `collection freeze --again` makes a new set, which is published anew",
    )


def _published(store: Store, frozen: Freeze) -> str | None:
    """Where the frozen set is already, in words; None: nowhere."""
    deployed = [item for item in store.deployments() if item.root_cid == frozen.root_cid]
    if deployed:
        return f"has a contract at {deployed[-1].address} on {deployed[-1].network}"
    pinned = [pin.pinner for pin in store.pins() if pin.root_cid == frozen.root_cid and pin.status == "pinned"]
    return f"is pinned in {' and '.join(pinned)}" if pinned else None


def _changed(frozen: Freeze, config: Config) -> str:
    """The keys of the configuration that differ from the frozen set, or else the chosen images, in words."""
    now = settings_of(config)
    names = [name for name in now if frozen.settings and frozen.settings.get(name) != now[name]]
    return ", ".join(names) or ("the chosen images or their traits" if frozen.settings else "the set or its metadata")


def _token_order(seed: int | str, assets: Sequence[Asset]) -> list[Asset]:
    """A shuffle that depends on the seed and the pictures alone: token numbers tell nothing of rank or series."""

    def key(asset: Asset) -> bytes:
        return hashlib.sha256(f"collection/token/1\n{seed}\n{asset.file_sha256}".encode()).digest()

    return sorted(assets, key=key)
