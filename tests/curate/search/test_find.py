from __future__ import annotations

import json
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.curate.reviews.log import record, undo
from collection.curate.search.catalogue import Catalogue, RankingContext, Snapshot
from collection.curate.search.columns import ImageTable, ScoreTable, SelectionTable
from collection.curate.search.find import STATES, _listed, field_names, find
from collection.curate.search.histogram import histogram
from collection.curate.search.query import Query, Term
from collection.curate.selection.candidates import rank
from collection.errors import UsageError
from collection.judge.encoders.text_tower import TextTower
from collection.store.columns import ImageColumns
from collection.store.judging_records import Duplicate, Embedding, Score
from collection.store.records import Asset
from collection.store.review_records import Decision, Selection
from collection.store.store import Store
from collection.values import Recipe, Style, StyleBlend

QUALITY = {1: 90.0, 2: 80.0, 3: 70.0, 4: 30.0, 5: 20.0, 6: 10.0}
SKIES = ("violet", "torn", "clear")


class Words:
    """An encoder for which "first" means the first direction, and anything else the second."""

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([[1, 0] if text == "first" else [0, 1] for text in texts], dtype=np.float32)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Six images in two series, of growing seeds, the vectors turning from one direction to another."""
    store = Store(tmp_path_factory.mktemp("find") / "collection.db")
    ink, oil = Style("ukiyo-e"), Style("oil")
    store.replace_plan(
        [
            Recipe(
                "painter", "painter/1", 100 + number, 8, 8, series=("Storms", "calm")[number // 4],
                prompt=f"A lighthouse, torn sky {number}", traits={"sky": SKIES[number % 3]},
                blend=StyleBlend(((oil, 1 - number / 10), (ink, number / 10))),
            )
            for number in range(1, 7)
        ]
    )  # fmt: skip
    store.add_assets(
        [
            Asset(p.id, p.recipe, f"{p.id:064x}", f"{p.id:064x}", 8, 8, 1, features={"Palette": "Ember"})
            for p in store.planned()
        ]
    )
    store.add_judgements(
        [Score(f"{number:064x}", "quality", "m", value) for number, value in QUALITY.items()],
        [
            Embedding(f"{number:064x}", "e", np.array([np.cos(number / 5), np.sin(number / 5)], dtype=np.float32))
            for number in QUALITY
        ],
    )
    store.replace_duplicates([Duplicate(5, 4, "phash", 3.0)], "x", {})
    store.replace_selection([Selection(2, 1, "good"), Selection(1, 2, "good too")], "x", {})
    record(store, "anna", [Decision("flag", 1, "pick"), Decision("flag", 6, "pick"), Decision("stars", 2, 4)])
    record(store, "bob", [Decision("flag", 1, "reject"), Decision("flag", 2, "reject"), Decision("colour", 3, "red")])
    record(store, "anna", [Decision("lock", 3, True)])
    return store


def found_in(prompt: str, wanted: str) -> bool:
    """Whether a query for these words finds an image of that prompt."""
    row = ImageColumns(1, "f", 8, 8, "{}", json.dumps({"prompt": prompt}))
    images = ImageTable([row])
    snapshot = Snapshot(0, images, ScoreTable(images, [], []), SelectionTable(images, [], []), {}, {}, None, None, None)
    return find(snapshot, str(Term("", "", wanted))) == [1]


@pytest.fixture(scope="module")
def now(store: Store) -> Snapshot:
    issues = {4: {"blurred": "sharpness 0.1"}, 6: {"blurred": "sharpness 0.2", "tiny": "8 pixels"}}
    return Catalogue(store, lambda: RankingContext({"quality": "m"}, "e", lambda: issues, TextTower(Words()))).now()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [1, 2, 3, 4, 5, 6]),
        ("quality>=70", [1, 2, 3]),
        ("quality:20-80", [2, 3, 4, 5]),
        ("-quality>50", [4, 5, 6]),
        ("QUALITY%>80", [1, 4]),
        ("seed:102-103", [2, 3]),
        ("series:storms", [1, 2, 3]),
        ("series:storms,calm id:3-4", [3, 4]),
        ("style.ukiyo-e>0.35 style.oil>0.5", [4]),
        ("sky:torn", [1, 4]),
        ("palette:ember -sky:torn", [2, 3, 5, 6]),
        ("LIGHTHOUSE 3", [3]),
        ('"torn sky 2"', [2]),
        ('"lighthouse torn"', [1, 2, 3, 4, 5, 6]),
        ("light", []),
        ("house", []),
        ("light*", [1, 2, 3, 4, 5, 6]),
        ("*hous*", [1, 2, 3, 4, 5, 6]),
        ("l*h*e", [1, 2, 3, 4, 5, 6]),
        ("-sky", []),
        ("-torn*sky", [1, 2, 3, 4, 5, 6]),
        ("is:duplicate", [5]),
        ("is:stacked", [4, 5]),
        ("is:issue", [4, 6]),
        ("is:blurred -is:tiny", [4]),
        ("is:selected sort:rank", [2, 1]),
        ("sort:-quality", [1, 2, 3, 4, 5, 6]),
        ("sort:quality", [6, 5, 4, 3, 2, 1]),
        ("sort:-score sort:-seed", [4, 1, 5, 2, 6, 3]),
        ("like:6", [6, 5, 4, 3, 2, 1]),
        ("~first", [1, 2, 3, 4, 5, 6]),
        ("~second id:1-3", [3, 2, 1]),
    ],
)
def test_queries(now: Snapshot, text: str, expected: list[int]) -> None:
    assert find(now, text) == expected


@pytest.mark.parametrize(
    ("text", "viewer", "expected"),
    [
        ("is:picked", "anna", [1, 6]),
        ("is:picked", "bob", []),
        ("is:picked", None, [6]),
        ("is:rejected", "bob", [1, 2]),
        ("is:rejected", None, [2]),
        ("is:unreviewed", "anna", [3, 4, 5]),
        ("is:contested", None, [1]),
        ("is:contested", "anna", [1]),
        ("is:contested", "carla", []),
        ("is:locked", "carla", []),
        ("is:locked", "anna", [3]),
        ("stars>=3", "anna", [2]),
        ("colour:red", "bob", [3]),
        ("colour:red", None, [3]),
        ("colour:none id:3", "anna", [3]),
        ("is:disagrees", "anna", [6]),
        ("is:disagrees", None, [6]),
    ],
)
def test_flags_are_those_of_who_asks(now: Snapshot, text: str, viewer: str | None, expected: list[int]) -> None:
    assert find(now, text, viewer) == expected


def test_votes_of_others_are_found_only_where_one_has_voted(now: Snapshot) -> None:
    assert find(now, "by:bob") == [1, 2]
    assert find(now, "by:bob is:rejected", "anna") == [1, 2]
    assert find(now, "by:anna", "bob") == [1, 2], "and not 6, which bob has not seen"
    assert find(now, "by:bob", "carla") == []
    assert find(now, "by:everybody", "carla") == []
    assert find(now, "by:everybody is:picked", "anna") == [6]


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        ("qualty>80", "character 1", "quality"),
        ("taste:ada>1", "taste", "called learned-preference"),
        ("sort:-taste:ada", "taste:ada", "called learned-preference:ada"),
        ("x sky:viollet", "character 3", "violet"),
        ("is:piked", "piked", "picked"),
        ("sort:sede", "sede", "seed"),
        ("quality>many", "many", "quality>=50"),
        ("quality>1e5", "1e5", "quality"),
        ("sky>3", "sky is a word", "sky:3"),
        ("colour:pink", "pink", "purple"),
        ("like:77", "77", "like:NUMBER"),
        ("by:anna by:bob", "twice", "by:NAME"),
        ("-sort:seed", "negated", "sort:-FIELD"),
        ("-~first", "negated", "sort:-FIELD"),
    ],
)
def test_errors_name_the_place_and_the_nearest(now: Snapshot, text: str, says: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        find(now, text)
    assert says in caught.value.message
    assert hint in (caught.value.hint or "")


def test_an_encoder_without_words_is_named(store: Store) -> None:
    with pytest.raises(UsageError, match="knows no words"):
        find(Catalogue(store, lambda: RankingContext({"quality": "m"}, "e")).now(), '"~red hat"')


FIELDS = ["", "id", "seed", "series", "is", "by", "like", "sort", "score", "quality%", "sky", "stars", "colour", "x"]
VALUES = [*STATES, "1", "2-5", "-2", "violet", "Storms", "-seed", "random(3)", "²", "red", "~first"]
TERMS = st.builds(
    Term,
    st.sampled_from(FIELDS),
    st.sampled_from([":", "=", "<", ">="]),
    st.one_of(st.sampled_from(VALUES), st.text(max_size=5)),
    st.booleans(),
)


LETTERS = st.text(st.sampled_from("aeé_7"), min_size=1, max_size=4)


@given(st.lists(LETTERS, max_size=5), st.sampled_from([" ", ", ", " - "]), st.lists(LETTERS, min_size=1, max_size=2))
def test_words_are_found_as_wholes(said: list[str], between: str, wanted: list[str]) -> None:
    there = any(said[place : place + len(wanted)] == wanted for place in range(len(said)))
    assert found_in(between.join(said), " ".join(wanted)) == there


@given(LETTERS, st.lists(LETTERS, min_size=1, max_size=3))
def test_a_star_is_any_part_of_a_word(word: str, parts: list[str]) -> None:
    pattern = "*".join(parts)
    assert found_in(f"the {word} said", pattern) == fnmatchcase(word, pattern)
    assert found_in(f"the {word} said", f"*{pattern}*") == any(
        fnmatchcase(each, f"*{pattern}*") for each in ("the", word, "said")
    )


@pytest.mark.parametrize(
    ("prompt", "wanted", "there"),
    [
        ("Season of the sea.", "SEA", True),
        ("season", "sea", False),
        ("a well-known sea", "well-known", True),
        ("a well-known sea", "known", True),
        ("海の風景", "風景", True),
        ("(sea)", "(sea)", True),
        ("sea ... sky", "...", True),
        ("a" * 200, "*".join("a" * 40) + "b", False),
    ],
)
def test_words_of_other_scripts_and_signs(prompt: str, wanted: str, there: bool) -> None:
    assert found_in(prompt, wanted) == there


@given(st.lists(TERMS, max_size=4))
def test_any_query_finds_some_of_the_images_or_is_refused(now: Snapshot, terms: list[Term]) -> None:
    try:
        found = find(now, str(Query(tuple(terms))), "anna")
    except UsageError:
        return
    assert len(found) == len(set(found))
    assert set(found) <= set(QUALITY)


@given(st.integers(0, 10**15 - 1))
def test_a_random_order_is_an_order_and_stays(now: Snapshot, seed: int) -> None:
    found = find(now, f"sort:random({seed})")
    assert sorted(found) == list(QUALITY)
    assert found == find(now, f"sort:random({seed})")


def test_every_field_can_be_sorted_by_or_named(now: Snapshot) -> None:
    for name in field_names(now):
        if name not in ("is", "by", "note", "tag", "reason", "lasso", "like", "sort", "colour"):
            assert sorted(find(now, f'sort:"{name}"')) == list(QUALITY), name


def test_percentiles_are_those_of_the_choice(now: Snapshot, store: Store) -> None:
    ranked = {item.asset.id: item.score for item in rank(store, {"quality": "m"})}
    assert dict(zip(now.images.ids.tolist(), now.scores.ranking.tolist(), strict=True)) == pytest.approx(ranked)


def test_histograms_count_every_image_once(now: Snapshot) -> None:
    for field in ("quality", "quality%", "seed", "style.oil", "rank", "score"):
        found = histogram(now, field)
        assert sum(found["counts"]) + found["missing"] == 6, field
        assert len(found["edges"]) == len(found["counts"]) + 1
    assert histogram(now, "sky") == {"words": ["clear", "torn", "violet"], "counts": [2, 2, 2], "missing": 0}
    narrowed = histogram(now, "quality", "series:calm")
    assert narrowed["edges"] == histogram(now, "quality")["edges"], "a brush does not move its own ground"
    assert sum(narrowed["counts"]) == 3
    with pytest.raises(UsageError, match="qualty"):
        histogram(now, "qualty")


class TestStayingWarm:
    """What changes is seen by the next who asks; what does not is not read again."""

    @pytest.fixture
    def fresh(self, tmp_path: Path) -> Store:
        store = Store(tmp_path / "collection.db")
        store.replace_plan([Recipe("painter", "painter/1", seed, 8, 8) for seed in range(4)])
        planned = store.planned()[:3]
        store.add_assets([Asset(p.id, p.recipe, f"{p.id:064x}", f"{p.id:064x}", 8, 8, 1) for p in planned])
        return store

    def test_votes_arrive_and_go(self, fresh: Store) -> None:
        catalogue = Catalogue(fresh, RankingContext)
        first = catalogue.now()
        assert find(first, "is:picked", "anna") == []
        record(fresh, "anna", [Decision("flag", 2, "pick")])
        second = catalogue.now()
        assert find(second, "is:picked", "anna") == [2]
        assert second.images is first.images
        assert second.version > first.version
        assert catalogue.decided_since(first.version) == {2: second.version}
        undo(fresh, "anna")
        assert find(catalogue.now(), "is:picked", "anna") == []
        assert catalogue.decided_since(second.version).keys() == {2}

    def test_a_vote_stands_since_its_own_version(self, fresh: Store) -> None:
        """So that a page that knows the answer to its vote need not ask again when it hears of it."""
        catalogue = Catalogue(fresh, RankingContext)
        first = catalogue.now()
        known = {}
        for number in (1, 2, 3):
            kept = record(fresh, "anna", [Decision("flag", number, "pick")])
            known[number] = catalogue.review_states_after(kept, [number])[0]
        assert catalogue.now().version == max(known.values())
        assert catalogue.decided_since(first.version) == known

    def test_images_and_scores_arrive(self, fresh: Store) -> None:
        catalogue = Catalogue(fresh, lambda: RankingContext({"quality": "m"}))
        first = catalogue.now()
        assert len(first.images) == 3
        fresh.add_judgements([Score(f"{1:064x}", "quality", "m", 5.0)])
        second = catalogue.now()
        assert second.images is first.images
        assert find(second, "quality>4") == [1]
        fresh.add_judgements([Score(f"{1:064x}", "quality", "m", 3.0)])
        assert find(catalogue.now(), "quality>4") == []
        last = fresh.planned()[3]
        fresh.add_assets([Asset(last.id, last.recipe, "f" * 64, "f" * 64, 8, 8, 1)])
        assert find(catalogue.now(), "") == [1, 2, 3, 4]
        fresh.replace_plan([])
        assert find(catalogue.now(), "") == []

    def test_another_process_writes(self, fresh: Store) -> None:
        catalogue = Catalogue(fresh, RankingContext)
        catalogue.now()
        other = Store(fresh.path)
        record(other, "bob", [Decision("flag", 3, "reject")])
        other.replace_selection([Selection(1, 1, "x")], "x", {})
        assert find(catalogue.now(), "is:rejected") == [3]
        assert find(catalogue.now(), "is:selected") == [1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id:1 or id:3", [1, 3]),
        ("id:1-4 -(id:2 or id:3)", [1, 4]),
        ("(id:1 or id:2) (id:2 or id:3) sort:-id", [2]),
        ("id:1 or id:2 sort:-id", [2, 1]),
        ("is:picked,rejected", [2, 6]),
        ("0003", [3]),
        ("3 or 0005", [3, 5]),
    ],
)
def test_conditions_are_joined(now: Snapshot, text: str, expected: list[int]) -> None:
    assert find(now, text) == expected


def test_what_orders_is_no_alternative(now: Snapshot) -> None:
    with pytest.raises(UsageError, match="no condition"):
        find(now, "id:1 or sort:-id")


def test_notes_are_found_by_those_who_may_see_them(store: Store) -> None:
    record(store, "anna", [Decision("note", 4, "Crop the left edge"), Decision("note", 5, "sky")])
    now = Catalogue(store, RankingContext).now()
    assert find(now, "note:crop") == find(now, "note:*edge", "anna") == [4]
    assert find(now, "note:*") == [4, 5]
    assert find(now, "note:crop", "bob") == []


def test_a_list_of_words_of_which_some_hold_commas() -> None:
    known = {"red, blue", "red", "a,b,c"}
    assert _listed("Red, Blue,red,A,B,C,x", known) == ["Red, Blue", "red", "A,B,C", "x"]
    assert _listed("red,blue", known) == ["red", "blue"]


def test_tags_and_reasons_are_found_and_counted_as_far_as_they_may_be_known(store: Store) -> None:
    record(store, "anna", [Decision("tag", 4, "Boats"), Decision("tag", 5, "old quays"), Decision("flag", 3, "reject")])
    record(store, "anna", [Decision("reason", 3, "soft"), Decision("tag", 3, "boats")])
    record(store, "ben", [Decision("flag", 3, "reject"), Decision("reason", 3, "dull")])
    now = Catalogue(store, RankingContext).now()
    assert find(now, "tag:boats") == find(now, "tag:BOATS", "anna") == [3, 4]
    assert find(now, 'tag:"boats,old quays"') == find(now, "tag:*") == [3, 4, 5]
    assert find(now, "-tag:* id:3-6") == [6]
    assert find(now, "tag:boats", "ben") == [3], "blind until cast"
    assert find(now, "reason:soft,dull") == find(now, "reason:soft", "anna") == [3]
    assert find(now, "reason:soft", "ben") == find(now, "reason:dull", "anna") == []
    assert find(now, "reason:dull by:ben", "anna") == [3]
    assert histogram(now, "tag", "id:4-6", "anna") == {
        "words": ["boats", "old quays"], "counts": [1, 1], "missing": 0,
    }  # fmt: skip
    assert histogram(now, "reason", "", "ben")["words"] == ["dull"]


def test_a_lasso_holds_what_lies_in_it_whenever_it_came(store: Store) -> None:
    assert now_of(store).vector_models() == ["e"]
    with pytest.raises(UsageError, match='no map "tsne,e"'):
        find(now_of(store), "lasso:tsne,e/0,0/500,0/500,1000/0,1000")
    places = np.array([[0.1, 0.5], [0.4, 0.5], [0.6, 0.5]], np.float32)
    store.keep_map_places("tsne", "e", [1, 2, 3], places)
    left = "lasso:tsne,e/0,0/500,0/500,1000/0,1000"
    assert find(now_of(store), left) == [1, 2]
    assert find(now_of(store), f"-{left} id:1-4") == [3, 4]
    store.keep_map_places("tsne", "e", [1, 2, 3, 4], np.concatenate([places, places[:1]]))
    assert find(now_of(store), left) == [1, 2, 4]
    bent = "lasso:tsne,e/0,0/1000,0/1000,1000/550,1000/550,300/450,300/450,1000/0,1000"
    assert find(now_of(store), bent) == [1, 2, 3, 4]
    for wrong in ("lasso:x", "lasso:tsne,e/1,1/2,2", "lasso:tsne,e/1,1/2,2/a,b", "lasso:pca,e/0,0/1,1/2,3"):
        with pytest.raises(UsageError):
            find(now_of(store), wrong)


def now_of(store: Store) -> Snapshot:
    return Catalogue(store, RankingContext).now()
