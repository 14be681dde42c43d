from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from collection.errors import NotEnoughVotesError, UsageError
from collection.judge.learned_preference import Accuracy, PairVote, Verdict, hold_out, learn, proven_preference

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


def test_a_learned_preference_beats_the_stock_metric_on_votes_held_out(curator: Curator) -> None:
    for votes in (curator.pairs(500), curator.verdicts(300)):
        learned, trial = proven_preference(curator.vectors, votes, curator.stock.tolist())
        assert trial.supported
        assert trial.learned.share > trial.stock.share + 0.05
        assert np.corrcoef(learned.score(curator.vectors), curator.liking)[0, 1] > 0.7


def test_votes_that_show_nothing_claim_nothing(curator: Curator) -> None:
    with pytest.raises(NotEnoughVotesError, match="no preference shows in 8 votes"):
        proven_preference(curator.vectors, curator.pairs(8), curator.stock.tolist())
    coins = [Verdict(row, bool(curator.rng.random() < 0.5)) for row in range(200)]
    assert not hold_out(curator.vectors, coins, curator.stock.tolist()).supported


def test_what_is_asked_next_is_what_is_least_known(curator: Curator) -> None:
    few = learn(curator.vectors, curator.verdicts(10))
    more = learn(curator.vectors, curator.verdicts(200))
    assert more.variance(curator.vectors).mean() / more.width**2 < few.variance(curator.vectors).mean() / few.width**2
    seen = Verdict(0, True), Verdict(0, True), Verdict(0, True), Verdict(1, False)
    learned = learn(curator.vectors, seen)
    assert 0 not in learned.ask_next(curator.vectors, 20)


def test_intervals_are_wilson_s() -> None:
    low, high = Accuracy(8, 10).interval()
    assert (low, high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))
    assert Accuracy(0, 0).interval() == (0.0, 1.0)


@pytest.mark.parametrize("votes", [[], [PairVote(0, 999)], [Verdict(999, True)]])
def test_votes_that_cannot_be_meant_are_refused(curator: Curator, votes: list[PairVote | Verdict]) -> None:
    with pytest.raises(UsageError):
        learn(curator.vectors, votes)
