"""Freeze: token ids are given out, the metadata is written, and the hashes are fixed. From here on bytes rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from collection.concurrency.collector import collector_paused
from collection.concurrency.prefetch import batches_ahead
from collection.config import Config
from collection.config.shares import shared
from collection.curate.reviews.log import review_states
from collection.errors import CollectionError, PublishError
from collection.publish.additions import Addition
from collection.publish.duties import duties_refusal
from collection.publish.extras import extras_of, further_than
from collection.publish.layout import extra_directories, images_directory, metadata_directory, root_directory
from collection.publish.limits import check_metadata
from collection.publish.marks import Ask, published_images
from collection.publish.metadata import contract_metadata, described_token, model_license, published_files
from collection.publish.model import ContractMetadata, TokenMetadata
from collection.publish.order import recorded_order, token_order
from collection.publish.proof import Leaf, Sign, seadrop_provenance, write_proof
from collection.publish.provenance import provenance_hash
from collection.publish.rarity import rarity
from collection.publish.settings import settings_of
from collection.store.files import Files
from collection.store.publication_records import Freeze, PublishedImage, Token
from collection.store.records import Asset
from collection.store.store import Store
from collection.unixfs import PROFILES, Link, Profile, as_version_1, cid_text, directory_cid, link_to, link_to_hashed
from collection.values import Progress, amount, canonical_json, sha256_hex, silent


@dataclass(frozen=True, slots=True)
class FreezeReport:
    """The frozen set: how many tokens, and the hash that fixes their order."""

    tokens: int
    provenance: str
    root_cid: str


TOGETHER = 500
"""Images that are read, and metadata files that are written to the disk, together."""
Item = TypeVar("Item")
Limits = Callable[[ContractMetadata, Sequence[TokenMetadata], Sequence[str]], CollectionError | None]
"""What else is wrong, if anything: told the metadata of contract and tokens, and the SHA-256 of each picture."""
NO_ADDITIONS: Mapping[int, Addition] = {}


def inputs(
    store: Store,
    config: Config,
    additions: Mapping[int, Addition] = NO_ADDITIONS,
    assets: Sequence[Asset] | None = None,
) -> str:
    """Hash of all that the frozen set depends on: the chosen files, what the metadata says, and who has what place.

    `assets` are the chosen images, where they were read already.
    """
    assets = chosen_of(store) if assets is None else assets
    chosen = [
        [asset.id, asset.file_sha256, *model_license(asset).values(), *(trait.as_json() for trait in asset.told_traits)]
        for asset in assets
    ]
    locked = sorted(_locked(store)) if config.freeze.locked != "anywhere" else []
    places = [value for value in ({"locked": locked}, {"by_hand": by_hand(store, assets)}) if any(value.values())]
    return sha256_hex(canonical_json([chosen, settings_of(config, additions), *places]))


def pending(store: Store, config: Config, additions: Mapping[int, Addition] = NO_ADDITIONS) -> int:
    """How many tokens are to be frozen: the chosen ones if they or their metadata changed, else none."""
    unchanged = store.frozen() is not None and store.stage_inputs("freeze") == inputs(store, config, additions)
    return 0 if unchanged else len(store.selection())


def ordered_of(store: Store, config: Config, chosen: Sequence[Asset]) -> list[Asset]:
    """The chosen images, which come by rank, in the order of their tokens."""
    locked = _locked(store) if config.freeze.locked != "anywhere" else frozenset()
    return token_order(config, chosen, locked, by_hand(store, chosen))


def by_hand(store: Store, chosen: Sequence[Asset]) -> list[int]:
    """The chosen images that somebody put in order, in that order; their tokens are the first."""
    numbers = {asset.id for asset in chosen}
    return [number for number in store.token_order() if number in numbers]


def _locked(store: Store) -> frozenset[int]:
    """The images that a curator locked."""
    return frozenset(number for number, state in review_states(store).items() if state.locked)


def freeze(
    store: Store,
    files: Files,
    config: Config,
    *,
    again: bool = False,
    additions: Mapping[int, Addition] = NO_ADDITIONS,
    sign: Sign | None = None,
    credentials: Ask | None = None,
    limits: Limits | None = None,
    progress: Progress = silent,
) -> FreezeReport:
    """Fix the set as a version of its own, which becomes the current one; earlier versions stay as they are.

    Where the current one is pinned or has a contract, there is no other one unless `again` says so. `additions` are the
    artist's words by image, `sign` signs the manifest of the proof, `credentials` give what signs marked pictures,
    `limits` say what else is wrong.
    Raises PublishError for that, where less than the supply is chosen, and where a model's license asks for more.
    """
    with collector_paused():
        chosen, configured = chosen_of(store), config
    if error := refusal(store, config, additions, again=again, assets=chosen):
        raise error
    config = shared_by(config, chosen)
    ordered = ordered_of(store, config, chosen)
    published = published_images(store, files, config, ordered, credentials, progress)
    with collector_paused():
        frozen, tokens = _files_of_set(store, files, config, ordered, published, additions, sign, limits, progress)
        rows = [(token.token_id, token.asset.id, token.image_sha256, token.metadata_sha256) for token in tokens]
        further = {token.token_id: token.extras for token in tokens}
        store.add_freeze(frozen, rows, inputs(store, configured, additions, chosen), {"tokens": len(tokens)}, further)
    return FreezeReport(len(tokens), frozen.provenance, frozen.root_cid)


def _files_of_set(
    store: Store,
    files: Files,
    config: Config,
    ordered: Sequence[Asset],
    published: Sequence[PublishedImage],
    additions: Mapping[int, Addition],
    sign: Sign | None,
    limits: Limits | None,
    progress: Progress,
) -> tuple[Freeze, list[Token]]:
    """Keep all files of the set of these images, in the order of their tokens; what they are, and its tokens."""
    profile = PROFILES[config.publish.cid_profile]
    images = [image.image_sha256 for image in published]
    images_link = link_to(images_directory(enumerate(_image_links(files, images, profile), 1)), profile)
    images_cid = cid_text(images_link.cid)
    added = [additions.get(asset.id) for asset in ordered]
    extras = [extras_of(files, config, *each) for each in zip(ordered, added, images, strict=True)]
    directories = extra_directories(files, enumerate(extras, 1))
    cids = {folder: directory_cid(entries, profile) for folder, entries in directories.items()}
    described = [
        described_token(config, asset, number, images_cid, image, addition, published_files(number, more, cids))
        for number, (asset, image, addition, more) in enumerate(zip(ordered, published, added, extras, strict=True), 1)
    ]
    about = contract_metadata(config, images_cid)
    check_metadata(about, zip(map(_source, ordered), described, strict=True), config.trait_types)
    if error := limits and limits(about, described, images):
        raise error
    written, links = _written(files, described, profile, progress)
    metadata_link = link_to(metadata_directory(enumerate(links, 1)), profile)
    contract = files.add(canonical_json(about.as_json()), ".json")
    tokens = [
        Token(number, asset, image, text, further_than(asset, more))
        for number, (asset, image, text, more) in enumerate(zip(ordered, images, written, extras, strict=True), 1)
    ]
    frozen = Freeze(
        provenance=provenance_hash(images),
        images_cid=images_cid,
        metadata_cid=cid_text(metadata_link.cid),
        root_cid="",
        contract_metadata_sha256=contract,
        settings=settings_of(config, additions),
    )
    recipes = [token.properties["recipe_sha256"] for token in described]
    leaves = [Leaf.of(*each) for each in zip(tokens, published, recipes, strict=True)]
    ranks = rarity({token.token_id: token.traits for token in described})
    proof = write_proof(files, leaves, _manifest(config, frozen, len(by_hand(store, ordered))), ranks, sign)
    root = link_to(root_directory(files, images_link, metadata_link, contract, directories, proof), profile)
    return replace(frozen, root_cid=cid_text(root.cid), proof_sha256=proof), tokens


def _manifest(config: Config, frozen: Freeze, by_hand: int) -> dict[str, Any]:
    """What the proof says of the set as a whole, beside its tree."""
    return {
        "title": config.title, "images_cid": frozen.images_cid, "metadata_cid": frozen.metadata_cid,
        "contract_metadata_sha256": frozen.contract_metadata_sha256, "bayc_provenance": frozen.provenance,
        "seadrop_provenance": seadrop_provenance(as_version_1(frozen.metadata_cid)),
        "order": recorded_order(config, by_hand),
    }  # fmt: skip


def _image_links(files: Files, images: Sequence[str], profile: Profile) -> Iterator[Link]:
    """The link to each image, by its SHA-256. Raises UnavailableError for one that is gone or was changed."""

    def links(group: Sequence[str]) -> list[Link]:
        return [link_to_hashed(files.read(sha256), sha256, profile) for sha256 in group]

    return (link for batch in batches_ahead(links, _groups(images), 1) for group in batch for link in group)


def _written(
    files: Files, described: Sequence[TokenMetadata], profile: Profile, progress: Progress
) -> tuple[list[str], list[Link]]:
    """Keep the metadata file of each token, in groups; their SHA-256, and the links to them.

    While one group waits for the disk, the next is put into words.
    """

    def keep(group: Sequence[TokenMetadata]) -> list[tuple[str, Link]]:
        contents = [canonical_json(token.as_json()) for token in group]
        names = files.add_all(contents, ".json")
        return [(name, link_to_hashed(data, name, profile)) for data, name in zip(contents, names, strict=True)]

    found = list[tuple[str, Link]]()
    for batch in batches_ahead(keep, _groups(described), 1):
        found += [each for group in batch for each in group]
        progress(len(found), len(described))
    return [name for name, _ in found], [link for _, link in found]


def _groups(items: Sequence[Item]) -> list[Sequence[Item]]:
    return [items[first : first + TOGETHER] for first in range(0, len(items), TOGETHER)]


def _source(asset: Asset) -> str:
    """An asset as people find it: image 0007, with the file that it was imported from."""
    source = asset.generator.get("source")
    return f"image {asset.label} ({source})" if source else f"image {asset.label}"


def chosen_of(store: Store) -> list[Asset]:
    """The chosen images, by rank."""
    by_id = {asset.id: asset for asset in store.assets()}
    return [by_id[choice.asset_id] for choice in store.selection() if choice.asset_id in by_id]


def shared_by(config: Config, assets: Sequence[Asset]) -> Config:
    """The configuration, in which each artist has the share that is theirs of these images."""
    return shared(config, [asset.recipe for asset in assets])


def refusal(
    store: Store,
    config: Config,
    additions: Mapping[int, Addition] = NO_ADDITIONS,
    *,
    again: bool = False,
    assets: Sequence[Asset] | None = None,
) -> PublishError | None:
    """Why the set cannot be frozen as it stands; None if it can, or is frozen so already. `assets` as for `inputs`."""
    chosen, frozen = chosen_of(store) if assets is None else assets, store.frozen()
    if len(chosen) < config.supply:
        return PublishError(
            f"{amount(len(chosen), 'image')} chosen, but supply = {config.supply}",
            "collection run makes and chooses them; if too many are duplicates, raise `candidates`",
        )
    if frozen and store.stage_inputs("freeze") == inputs(store, config, additions, chosen):
        return None
    if error := duties_refusal(store, config, chosen):
        return error
    published = _published(store, frozen) if frozen and not again else None
    if frozen is None or published is None:
        return None
    return PublishError(
        f"the frozen set {published}, and since then {_changed(frozen, shared_by(config, chosen), additions)} changed",
        "take the change back, or `collection freeze --again` makes a new set, which is published anew",
    )


def _published(store: Store, frozen: Freeze) -> str | None:
    """Where the frozen set is already, in words; None: nowhere."""
    deployed = [item for item in store.deployments() if item.root_cid == frozen.root_cid]
    if deployed:
        return f"has a contract at {deployed[-1].address} on {deployed[-1].network}"
    pinned = [pin.pinner for pin in store.pins() if pin.root_cid == frozen.root_cid and pin.status == "pinned"]
    return f"is pinned in {' and '.join(pinned)}" if pinned else None


def _changed(frozen: Freeze, config: Config, additions: Mapping[int, Addition]) -> str:
    """The keys of the configuration that differ from the frozen set, or else the chosen images, in words."""
    now = settings_of(config, additions)
    names = [name for name in {**now, **frozen.settings} if frozen.settings.get(name) != now.get(name)]
    if not frozen.settings:
        return "the set or its metadata"
    return ", ".join(names) or "the chosen images or their traits"
