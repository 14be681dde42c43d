"""Imported images on their way out: animations are published whole, traits as they are told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from collection.config import Config
from collection.errors import UnavailableError
from collection.importers.pictures import import_folder
from collection.ipfs.car_store import CarStore
from collection.ipfs.pin import pin
from collection.publish.freeze import freeze, pending
from collection.publish.layout import published_tree
from collection.store.files import Files
from collection.store.library import ImageLibrary
from collection.store.review_records import Selection
from collection.store.store import Store
from collection.store.thumbnails import Thumbnails
from collection.unixfs import Car, Reader
from collection.verify.content import Source, check_content

FRAMES = [Image.fromarray(np.random.default_rng(n).integers(0, 256, (9, 9, 3), dtype=np.uint8)) for n in range(3)]
FORMS = {"a.gif": "GIF", "b.png": "PNG", "c.webp": "WEBP"}


@pytest.fixture
def library(tmp_path: Path) -> ImageLibrary:
    """Three animations and a still, imported and chosen."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, form in FORMS.items():
        FRAMES[0].save(folder / name, form, save_all=True, append_images=FRAMES[1:])
    FRAMES[1].save(folder / "still.png")
    store = Store(tmp_path / "collection.db")
    library = ImageLibrary(store, Files(tmp_path / "files"), Thumbnails(tmp_path / "thumbs"))
    import_folder(library, folder)
    store.replace_selection([Selection(n, n, "chosen") for n in range(1, 5)], "x", {})
    return library


CONFIG = Config.model_validate({"title": "Moving", "supply": 4, "seed": 1})


def test_animations_are_frozen_pinned_and_verified(library: ImageLibrary, tmp_path: Path) -> None:
    store, files = library.store, library.files
    freeze(store, files, CONFIG)
    frozen, tokens, cars = store.frozen(), store.tokens(), CarStore(tmp_path / "cars")
    assert frozen
    car = pin(store, published_tree(files, frozen, tokens), [cars], cars).car
    moving = {token.token_id: FORMS.get(token.asset.generator["source"]) for token in tokens}
    with Car(car) as blocks:
        assert sorted(blocks.listing("animations")) == sorted(
            f"{n}.{form.lower()}" for n, form in moving.items() if form
        )
        for token in tokens:
            metadata = json.loads(blocks.read(f"metadata/{token.token_id}.json"))
            name, form = token.asset.generator["source"], moving[token.token_id]
            assert ("animation_url" in metadata) == bool(form)
            if form:
                path = metadata["animation_url"].split("/", 3)[3]
                assert blocks.read(f"animations/{path}") == (tmp_path / "pictures" / name).read_bytes()
        source = Source("car", Reader(blocks).content)
        base = f"ipfs://{frozen.metadata_cid}/"
        assert not [finding for token in tokens for finding in check_content(token, base, source, None)]


def test_a_set_of_stills_has_no_folder_of_animations(library: ImageLibrary) -> None:
    store = library.store
    store.replace_selection([Selection(4, 1, "chosen")], "y", {})
    freeze(store, library.files, CONFIG.model_copy(update={"supply": 1}))
    frozen = store.frozen()
    assert frozen
    names = ["collection.json", "images", "metadata", "proof"]
    assert sorted(published_tree(library.files, frozen, store.tokens())) == names


def test_an_animation_that_is_lost_is_not_frozen(library: ImageLibrary) -> None:
    animation = library.store.assets()[0].animation
    assert animation
    library.files.path(*animation).unlink()
    with pytest.raises(UnavailableError, match=r"\.gif is missing"):
        freeze(library.store, library.files, CONFIG)


def test_traits_that_were_mended_are_to_be_frozen_again(library: ImageLibrary, tmp_path: Path) -> None:
    store, folder = library.store, tmp_path / "pictures"
    freeze(store, library.files, CONFIG)
    assert pending(store, CONFIG) == 0
    (folder / "still.json").write_text('{"attributes": [{"trait_type": "Level", "value": 7}]}')
    import_folder(library, folder)
    assert pending(store, CONFIG) == 4
    freeze(store, library.files, CONFIG)
    told = [json.loads(library.files.read(token.metadata_sha256, ".json"))["attributes"] for token in store.tokens()]
    assert [item for item in told if item] == [[{"trait_type": "Level", "value": 7}]]
