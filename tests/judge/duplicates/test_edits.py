"""What is found of edited photographs and set aside: the table that benchmarks/duplicates.py --edits prints."""

from __future__ import annotations

import runpy

import numpy as np
import pytest
from all_pairs import Pictures, find_duplicates
from PIL import Image

from collection.judge.duplicates.hashes import fingerprint, hamming, perceptual_hash

PLAIN = ("jpeg q50", "half size", "blur 2", "colour")


@pytest.fixture(scope="module")
def table(repository, photos):
    benchmark = runpy.run_path(str(repository / "benchmarks" / "duplicates.py"))
    return benchmark["edit_table"]([Image.fromarray(picture) for picture in photos.values()])


def test_no_two_photographs_are_merged_whatever_the_edit(table):
    assert len(table) == 15
    assert {name: row["false"] for name, row in table.items() if row["false"]} == {}


@pytest.mark.parametrize("edit", [*PLAIN, "brightness +20 %"])
def test_the_hash_finds_plain_edits(table, edit):
    assert table[edit]["hash 6"] >= (0.95 if edit in PLAIN else 0.94)


def test_the_hash_of_the_mirror_image_finds_every_flip_and_the_plain_one_none(table):
    assert table["flip"]["mirrored 6"] == 1
    assert table["flip"]["hash 6"] == 0


@pytest.mark.parametrize(
    "edit", ["jpeg q50", "half size", "blur 2", "noise 8", "brightness +20 %", "flip", "turned 90", "turned 180"]
)
def test_plain_copies_are_set_aside_after_a_second_look(table, edit):
    assert table[edit]["dedupe"] == 1


@pytest.mark.parametrize(("edit", "least"), [("border", 0.94), ("letterbox", 0.89)])
def test_copies_in_a_plain_border_are_set_aside(table, edit, least):
    assert table[edit]["near"] == 1
    assert table[edit]["dedupe"] >= least


@pytest.mark.parametrize(
    ("edit", "least", "aside"),
    [
        ("colour", 1, 0.6), ("crop 2 %", 1, 0.1), ("crop 5 %", 0.9, 0), ("crop 10 %", 0.5, 0),
        ("rotation 3 degrees", 0.7, 0.1),
    ],
)  # fmt: skip
def test_stronger_edits_are_look_alikes_and_stay(table, edit, least, aside):
    """They are found, mostly by vectors, and shown; of most a second look says that something in them is another."""
    assert table[edit]["near"] >= least
    assert table[edit]["dedupe"] <= aside


def test_unlike_photographs_are_far_apart(photos):
    plain = np.array([perceptual_hash(picture) for picture in photos.values()], np.uint64)
    above = np.triu_indices(len(plain), 1)
    assert hamming(plain[:, None], plain)[above].min() >= 18


def grouped(pictures):
    hashes = np.array([fingerprint(picture).hashes for picture in pictures], np.uint64)
    names = [str(row) for row in range(len(pictures))]
    nothing = np.zeros((len(pictures), 0), np.float32)
    return find_duplicates(Pictures(range(len(pictures)), [0.0] * len(pictures), names, names, hashes, nothing))


def test_the_mirror_image_has_the_hash_that_was_foretold_and_the_other_way_round(photos):
    for picture in photos.values():
        turned = fingerprint(np.ascontiguousarray(picture[:, ::-1])).hashes
        assert turned[:2] == fingerprint(picture).hashes[1::-1]


def test_a_mirrored_copy_says_so(photos):
    first, second = photos["astronaut"], photos["coffee"]
    (group,) = grouped([first, second, np.ascontiguousarray(first[:, ::-1])])
    assert [(member.id, member.why, member.distance) for member in group.members] == [(2, "mirrored", 0)]


def test_symmetric_pictures_are_not_taken_for_each_other_and_their_copies_are_no_mirror_images(photos):
    symmetric = []
    for picture in photos.values():
        half = picture[:, : picture.shape[1] // 2]
        symmetric.append(np.concatenate([half, half[:, ::-1]], axis=1))
    copies = [np.asarray(Image.fromarray(picture).resize((120, 90))) for picture in symmetric]
    groups = grouped(symmetric + copies)
    count = len(symmetric)
    pairs = [(group.representative, member.id, member.why) for group in groups for member in group.members]
    assert [pair[:2] for pair in pairs] == [(row, row + count) for row in range(count)]
    assert {why for _, _, why in pairs} <= {"phash", "border"}
