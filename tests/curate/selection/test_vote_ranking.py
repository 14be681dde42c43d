from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from collection.curate.reviews.log import record, undo
from collection.curate.selection import vote_ranking as ranking
from collection.curate.selection.candidates import rank
from collection.curate.selection.criteria import SelectionCriteria
from collection.curate.selection.vote_ranking import (
    Question,
    inputs,
    next_question,
    pending,
    rank_by_votes,
    vote_ranking,
    votes_model,
)
from collection.store.judging_records import Score
from collection.store.review_records import Decision
from collection.store.store import Store

Gallery = Callable[[int], Store]
METRICS = {"quality": "m"}


def ask(
    store: Store, criteria: SelectionCriteria, curator: str, truth: np.ndarray, rng: np.random.Generator
) -> Question:
    """One answer of a curator who knows the true strengths, by and large."""
    question = next_question(store, vote_ranking(store, criteria), curator, seed=3)
    assert question is not None
    left = rng.random() < 1 / (1 + np.exp(truth[question.right - 1] - truth[question.left - 1]))
    record(store, curator, [Decision("pair", question.left, "left" if left else "right", question.right)])
    return question


def test_votes_rank_against_the_scores_once_they_are_enough(gallery: Gallery) -> None:
    """The metric has the order wrong: the curator likes the high numbers."""
    store, criteria, rng = gallery(16), SelectionCriteria(4, METRICS), np.random.default_rng(1)
    truth = np.linspace(-4, 4, 16)
    ask(store, criteria, "ada", truth, rng)
    assert not rank_by_votes(store, criteria).strengths.conclusive, "one vote says little"
    assert not store.stage_report("votes")["conclusive"]
    for _ in range(100):
        ask(store, criteria, "ada", truth, rng)
    assert pending(store, criteria)
    found = rank_by_votes(store, criteria)
    assert not pending(store, criteria)
    assert found.strengths.conclusive
    assert store.stage_report("votes")["conclusive"]
    assert {item.asset.id for item in rank(store, {"votes": votes_model(store)})[:4]} == {13, 14, 15, 16}
    assert found.strengths.expected_error(4) < vote_ranking(store, criteria, "nobody").strengths.expected_error(4)


def test_lots_tell_nothing(gallery: Gallery) -> None:
    store, criteria, rng = gallery(12), SelectionCriteria(4, METRICS), np.random.default_rng(2)
    for _ in range(60):
        ask(store, criteria, "ada", np.zeros(12), rng)
    assert not rank_by_votes(store, criteria).strengths.conclusive


def test_nothing_is_pending_where_nobody_compared_anything(gallery: Gallery) -> None:
    store, criteria = gallery(3), SelectionCriteria(1, METRICS)
    record(store, "ada", [Decision("flag", 1, "pick")])
    assert not pending(store, criteria)
    record(store, "ada", [Decision("pair", 1, "left", 2)])
    rank_by_votes(store, criteria)
    before = inputs(store, criteria)
    undo(store, "ada")
    assert pending(store, criteria)
    assert inputs(store, criteria) != before
    assert rank_by_votes(store, criteria).votes == 0


def test_images_without_a_score_get_none_from_votes_unless_they_were_compared(gallery: Gallery) -> None:
    store = gallery(4)
    record(store, "ada", [Decision("pair", 1, "left", 2)])
    rank_by_votes(store, SelectionCriteria(2, {"other": "m"}))
    assert {score.file_sha256 for score in store.scores() if score.metric == "votes"} == {f"{n:064x}" for n in (1, 2)}


def test_a_skipped_pair_is_not_asked_again_and_counts_for_nothing(gallery: Gallery) -> None:
    store, criteria = gallery(4), SelectionCriteria(2, METRICS)
    asked = []
    while (question := next_question(store, vote_ranking(store, criteria), "ada")) is not None:
        asked.append(frozenset((question.left, question.right)))
        record(store, "ada", [Decision("pair", question.left, "skip", question.right)])
        assert len(asked) < 7
    assert len(set(asked)) == 6, "each of the six pairs once"
    assert vote_ranking(store, criteria).votes == 0


def test_sides_are_shuffled_curators_differ_and_some_questions_come_again(gallery: Gallery) -> None:
    store, criteria, rng = gallery(30), SelectionCriteria(10, METRICS), np.random.default_rng(4)
    asked = [ask(store, criteria, "ada", np.zeros(30), rng) for _ in range(150)]
    again = [question for question in asked if question.repeat]
    assert 1 <= len(again) <= 20
    pairs = Counter(frozenset((question.left, question.right)) for question in asked if not question.repeat)
    assert max(pairs.values()) == 1
    assert 40 < sum(question.left < question.right for question in asked) < 110
    ranking = vote_ranking(store, criteria)
    assert next_question(store, ranking, "ada") == next_question(store, ranking, "ada")
    others = {next_question(store, ranking, name) for name in ("ben", "cyd", "dan", "eve")}
    assert len(others) > 1


def test_of_a_large_set_the_images_near_the_cut_are_asked_about(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "MOST_FITTED", 6)
    store, criteria = gallery(40), SelectionCriteria(20, METRICS)
    found = vote_ranking(store, criteria)
    assert [item.asset.id for item in found.ranked] == [18, 19, 20, 21, 22, 23]
    assert found.keep == 3
    record(store, "ada", [Decision("pair", 1, "left", 40)])
    assert {1, 40} < {item.asset.id for item in vote_ranking(store, criteria).ranked}
    assert set(vote_ranking(store, criteria).values) == set(range(1, 41)), "the others keep what the scores expect"


def test_rejected_and_locked_images_are_out_of_question(gallery: Gallery) -> None:
    from collection.curate.reviews.log import review_states

    store = gallery(6)
    record(store, "ada", [Decision("flag", 1, "reject"), Decision("lock", 2, True)])
    found = vote_ranking(store, SelectionCriteria(3, METRICS, decided=review_states(store)))
    assert {item.asset.id for item in found.ranked} == {3, 4, 5, 6}
    assert found.keep == 2


def test_a_score_that_changes_makes_votes_pending(gallery: Gallery) -> None:
    store, criteria = gallery(3), SelectionCriteria(1, METRICS)
    record(store, "ada", [Decision("pair", 1, "left", 2)])
    rank_by_votes(store, criteria)
    store.add_judgements([Score(f"{1:064x}", "quality", "m", 7.0)])
    assert pending(store, criteria)
