"""Neighbours in the store: each picture is searched once, and the groups are those of a full search."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pytest
from all_pairs import Pictures, all_forms, find_duplicates
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collection.errors import UsageError
from collection.judge.duplicates import large, neighbourhood
from collection.judge.duplicates.dedupe import CLIP_COSINE, NO_LOOK, dedupe
from collection.judge.duplicates.dedupe import DuplicateThresholds as AnyThresholds
from collection.judge.duplicates.groups import DuplicateGroup
from collection.judge.duplicates.neighbourhood import BITS, MARGIN
from collection.judge.duplicates.neighbours import near_vectors
from collection.judge.duplicates.pairs import NeighbourPairs
from collection.judge.duplicates.regroup import GroupingThresholds, Regrouping
from collection.store.judging_records import Embedding, Fingerprint
from collection.store.records import Asset
from collection.store.store import Store

MODEL = "toy@1"
DuplicateThresholds = partial(AnyThresholds, tile_difference=NO_LOOK, keep="first")
"""Here hashes and vectors decide alone: the pictures have no pixels to look at."""


class Series:
    """Imported pictures of few dimensions around a few centres, in a store."""

    def __init__(self, store: Store, seed: int, count: int, width: int = 6) -> None:
        self.store, rng = store, np.random.default_rng(seed)
        centre = rng.integers(0, 5, count)
        noise = rng.choice([0, 0.05, 0.15, 0.4], (count, 1))
        vectors = rng.normal(size=(5, width))[centre] + noise * rng.normal(size=(count, width))
        self.vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)
        masks = np.array([0, 1, 7, 0x1F, 0xFFFF], dtype=np.uint64)
        self.hashes = rng.integers(0, 2**64, (5, 2), dtype=np.uint64)[centre] ^ rng.choice(masks, (count, 1))
        self.ids: dict[int, int] = {}

    def add(self, rows) -> None:
        for row in rows:
            asset = Asset(0, None, f"{row:064x}", f"{row:064x}", 8 + row % 3, 8, 1)
            (self.ids[row],) = self.store.add_imported([asset])
            self.store.add_judgements(
                embeddings=[Embedding(asset.file_sha256, MODEL, self.vectors[row].astype(np.float32))],
                fingerprints={asset.file_sha256: Fingerprint(tuple(map(int, all_forms(self.hashes[row][None])[0])))},
            )

    def remove(self, row: int) -> None:
        number = self.ids.pop(row)
        with self.store._writing() as session:
            for table in ("duplicate", "asset"):
                column = "asset_id" if table == "duplicate" else "id"
                session.connection().exec_driver_sql(f"DELETE FROM {table} WHERE {column} = {number}")

    def expected(self, thresholds: AnyThresholds, cosine: float):
        rows = list(self.ids)
        names = [str(row) for row in rows]
        pictures = Pictures(
            [self.ids[row] for row in rows], [0.0] * len(rows), names, names, self.hashes[rows], self.vectors[rows]
        )
        return tuple(find_duplicates(pictures, phash_distance=thresholds.phash_distance, cosine=cosine))


def assert_same(found: Sequence[DuplicateGroup], expected: Sequence[DuplicateGroup]) -> None:
    """The same groups for the same reasons; a sum in another order may end in another last digit."""
    assert [in_words(group) for group in found] == [in_words(group) for group in expected]
    distances = [[member.distance for group in groups for member in group.members] for groups in (found, expected)]
    assert distances[0] == pytest.approx(distances[1], abs=2e-6)


def in_words(group: DuplicateGroup) -> tuple[int, list[tuple[int, str]]]:
    return group.representative, [(member.id, member.why) for member in group.members]


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "collection.db")
    yield made
    made.close()


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_pictures_that_come_in_any_order_are_grouped_as_by_a_full_search(tmp_path_factory, data):
    count = data.draw(st.integers(1, 16))
    store = Store(tmp_path_factory.mktemp("any") / "collection.db")
    series = Series(store, data.draw(st.integers(0, 10**6)), count)
    order = data.draw(st.permutations(range(count)))
    cuts = sorted(data.draw(st.lists(st.integers(0, count), max_size=3)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbourhood, "BLOCK", data.draw(st.integers(1, 5)))
        patch.setattr(neighbourhood, "TOP", data.draw(st.integers(1, 3)))
        for first, last in zip([0, *cuts], [*cuts, count], strict=True):
            series.add(order[first:last])
            dedupe(store, DuplicateThresholds(MODEL, cosine=0.95), {})
        for cosine, bits in ((0.95, 4), (0.99, 0), (0.8, 4), (0.9, 12), (0.97, 3)):
            thresholds = DuplicateThresholds(MODEL, bits, cosine)
            assert_same(dedupe(store, thresholds, {}).groups, series.expected(thresholds, cosine))
    store.close()


def searches(monkeypatch):
    """What is searched, as (queries, others)."""
    seen = []

    def watch(name):
        true = getattr(neighbourhood, name)
        monkeypatch.setattr(
            neighbourhood, name, lambda q, o, *a, **k: (seen.append((name, len(q), len(o))), true(q, o, *a, **k))[1]
        )

    watch("near_vectors")
    watch("near_hashes")
    return seen


def test_a_new_picture_is_one_query_and_a_moved_threshold_none(store, monkeypatch):
    series = Series(store, 1, 30)
    series.add(range(29))
    first = dedupe(store, DuplicateThresholds(MODEL), {})
    assert first.search == {"method": "exact", "searched": 29, "cut": 0}
    seen = searches(monkeypatch)
    series.add([29])
    assert dedupe(store, DuplicateThresholds(MODEL), {}).search["searched"] == 1
    assert sorted(seen) == [("near_hashes", 1, 30), ("near_vectors", 1, 30)]
    monkeypatch.setattr(Store, "vectors", None)
    for cosine in (None, 0.94, 0.97, 0.99):
        report = dedupe(store, DuplicateThresholds(MODEL, cosine=cosine), {})
        assert_same(report.groups, series.expected(DuplicateThresholds(MODEL), cosine or report.cosines[""]))
    assert len(seen) == 2


def test_what_is_gone_takes_its_pairs_along_and_what_changed_is_searched_alone(store, monkeypatch):
    series = Series(store, 2, 20)
    series.add(range(18))
    dedupe(store, DuplicateThresholds(MODEL), {})
    kept = {item.file_sha256: item.id for item in store.searched(MODEL)}
    series.remove(3)
    series.add([18])
    seen = searches(monkeypatch)
    dedupe(store, DuplicateThresholds(MODEL, cosine=0.96), {})
    assert [queries for _, queries, _ in seen] == [1, 1]
    after = {item.file_sha256: item.id for item in store.searched(MODEL)}
    gone, new = f"{3:064x}", f"{18:064x}"
    assert after.keys() == (kept.keys() - {gone}) | {new}
    assert all(after[file] == number for file, number in kept.items() if file != gone)
    assert not [pair for pair in store.neighbours(MODEL) if kept[gone] in (pair.a, pair.b)]


def test_a_looser_threshold_than_was_kept_is_searched_anew(store, monkeypatch):
    series = Series(store, 3, 20)
    series.add(range(20))
    dedupe(store, DuplicateThresholds(MODEL), {})
    seen = searches(monkeypatch)
    thresholds = DuplicateThresholds(MODEL, phash_distance=20, cosine=0.6)
    assert_same(dedupe(store, thresholds, {}).groups, series.expected(thresholds, 0.6))
    assert [queries for _, queries, _ in seen] == [20, 20]
    assert dedupe(store, DuplicateThresholds(MODEL, cosine=0.99), {}).search["searched"] == 0


def test_a_killed_search_loses_one_block(store, monkeypatch):
    series = Series(store, 4, 20)
    series.add(range(20))
    monkeypatch.setattr(neighbourhood, "BLOCK", 4)

    def stop(done, total):
        if done == 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dedupe(store, DuplicateThresholds(MODEL), {}, progress=stop)
    assert len(store.searched(MODEL)) == 12
    assert_same(
        dedupe(store, DuplicateThresholds(MODEL, cosine=0.9), {}).groups,
        series.expected(DuplicateThresholds(MODEL), 0.9),
    )


def test_the_report_says_what_other_thresholds_would_do(store):
    series = Series(store, 5, 30)
    series.add(range(30))
    report = dedupe(store, DuplicateThresholds(MODEL, cosine=0.97), {})
    assert [step for step, _ in report.shifted[""]] == [-0.02, -0.01, 0, 0.01, 0.02]
    for step, groups in report.shifted[""]:
        assert groups == len(series.expected(DuplicateThresholds(MODEL), 0.97 + step))


def test_pictures_with_more_neighbours_than_are_kept_are_counted_and_grouped_all_the_same(store, monkeypatch):
    series = Series(store, 6, 40)
    series.vectors[:] = series.vectors[0]
    series.hashes[:] = series.hashes[0]
    series.add(range(40))
    monkeypatch.setattr(neighbourhood, "TOP", 5)
    report = dedupe(store, DuplicateThresholds(MODEL), {})
    assert report.search["cut"] == 34
    assert [len(group.members) for group in report.groups] == [39]


# Other thresholds, to look at


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6), st.floats(-1, 1), st.sampled_from((None, 0.93, 0.97)), st.integers(0, 7))
def test_a_regroup_is_what_dedupe_would_draw_and_writes_nothing(tmp_path_factory, seed, nearer, cosine, bits):
    store = Store(tmp_path_factory.mktemp("regroup") / "collection.db")
    series = Series(store, seed, 16)
    series.add(range(14))
    thresholds = DuplicateThresholds(MODEL, bits, cosine)
    stored = dedupe(store, thresholds, {})
    series.add([14, 15])  # not compared yet
    before = store.commits(), store.changes()
    regrouping = Regrouping(store, thresholds, {})
    assert_same(regrouping.groups(regrouping.thresholds(0)), stored.groups)
    at = regrouping.thresholds(nearer)
    found = regrouping.groups(at)
    assert (store.commits(), store.changes()) == before
    store.close()

    new = Store(tmp_path_factory.mktemp("dedupe") / "collection.db")
    same = Series(new, seed, 16)
    same.add(range(14))
    assert_same(
        found, dedupe(new, AnyThresholds(MODEL, at.bits, at.cosines[""], "first", tile_difference=NO_LOOK), {}).groups
    )
    new.close()


def test_the_slider_of_thresholds_ends_at_what_is_kept_and_at_the_same(store):
    series = Series(store, 1, 30)
    series.add(range(30))
    holding = dedupe(store, DuplicateThresholds(MODEL, 4, 0.97), {}).cosines[""]
    regrouping = Regrouping(store, DuplicateThresholds(MODEL, 4, 0.97), {})
    assert regrouping.thresholds(0) == GroupingThresholds(4, {"": holding})
    assert regrouping.thresholds(1) == GroupingThresholds(0, {"": 1.0}, NO_LOOK)
    assert regrouping.loosest == GroupingThresholds(BITS, {"": pytest.approx(CLIP_COSINE - MARGIN)}, NO_LOOK)
    members = [
        sum(len(group.members) for group in regrouping.groups(regrouping.thresholds(nearer))) for nearer in (-1, 0, 1)
    ]
    assert members[0] > members[1] > members[2]


def test_a_regroup_keeps_what_is_locked_and_follows_the_scores(alike):
    dedupe(alike, DuplicateThresholds(MODEL), {})
    regrouping = Regrouping(alike, DuplicateThresholds(MODEL, keep="best"), {6: 9.0})
    (group,) = regrouping.groups(regrouping.loosest)
    assert (group.representative, len(group.members)) == (6, 5)
    (group,) = regrouping.groups(regrouping.loosest, frozenset({2, 4}))
    assert (group.representative, [member.id for member in group.members]) == (2, [1, 3, 5, 6])


def test_nothing_is_regrouped_where_nothing_was_compared(store):
    Series(store, 1, 4).add(range(4))
    regrouping = Regrouping(store, DuplicateThresholds(MODEL), {})
    assert not regrouping
    assert regrouping.groups(regrouping.loosest) == []


# Who is kept


@pytest.fixture
def alike(store):
    """Six pictures that are one; 3 and 6 are the largest."""
    series = Series(store, 7, 6)
    series.vectors[:] = series.vectors[0]
    series.add(range(6))
    return store


@pytest.mark.parametrize(("keep", "representative"), [("best", 6), ("first", 1), ("largest", 3)])
def test_the_keeper_is_chosen_by_rule(alike, keep, representative):
    ranking = {1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0, 5: 9.0, 6: 5.0}
    (group,) = dedupe(alike, DuplicateThresholds(MODEL, keep=keep), ranking).groups
    assert group.representative == representative


def test_locked_images_are_kept_whatever_the_rule_and_each_other(alike):
    locked = DuplicateThresholds(MODEL, keep="best", locked=frozenset({2, 4}))
    (group,) = dedupe(alike, locked, {6: 9.0}).groups
    assert (group.representative, [member.id for member in group.members]) == (2, [1, 3, 5, 6])
    (group,) = dedupe(alike, DuplicateThresholds(MODEL, keep="best"), {6: 9.0}).groups
    assert (group.representative, len(group.members)) == (6, 5)


# More than can all be compared


@pytest.fixture
def faiss(missing):
    try:
        import faiss
    except ImportError:
        missing("faiss-cpu is not installed")
    return faiss


def test_faiss_finds_planted_copies_and_says_what_it_missed(store, faiss):
    series = Series(store, 8, 900, 32)
    rng = np.random.default_rng(8)
    vectors = rng.normal(size=(900, 32))
    vectors[800:] = vectors[:100] + 0.05 * rng.normal(size=(100, 32))
    series.vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)
    series.hashes = rng.integers(0, 2**64, (900, 2), dtype=np.uint64)
    series.add(range(890))
    thresholds = DuplicateThresholds(MODEL, cosine=0.95, exact_up_to=500)
    report = dedupe(store, thresholds, {})
    assert report.search["method"] == "faiss"
    assert report.search["recall"] >= 0.95
    assert report.search["sampled"] == 890
    exact = series.expected(thresholds, 0.95)
    found = {(group.representative, member.id) for group in report.groups for member in group.members}
    wanted = {(group.representative, member.id) for group in exact for member in group.members}
    assert len(found & wanted) >= 0.95 * len(wanted)
    assert found <= wanted
    series.add(range(890, 900))
    assert dedupe(store, thresholds, {}).search["searched"] == 10, "few are compared with all"
    assert store.stage_report("neighbours")["search"]["method"] == "faiss", "what it missed is still missed"


def test_faiss_gives_one_answer_for_one_set(faiss):
    vectors = np.random.default_rng(9).normal(size=(2000, 8)).astype(np.float32)
    first, again = (large.near_vectors_large(vectors, 0, 0.05) for _ in range(2))
    for name in ("queries", "others", "distances", "truncated_at"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert len(first)


def test_recall_is_what_was_found_of_what_there_is():
    vectors = np.random.default_rng(10).normal(size=(300, 3)).astype(np.float32)
    whole = near_vectors(vectors, vectors, 0.01, before=np.arange(300), top=300)
    assert large.measured_recall(vectors, 0, 0.01, whole, top=300) == (1.0, 300)
    half = slice(0, len(whole) // 2)
    part = NeighbourPairs(
        whole.queries[half], whole.others[half], whole.distances[half], whole.kinds[half], whole.truncated_at
    )
    share, _ = large.measured_recall(vectors, 0, 0.01, part, top=300)
    assert share == pytest.approx(len(part) / len(whole))
    assert large.measured_recall(np.eye(20, dtype=np.float32), 0, 0.1, whole) == (None, 20)


def test_without_faiss_the_error_names_the_extra(store, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "faiss", None)
    Series(store, 11, 40).add(range(40))
    with pytest.raises(UsageError) as caught:
        dedupe(store, DuplicateThresholds(MODEL, exact_up_to=20), {})
    assert "nft-collection[large]" in caught.value.hint
