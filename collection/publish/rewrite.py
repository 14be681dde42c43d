"""The metadata files of a frozen set, written again as they were."""

from __future__ import annotations

from collection.config import Config
from collection.publish.layout import extra_directories
from collection.publish.metadata import contract_metadata, published_files, token_metadata
from collection.publish.settings import config_of
from collection.store.files import Files
from collection.store.records import Freeze
from collection.store.store import Store
from collection.unixfs import directory_cid
from collection.values import canonical_json, sha256_hex


def lost(store: Store, files: Files) -> int:
    """How many tokens are to be frozen again because a metadata file of the frozen set is gone: all, else none."""
    frozen, tokens = store.frozen(), store.tokens()
    written = {frozen.contract_metadata_sha256, *(token.metadata_sha256 for token in tokens)} if frozen else set()
    return len(tokens) if written - files.names(".json") else 0


def rewrite(store: Store, files: Files, config: Config, frozen: Freeze) -> None:
    """Write the metadata files of a frozen set again, as they were; a file that would come out other is not written."""
    (then, additions), tokens = config_of(config, frozen), store.tokens(frozen)
    wanted = {token.metadata_sha256 for token in tokens} | {frozen.contract_metadata_sha256}
    directories = extra_directories(files, [(token.token_id, token.files) for token in tokens])
    cids = {folder: directory_cid(entries) for folder, entries in directories.items()}
    documents = [
        token_metadata(
            then, item.asset, item.token_id, frozen.images_cid, image, additions.get(item.asset.id),
            published_files(item.token_id, item.files, cids),
        )
        for item, image in zip(tokens, store.published_images(tokens), strict=True)
    ]  # fmt: skip
    for document in (*documents, contract_metadata(then, frozen.images_cid).as_json()):
        if sha256_hex(data := canonical_json(document)) in wanted:
            files.add(data, ".json")
