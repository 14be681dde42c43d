from dataclasses import replace
from functools import partial

import all_pairs
import numpy as np
import pytest
from all_pairs import Pictures, find_duplicates
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.judge.duplicates import hash_neighbours, neighbours, short_forms
from collection.judge.duplicates.calibrate import CEILING, COSINE, calibrated_cosine
from collection.judge.duplicates.hashes import hamming, perceptual_hash


def pictures_of(vectors, phashes=None, scores=None, ids=None, pixels=None, files=None):
    count = len(vectors)
    names = [f"{row:064x}" for row in range(count)]
    apart = np.random.default_rng(count).integers(0, 2**64, count, dtype=np.uint64)
    return Pictures(
        ids=ids or list(range(1, count + 1)),
        scores=scores or [0.0] * count,
        files=files or names,
        pixels=pixels or names,
        hashes=both_ways(apart if phashes is None else phashes),
        embeddings=np.asarray(vectors, dtype=np.float32),
    )


def both_ways(phashes):
    """With mirror images that are like nothing."""
    plain = np.array(phashes, dtype=np.uint64)
    return np.stack([plain, np.random.default_rng(9).integers(0, 2**64, len(plain), dtype=np.uint64)], axis=1)


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


@st.composite
def series(draw):
    """Up to 24 pictures around a few centres: some equal, some near, some apart; scores with ties and NaN."""
    count = draw(st.integers(0, 24))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    centre = rng.integers(0, 6, count)
    vectors = unit(
        rng.normal(size=(6, 5))[centre] + rng.choice([0, 0.1, 0.5], (count, 1)) * rng.normal(size=(count, 5))
    )
    masks = np.array([0, 0, 1, 7, 0xFF], dtype=np.uint64)
    hashes = rng.integers(0, 2**64, (6, 2), dtype=np.uint64)[centre] ^ rng.choice(masks, (count, 1))
    hashes = np.where(rng.random((count, 1)) < 0.2, hashes[:, ::-1], hashes)
    scores = rng.choice([1.0, 2.0, 3.0, np.nan], count).tolist()
    pictures = pictures_of(vectors.reshape(count, 5), scores=scores, ids=rng.permutation(100)[:count].tolist())
    return replace(pictures, hashes=hashes)


def shuffled(pictures, seed):
    rows = np.random.default_rng(seed).permutation(len(pictures.ids))
    columns = ("ids", "scores", "files", "pixels")
    lists = {name: [getattr(pictures, name)[row] for row in rows] for name in columns}
    return Pictures(**lists, hashes=pictures.hashes[rows], embeddings=pictures.embeddings[rows])


def near(pictures, one, other):
    (plain, mirrored), (other_plain, other_mirrored) = pictures.hashes[one].tolist(), pictures.hashes[other].tolist()
    pairs = ((plain, other_plain), (plain, other_mirrored), (mirrored, other_plain))
    if min((first ^ second).bit_count() for first, second in pairs) <= 4:
        return True
    a, b = pictures.embeddings[[one, other]].astype(float)
    return round(1 - a @ b / np.sqrt((a @ a) * (b @ b)), 6) <= round(1 - COSINE, 6)


@settings(deadline=None)
@given(series(), st.integers(0, 1000))
def test_groups_do_not_depend_on_the_order_of_the_rows(pictures, seed):
    assert find_duplicates(shuffled(pictures, seed)) == find_duplicates(pictures)


@settings(deadline=None)
@given(series())
def test_groups_are_stars_around_the_best_and_leave_no_pair_of_keepers(pictures):
    groups = find_duplicates(pictures)
    row = {asset: index for index, asset in enumerate(pictures.ids)}
    rank = {asset: (-np.nan_to_num(pictures.scores[row[asset]], nan=-9), asset) for asset in pictures.ids}
    taken = [member.id for group in groups for member in group.members]
    assert len(set(taken)) == len(taken)
    for group in groups:
        assert group.representative not in taken
        for member in group.members:
            assert near(pictures, row[group.representative], row[member.id])
            assert rank[group.representative] < rank[member.id]
    kept = [asset for asset in pictures.ids if asset not in taken]
    for asset in kept:
        assert not any(near(pictures, row[asset], row[other]) for other in kept if other != asset)


@settings(deadline=None)
@given(series(), st.integers(1, 7), st.integers(1, 7), st.integers(1, 4), st.sampled_from([1, 10**6]))
def test_tiles_of_any_size_and_a_search_that_is_cut_off_find_the_same(pictures, rows, columns, top, worth):
    whole = find_duplicates(pictures)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(short_forms, "WORTH", worth)
        patch.setattr(neighbours, "QUERIES", rows)
        patch.setattr(neighbours, "COLUMNS", columns)
        patch.setattr(hash_neighbours, "QUERIES", rows)
        patch.setattr(hash_neighbours, "COLUMNS", columns)
        assert find_duplicates(pictures) == whole
        patch.setattr(all_pairs, "near_vectors", partial(neighbours.near_vectors, top=top))
        patch.setattr(all_pairs, "near_hashes", partial(hash_neighbours.near_hashes, top=top))
        assert find_duplicates(pictures) == whole


@settings(deadline=None)
@given(series())
def test_groups_are_those_of_the_definition(pictures):
    """Best first, each that is free takes all that is free and near: written out over every pair."""
    order = sorted(
        range(len(pictures.ids)), key=lambda row: (-np.nan_to_num(pictures.scores[row], nan=-9), pictures.ids[row])
    )
    free, wanted = set(order), {}
    for row in order:
        if row in free:
            taken = {other for other in free - {row} if near(pictures, row, other)}
            free -= taken | {row}
            if taken:
                wanted[pictures.ids[row]] = {pictures.ids[other] for other in taken}
    found = {group.representative: {member.id for member in group.members} for group in find_duplicates(pictures)}
    assert found == wanted


def test_a_chain_of_small_steps_is_not_one_group():
    angles = np.deg2rad([0, 20, 40, 60])
    chain = pictures_of(np.stack([np.cos(angles), np.sin(angles)], axis=1), scores=[4.0, 3.0, 2.0, 1.0])
    groups = [(group.representative, [member.id for member in group.members]) for group in find_duplicates(chain)]
    assert groups == [(1, [2]), (3, [4])]


def test_the_best_score_keeps_and_the_lowest_id_breaks_ties():
    same = np.tile(unit(np.ones(4)), (3, 1))
    assert find_duplicates(pictures_of(same, scores=[1.0, 3.0, 3.0]))[0].representative == 2
    assert find_duplicates(pictures_of(same, scores=[np.nan, np.nan, -5.0]))[0].representative == 3


def test_each_member_says_why_and_how_far():
    axes = np.eye(6)
    axes[5] = unit(axes[0] + 0.2 * axes[5])
    base = 0x0F0F_F0F0_1234_8765
    pictures = pictures_of(
        axes,
        phashes=[base, base, base, base ^ 0b111, ~base & (2**64 - 1), 0],
        scores=[9.0, 0, 0, 0, 0, 0],
        files=["a", "a", "c", "d", "e", "f"],
        pixels=["p", "p", "p", "s", "t", "u"],
    )
    (group,) = find_duplicates(pictures)
    assert [(member.id, member.why) for member in group.members] == [
        (2, "bytes"),
        (3, "pixels"),
        (4, "phash"),
        (6, "cosine"),
    ]
    assert [member.distance for member in group.members] == pytest.approx([0, 0, 3, 1 - 1 / np.sqrt(1.04)], abs=1e-6)


def test_a_pair_must_reach_the_thresholds_of_both():
    pair = pictures_of(unit(np.array([[1, 0.0], [1, 0.1]])))
    assert find_duplicates(pair, cosine=[0.9, 0.9])
    assert not find_duplicates(pair, cosine=[0.9, 0.999])
    assert not find_duplicates(pair, cosine=0.999)


def test_without_vectors_hashes_decide():
    pictures = pictures_of(np.zeros((3, 0)), phashes=[5, 4, 2**64 - 1])
    assert [(group.representative, [member.id for member in group.members]) for group in find_duplicates(pictures)] == [
        (1, [2])
    ]


def test_every_planted_copy_among_thousands_is_found():
    rng = np.random.default_rng(5)
    vectors = unit(rng.normal(size=(10_000, 64)).astype(np.float32))
    copies = unit(vectors[:200] + 0.01 * rng.normal(size=(200, 64)))
    groups = find_duplicates(pictures_of(np.concatenate([vectors, copies])))
    assert [(group.representative, [member.id for member in group.members]) for group in groups] == [
        (row + 1, [10_001 + row]) for row in range(200)
    ]


def test_one_picture_a_thousand_times_is_one_group_though_not_every_pair_is_kept():
    rng = np.random.default_rng(6)
    alike = unit(unit(rng.normal(size=16)) + 0.001 * rng.normal(size=(1000, 16)))
    for pictures in (pictures_of(alike), pictures_of(np.zeros((1000, 0)), phashes=[7] * 1000)):
        (group,) = find_duplicates(pictures)
        assert [group.representative, *(member.id for member in group.members)] == list(range(1, 1001))


# Calibration


def test_a_varied_series_keeps_the_least_threshold():
    assert calibrated_cosine(unit(np.random.default_rng(1).normal(size=(40, 1280)))) == COSINE
    assert calibrated_cosine(np.zeros((0, 1280), np.float32)) == COSINE
    assert calibrated_cosine(np.eye(1, 1280)) == COSINE


def test_a_series_of_look_alikes_asks_for_more_and_copies_do_not_change_that():
    rng = np.random.default_rng(2)
    alike = unit(unit(rng.normal(size=1280)) + 0.006 * rng.normal(size=(60, 1280))).astype(np.float32)
    threshold = calibrated_cosine(alike)
    assert COSINE < threshold <= CEILING
    copies = unit(alike[:10] + 0.001 * rng.normal(size=(10, 1280))).astype(np.float32)
    both = np.concatenate([alike, copies])
    assert calibrated_cosine(both) == pytest.approx(threshold, abs=0.01)
    groups = find_duplicates(pictures_of(both), cosine=calibrated_cosine(both))
    assert [(group.representative, [member.id for member in group.members]) for group in groups] == [
        (row + 1, [61 + row]) for row in range(10)
    ]


# Hashes

# By the package ImageHash 4.3.2 with Pillow 13.0.0, whose definition ours follows.
IMAGEHASH = {
    "astronaut": 0xC2924C5532BDDFC8,
    "chelsea": 0xB15FE6465121175E,
    "coffee": 0xBB8320376C0F3637,
    "rocket": 0xC0371BEC1BE51267,
    "camera": 0xBFF1C1C0434E8CBC,
    "immunohistochemistry": 0xAF3225E7C9691686,
    "moon": 0xA3D9765014369C77,
    "colorwheel": 0x94636B1C6C973475,
}


@pytest.mark.parametrize("name", IMAGEHASH)
def test_the_hash_is_the_one_people_know(photo, name):
    assert perceptual_hash(photo(name)) == IMAGEHASH[name]


@pytest.mark.parametrize("radius", [0, 3, 4, 7])
def test_words_propose_every_pair_that_is_there(radius, monkeypatch):
    """The search by words, and the one that looks at all pairs, of hashes with planted neighbours of all distances."""
    rng = np.random.default_rng(radius)
    hashes = rng.integers(0, 2**64, (9000, 9), dtype=np.uint64)
    for row in range(8000, 9000):
        bits = rng.choice(64, row % 10, replace=False).astype(np.uint64)
        hashes[row, 0] = hashes[row - 8000, rng.integers(9)] ^ np.bitwise_or.reduce(
            np.uint64(1) << bits, initial=np.uint64(0)
        )
    before = np.arange(9000)
    by_words = hash_neighbours.near_hashes(hashes, hashes, radius, before=before)
    monkeypatch.setattr(hash_neighbours, "_worth_an_index", lambda *_: False)
    by_all = hash_neighbours.near_hashes(hashes, hashes, radius, before=before)
    for name in ("queries", "others", "distances", "kinds", "truncated_at"):
        np.testing.assert_array_equal(getattr(by_words, name), getattr(by_all, name))
    assert len(by_all) >= 60 * (radius + 1)


def test_flat_pictures_have_one_hash():
    assert len({perceptual_hash(np.full((40, 50, 3), grey, np.uint8)) for grey in (1, 100, 254)}) == 1


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_hamming_counts_the_bits_that_differ(one, other):
    assert int(hamming(np.array([one], np.uint64), np.array([other], np.uint64))[0]) == (one ^ other).bit_count()
