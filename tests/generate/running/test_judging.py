"""Images judged while the next is made get the numbers that `score` would give them later."""

from __future__ import annotations

from collection.judge.score import pending_scores, score
from collection.stages.judges import judges_of


def test_the_same_numbers_whenever_and_by_whomever(planned_project, carried):
    at_once, later = planned_project("at-once", 5), planned_project("later", 5)
    carried(at_once, judged=True)
    left = pending_scores(at_once.store, judges_of(at_once).scorers.of_pictures_alone)
    assert left.unseen == [], "no picture is looked at again"
    assert set(left.of_vectors) == {"whole", "clean"}, "which are read off the vectors that are kept"
    carried(later)
    score(later.store, later.files, judges_of(later).scorers, batch_size=3)
    score(at_once.store, at_once.files, judges_of(at_once).scorers)  # the percentiles
    assert at_once.store.scores() == later.store.scores()
    assert at_once.store.hashes() == later.store.hashes()
    model = judges_of(at_once).scorers.encoder.model
    (numbers, vectors), (_, others) = at_once.store.embeddings(model), later.store.embeddings(model)
    assert numbers == [1, 2, 3, 4, 5]
    assert vectors.tobytes() == others.tobytes(), "to the last bit: one picture at a time, or in batches of three"
