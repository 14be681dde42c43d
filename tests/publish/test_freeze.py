from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collection.config import Config
from collection.errors import CollectionError, MetadataError, PublishError
from collection.ipfs.car_store import CarStore
from collection.ipfs.pin import pin
from collection.publish.freeze import by_hand, chosen_of, freeze, ordered_of, pending, settings_of
from collection.publish.layout import published_tree
from collection.publish.metadata import recipe_of
from collection.publish.proof import proof_directory
from collection.publish.provenance import provenance_hash
from collection.store.files import Files
from collection.store.publication_records import Deployment
from collection.store.records import Asset
from collection.store.review_records import Selection
from collection.store.store import Store
from collection.unixfs import PROFILES, Car, directory_cid
from collection.values import Recipe, Style, StyleBlend, canonical_json

BLEND = StyleBlend.of(
    {"ink": 1, "paper": 3}, {name: Style(name, settings={"painter": name}) for name in ("ink", "paper")}
)


def config(**changes: Any) -> Config:
    value = {
        "title": "Weather",
        "supply": 4,
        "seed": "w",
        "artists": [{"name": "A"}],
        "publish": {"license": "CC0-1.0"},
    }
    return Config.model_validate(value | changes)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


@pytest.fixture
def store(tmp_path: Path, files: Files) -> Store:
    """Six images, of which four are chosen."""
    store = Store(tmp_path / "collection.db")
    store.replace_plan([Recipe("painter", "painter/1", seed, 8, 8, "main", blend=BLEND) for seed in range(6)])
    store.add_assets(
        [
            Asset(
                p.id,
                p.recipe,
                files.add(b"image %d" % p.id),
                f"{p.id:064x}",
                8,
                8,
                7,
                {"engine": "e"},
                {"Motif": "Sea"},
            )
            for p in store.planned()
        ]
    )
    store.replace_selection([Selection(number, number, "best") for number in (1, 2, 4, 6)], "x", {})
    return store


def metadata(store: Store, files: Files) -> list[dict[str, Any]]:
    return [json.loads(files.read(token.metadata_sha256, ".json")) for token in store.tokens()]


def test_tokens_metadata_and_hashes_belong_together(store: Store, files: Files) -> None:
    report = freeze(store, files, config())
    frozen, tokens = store.frozen(), store.tokens()
    assert frozen is not None
    assert [token.token_id for token in tokens] == [1, 2, 3, 4]
    assert {token.asset.id for token in tokens} == {1, 2, 4, 6}
    images = {f"{token.token_id}.png": files.path(token.asset.file_sha256) for token in tokens}
    texts = {f"{token.token_id}.json": files.path(token.metadata_sha256, ".json") for token in tokens}
    contract = files.path(frozen.contract_metadata_sha256, ".json")
    assert frozen.images_cid == directory_cid(images)
    assert frozen.metadata_cid == directory_cid(texts)
    whole = {"images": images, "metadata": texts, "collection.json": contract}
    assert frozen.proof_sha256
    proof = proof_directory(files, frozen.proof_sha256)
    assert report.root_cid == directory_cid({**whole, "proof": proof}) != directory_cid(whole)
    assert report.root_cid == directory_cid(published_tree(files, frozen, tokens))
    assert directory_cid(published_tree(files, replace(frozen, proof_sha256=None), tokens)) == directory_cid(whole)
    joined = "".join(token.asset.file_sha256 for token in tokens)
    assert frozen.provenance == hashlib.sha256(joined.encode()).hexdigest() == report.provenance
    for token, value in zip(tokens, metadata(store, files), strict=True):
        assert value["name"] == f"Weather #{token.token_id}"
        assert value["image"] == f"ipfs://{frozen.images_cid}/{token.token_id}.png"
        assert value["properties"]["image_sha256"] == token.asset.file_sha256
        assert value["properties"]["license"] == "CC0-1.0"
        assert recipe_of(value) == token.asset.recipe
        assert files.read(token.metadata_sha256, ".json") == canonical_json(value)


@pytest.mark.parametrize("profile", ["unixfs-v0-2015", "kubo-cid-v1"])
def test_cids_are_made_by_the_profile_that_is_named(store: Store, files: Files, profile: Any, tmp_path: Path) -> None:
    report = freeze(store, files, config(publish={"cid_profile": profile}))
    frozen, tokens = store.frozen(), store.tokens()
    assert frozen is not None
    assert frozen.profile is PROFILES[profile]
    tree = published_tree(files, frozen, tokens)
    assert frozen.root_cid == report.root_cid == directory_cid(tree, PROFILES[profile])
    assert frozen.root_cid == directory_cid(tree) or profile == "unixfs-v0-2015", "small files are cut alike"
    assert frozen.images_cid.startswith("Qm" if profile == "unixfs-v0-2015" else "bafy")
    assert metadata(store, files)[0]["image"] == f"ipfs://{frozen.images_cid}/1.png"
    pinned = pin(store, tree, [], CarStore(tmp_path / "cars"))
    with Car(pinned.car) as car:
        assert car.root == frozen.root_cid
        assert car.verify() == len(car)


def test_attributes_are_words_and_never_scores(store: Store, files: Files) -> None:
    freeze(store, files, config())
    expected = [("Series", "main"), ("Style", "paper"), ("Motif", "Sea")]
    for value in metadata(store, files):
        assert [(item["trait_type"], item["value"]) for item in value["attributes"]] == expected


def test_token_order_is_a_shuffle_by_the_seed(store: Store, files: Files) -> None:
    orders = set()
    for seed in range(8):
        freeze(store, files, config(seed=seed))
        orders.add(tuple(token.asset.id for token in store.tokens()))
    assert len(orders) > 3
    freeze(store, files, config(seed=0))
    again = tuple(token.asset.id for token in store.tokens())
    assert again in orders


def test_tokens_come_in_the_order_by_hand_and_the_rest_by_lot(store: Store, files: Files) -> None:
    def numbers() -> list[int]:
        return [asset.id for asset in ordered_of(store, config(), chosen_of(store))]

    by_lot = numbers()
    freeze(store, files, config())
    assert pending(store, config()) == 0
    first = [by_lot[-1], by_lot[1]]
    store.set_token_order([*first, 99])
    assert pending(store, config()) == len(by_lot), "another order is another set"
    ordered = [*first, *(number for number in by_lot if number not in first)]
    assert numbers() == ordered
    assert by_hand(store, chosen_of(store)) == first, "an image that is not chosen has no place"
    freeze(store, files, config())
    assert [token.asset.id for token in store.tokens()] == ordered
    store.set_token_order([])
    assert numbers() == by_lot


def test_nothing_is_pending_until_the_choice_or_the_words_change(store: Store, files: Files) -> None:
    assert pending(store, config()) == 4
    freeze(store, files, config())
    assert pending(store, config()) == 0
    assert pending(store, config(candidates=99)) == 0, "what does not reach the tokens changes nothing"
    assert pending(store, config(title="Other")) == 4
    store.replace_selection([Selection(number, number, "best") for number in (1, 2, 4, 5)], "y", {})
    assert pending(store, config()) == 4


def test_too_few_chosen_images_are_refused(store: Store, files: Files) -> None:
    with pytest.raises(PublishError, match="4 images chosen, but supply = 5"):
        freeze(store, files, config(supply=5))
    assert store.frozen() is None


def test_a_set_with_a_contract_is_frozen_anew_only_on_purpose(store: Store, files: Files) -> None:
    root = freeze(store, files, config()).root_cid
    store.add_deployment(Deployment(0, "embedded", 7, "0xabc", "0xdef", 0, "a", root, None, "confirmed"))
    with pytest.raises(PublishError, match="0xabc on embedded") as caught:
        freeze(store, files, config(title="Other"))
    assert "--again" in str(caught.value.hint)
    assert freeze(store, files, config(title="Other"), again=True).root_cid != root


def test_a_changed_image_file_is_not_frozen(store: Store, files: Files) -> None:
    asset = store.assets()[0]
    files.path(asset.file_sha256).write_bytes(b"another")
    with pytest.raises(CollectionError, match="was changed"):
        freeze(store, files, config())
    assert store.tokens() == []


def test_the_provenance_hash_is_what_the_shell_computes() -> None:
    import subprocess

    names = ["ab" * 32, "cd" * 32]
    done = subprocess.run(
        ["sh", "-c", f"printf %s {' '.join(names[:1])}{names[1]} | (sha256sum || shasum -a 256)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert provenance_hash(names) == done.stdout.split()[0]


@pytest.mark.parametrize("value", [{}, {"properties": {}}, {"properties": {"recipe": None}}])
def test_metadata_without_a_recipe_says_so(value: dict[str, Any]) -> None:
    with pytest.raises(PublishError, match="no recipe"):
        recipe_of(value)


def test_a_recipe_that_is_not_the_one_beside_its_hash_is_refused(store: Store, files: Files) -> None:
    freeze(store, files, config())
    value = metadata(store, files)[0]
    value["properties"]["recipe"]["seed"] += 1
    with pytest.raises(PublishError, match="not the one beside it"):
        recipe_of(value)


def test_nothing_is_written_where_metadata_cannot_be_published(store: Store, files: Files) -> None:
    before = files.names(".json")
    with pytest.raises(MetadataError) as caught:
        freeze(store, files, config(description="x" * 20_000, publish={"traits": {"motif": {"type": "number"}}}))
    assert len(caught.value.problems) == 5, "the description once, the motif of each token"
    assert (store.frozen(), files.names(".json")) == (None, before)


def test_keys_that_say_nothing_change_no_settings() -> None:
    """What was frozen before these keys existed is not pending for them."""
    assert set(settings_of(config())["publish"]) == {"license", "external_url"}
    said = {"traits": {"level": {}}, "name": "{id}", "background_color": "000000"}
    assert set(settings_of(config(publish=said))["publish"]) == {"license", "external_url", *said}
