"""Dedupe of real pictures that hash and vector call near: what is one picture, what is another token, what is kept."""

from __future__ import annotations

import hashlib
import io
import runpy
from functools import partial

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from collection.judge.duplicates.dedupe import NO_LOOK, DuplicateThresholds, dedupe
from collection.judge.duplicates.hashes import fingerprint
from collection.judge.duplicates.regroup import Regrouping
from collection.pictures.files import pixel_sha256
from collection.store.judging_records import Embedding
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import Recipe

THRESHOLDS = DuplicateThresholds("toy@1")


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "collection.db")
    yield made
    made.close()


def add(store, image, traits=(), **generator):
    """An imported image with a vector like all others: each pair is a candidate. Returns its number."""
    pixels = np.asarray(image)
    file = hashlib.sha256(f"{len(store.numbers())}".encode()).hexdigest()
    asset = Asset(0, None, file, pixel_sha256(pixels), image.width, image.height, 1, generator, dict(traits))
    (number,) = store.add_imported([asset])
    vector = Embedding(file, THRESHOLDS.model, np.array([1, 0], np.float32))
    store.add_judgements(embeddings=[vector], fingerprints={file: fingerprint(pixels)})
    return number


def groups(store, thresholds=THRESHOLDS, ranking=None):
    found = dedupe(store, thresholds, ranking or {}).groups
    return [(group.representative, [(member.id, member.why) for member in group.members]) for group in found]


@pytest.fixture
def coffee(photos):
    return Image.fromarray(photos["coffee"]).resize((360, 270))


@pytest.fixture(scope="module")
def card(repository):
    (image,) = runpy.run_path(str(repository / "benchmarks" / "distinct_tokens.py"))["tokens"]("words", 1, 360)
    return image


def re_encoded(image):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=75)
    return Image.open(file).convert("RGB")


def test_different_traits_are_different_tokens_below_equal_pixels(store, coffee):
    softer = coffee.filter(ImageFilter.GaussianBlur(1))
    add(store, coffee, {"Hat": "red"})
    add(store, softer, {"Hat": "blue"})
    assert groups(store) == []
    add(store, softer)  # of which nothing is told
    assert groups(store) == [(1, [(3, "phash")])]
    add(store, coffee, {"Hat": "green"})
    assert groups(store) == [(1, [(3, "phash"), (4, "pixels")])]


def test_what_is_only_similar_is_a_look_alike_and_stays(store, coffee):
    changed = coffee.copy()
    changed.paste((255, 255, 255), (100, 100, 120, 120))
    add(store, coffee)
    add(store, changed)
    report = dedupe(store, THRESHOLDS, {})
    assert report.groups == ()
    assert [(group.representative, [member.id for member in group.members]) for group in report.look_alikes] == [
        (1, [2])
    ]
    assert store.duplicates() == []
    assert store.stage_report("dedupe")["look_alikes"] == 1
    assert store.stage_report("dedupe")["thresholds"]["tile_difference"] == THRESHOLDS.tile_difference
    regrouping = Regrouping(store, THRESHOLDS, {})
    assert regrouping.groups(regrouping.thresholds(0)) == []
    (stack,) = regrouping.groups(regrouping.loosest)
    assert [stack.representative, *(member.id for member in stack.members)] == [1, 2]
    assert groups(store, DuplicateThresholds("toy@1", tile_difference=NO_LOOK)) == [(1, [(2, "phash")])]


def test_each_signal_can_be_switched_off(store, coffee):
    add(store, coffee)
    add(store, coffee.transpose(Image.Transpose.ROTATE_90))
    add(store, coffee.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    add(store, ImageOps.expand(coffee, 40, "black"))
    add(store, re_encoded(coffee))
    add(store, coffee)
    signals = partial(DuplicateThresholds, "toy@1", keep="first")
    assert groups(store, signals(signals=("phash", "turns", "borders"))) == [
        (1, [(2, "turned"), (3, "mirrored"), (4, "border"), (5, "phash"), (6, "pixels")])
    ]
    assert groups(store, signals(signals=("phash", "borders"))) == [(1, [(4, "border"), (5, "phash"), (6, "pixels")])]
    assert groups(store, signals(signals=("phash",))) == [(1, [(5, "phash"), (6, "pixels")])]
    assert groups(store, signals(signals=("vectors",))) == [(1, [(5, "cosine"), (6, "pixels")])]
    assert groups(store, signals(signals=())) == [(1, [(6, "pixels")])]


COPIES = {
    "smaller": lambda image: image.resize((180, 135)),
    "blown up from half": lambda image: image.resize((image.width // 2, image.height // 2)).resize(image.size),
    "compressed": re_encoded,
    "softer": lambda image: image.filter(ImageFilter.GaussianBlur(1)),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.8),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.15),
    "framed": lambda image: ImageOps.expand(image, 30, "white"),
    "noisy": lambda image: noisy(image, 8),
    "a little noisy": lambda image: noisy(image, 3),
    "of more contrast": lambda image: ImageEnhance.Contrast(image).enhance(1.2),
    "sharper": lambda image: image.filter(ImageFilter.SHARPEN),
    "sharper edges": lambda image: image.filter(ImageFilter.UnsharpMask(2, 100, 2)),
    "blown up a little": lambda image: image.resize((250, 190)).resize(image.size),
}


def noisy(image, deviation):
    noise = np.random.default_rng(1).normal(0, deviation, (image.height, image.width, 3))
    return Image.fromarray(np.clip(np.asarray(image, float) + noise, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("copy", COPIES)
def test_the_original_photograph_is_kept(store, coffee, copy):
    add(store, COPIES[copy](coffee))
    add(store, coffee)
    ((kept, members),) = groups(store, ranking={1: 99.0, 2: 1.0})
    assert (kept, len(members)) == (2, 1)


@pytest.mark.parametrize("copy", ["compressed", "softer", "smaller", "noisy"])
def test_the_original_of_flat_art_is_kept(store, card, copy):
    add(store, COPIES[copy](card) if copy != "smaller" else card.resize((180, 180)))
    add(store, card)
    ((kept, _),) = groups(store, ranking={1: 99.0, 2: 1.0})
    assert kept == 2


def test_what_was_made_here_is_kept_for_a_larger_import_of_it(store, coffee):
    made = Recipe("painter", "painter/1", 9, coffee.width, coffee.height)
    store.replace_plan([made])
    pixels, file = np.asarray(coffee), hashlib.sha256(b"made").hexdigest()
    store.add_assets([Asset(1, made, file, pixel_sha256(pixels), coffee.width, coffee.height, 1, {}, {})])
    vector = Embedding(file, THRESHOLDS.model, np.array([1, 0], np.float32))
    store.add_judgements(embeddings=[vector], fingerprints={file: fingerprint(pixels)})
    larger = add(store, coffee.resize((720, 540), Image.Resampling.LANCZOS), claims={"format": "A1111"})
    ((kept, members),) = groups(store, ranking={larger: 99.0})
    assert (kept, [number for number, _ in members]) == (1, [larger])


def test_of_files_alike_that_which_says_how_it_was_made_is_kept(store, coffee):
    add(store, coffee.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    add(store, coffee, claims={"format": "A1111"})
    assert groups(store)[0][0] == 2


@pytest.mark.parametrize("turn", [Image.Transpose.ROTATE_90, Image.Transpose.FLIP_LEFT_RIGHT])
def test_a_turn_without_loss_leaves_no_trace_and_the_first_is_kept(store, coffee, turn):
    add(store, coffee)
    add(store, coffee.transpose(turn))
    assert groups(store)[0][0] == 1
    add(store, coffee.transpose(Image.Transpose.ROTATE_180))
    assert groups(store)[0][0] == 1


def test_a_lossless_file_comes_before_more_detail_and_the_first_of_two_turns(store, coffee):
    add(store, coffee, lossless=False)
    add(store, coffee.filter(ImageFilter.GaussianBlur(1)), lossless=True)
    assert groups(store)[0][0] == 2
    add(store, coffee.transpose(Image.Transpose.ROTATE_180))
    add(store, coffee)
    assert groups(store)[0][0] == 3
    assert groups(store, DuplicateThresholds("toy@1", keep="first"))[0][0] == 1
    assert groups(store, DuplicateThresholds("toy@1", locked=frozenset({2})))[0][0] == 2


def test_a_moving_picture_is_no_duplicate_of_its_first_frame(store, coffee):
    add(store, coffee, animated=True)
    add(store, coffee)
    add(store, re_encoded(coffee))
    assert groups(store) == [(2, [(3, "phash")])]
