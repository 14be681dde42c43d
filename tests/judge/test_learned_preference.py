from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from collection.errors import UsageError
from collection.judge.learned_preference import learn
from collection.judge.votes import PairVote, Verdict

WIDTH = 32


@dataclass(frozen=True)
class Curator:
    """Somebody who likes one direction of the vectors, with some whim; the stock metric points elsewhere."""

    vectors: np.ndarray
    liking: np.ndarray
    stock: np.ndarray
    rng: np.random.Generator

    def pairs(self, count: int, name: str = "") -> list[PairVote]:
        found = []
        for _ in range(count):
            one, other = (int(row) for row in self.rng.choice(len(self.vectors), 2, replace=False))
            better = self.rng.random() < 1 / (1 + np.exp(self.liking[other] - self.liking[one]))
            found.append(PairVote(one, other, name) if better else PairVote(other, one, name))
        return found

    def verdicts(self, count: int) -> list[Verdict]:
        rows = self.rng.choice(len(self.vectors), count, replace=False)
        chances = 1 / (1 + np.exp(-self.liking[rows] - 0.7))
        return [Verdict(int(row), bool(self.rng.random() < chance)) for row, chance in zip(rows, chances, strict=True)]


@pytest.fixture
def curator() -> Curator:
    rng = np.random.default_rng(7)
    vectors = rng.normal(size=(300, WIDTH)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    liking, stock = rng.normal(size=WIDTH), rng.normal(size=WIDTH)
    return Curator(vectors, vectors @ liking * 4, vectors @ (0.4 * liking + stock), rng)


def test_what_is_asked_next_is_what_is_least_known(curator: Curator) -> None:
    blocks = (curator.vectors,)
    few, more = learn(blocks, curator.verdicts(10)), learn(blocks, curator.verdicts(200))
    assert more.variance(blocks).mean() / more.widths[0] ** 2 < few.variance(blocks).mean() / few.widths[0] ** 2
    seen = Verdict(0, True), Verdict(0, True), Verdict(0, True), Verdict(1, False)
    assert 0 not in learn(blocks, seen).ask_next(blocks, 20)


def test_one_verdict_says_little_of_images_elsewhere(curator: Curator) -> None:
    found = learn((curator.vectors,), [Verdict(0, True)])
    assert np.isfinite(found.score((curator.vectors,))).all()
    assert np.abs(found.score((curator.vectors,))).max() < 10
    alike = np.ones((3, WIDTH), dtype=np.float32)
    assert np.ptp(learn((alike,), [Verdict(0, True), Verdict(1, False)]).score((alike,))) == 0


def test_a_rule_of_a_few_numbers_is_heard_beside_a_long_vector_and_the_other_way_round(curator: Curator) -> None:
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
def test_votes_that_cannot_be_meant_are_refused(curator: Curator, votes: list[PairVote | Verdict]) -> None:
    with pytest.raises(UsageError):
        learn((curator.vectors,), votes)
