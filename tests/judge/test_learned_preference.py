from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from collection.errors import UsageError
from collection.judge.learned_preference import learn
from collection.judge.votes import PairVote, Verdict

WIDTH = 32


def test_what_is_asked_next_is_what_is_least_known(curator: Any) -> None:
    blocks = (curator.vectors,)
    few, more = learn(blocks, curator.verdicts(10)), learn(blocks, curator.verdicts(200))
    assert more.variance(blocks).mean() / more.widths[0] ** 2 < few.variance(blocks).mean() / few.widths[0] ** 2
    seen = Verdict(0, True), Verdict(0, True), Verdict(0, True), Verdict(1, False)
    assert 0 not in learn(blocks, seen).ask_next(blocks, 20)


def test_one_verdict_says_little_of_images_elsewhere(curator: Any) -> None:
    found = learn((curator.vectors,), [Verdict(0, True)])
    assert np.isfinite(found.score((curator.vectors,))).all()
    assert np.abs(found.score((curator.vectors,))).max() < 10
    alike = np.ones((3, WIDTH), dtype=np.float32)
    assert np.ptp(learn((alike,), [Verdict(0, True), Verdict(1, False)]).score((alike,))) == 0


def test_a_rule_of_a_few_numbers_is_heard_beside_a_long_vector_and_the_other_way_round(curator: Any) -> None:
    """As colour beside an encoder's vector: each block has its own width."""
    rng = np.random.default_rng(1)
    few, unseen = rng.normal(size=(300, 4)).astype(np.float32), np.arange(60, 300)
    long = rng.normal(size=(300, 400)).astype(np.float32)
    for rule, blocks in ((few[:, 0], (long, few)), (curator.liking, (curator.vectors, few))):
        votes = [Verdict(row, bool(rule[row] > np.median(rule))) for row in range(60)]
        joined = learn((np.hstack(blocks),), votes).score((np.hstack(blocks),))
        apart = learn(blocks, votes).score(blocks)
        right = [np.corrcoef(scores[unseen], rule[unseen])[0, 1] for scores in (apart, joined)]
        assert right[0] > max(0.5, right[1] - 0.02)
    assert learn((long, few), [Verdict(row, bool(few[row, 0] > 0)) for row in range(60)]).widths[0] < 1


def test_many_directions_are_the_widest() -> None:
    rng = np.random.default_rng(2)
    vectors = rng.normal(size=(400, 300)) / np.arange(1, 301)
    liking = vectors @ np.where(np.arange(300) < 10, 1.0, 0.0)
    votes = [Verdict(row, bool(liking[row] > 0)) for row in range(300)]
    found = learn((vectors,), votes)
    assert found.directions[0].turn.shape[1] == 128
    assert np.corrcoef(found.score((vectors,))[300:], liking[300:])[0, 1] > 0.8


@pytest.mark.parametrize("votes", [[], [PairVote(0, 999)], [Verdict(999, True)]])
def test_votes_that_cannot_be_meant_are_refused(curator: Any, votes: list[PairVote | Verdict]) -> None:
    with pytest.raises(UsageError):
        learn((curator.vectors,), votes)
