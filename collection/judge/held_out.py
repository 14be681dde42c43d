"""Whether votes show a preference: how often one that was learned from some votes foretells others.

Votes come in rounds, each foretold by a preference that learned from earlier rounds alone (Dawid 1984, "The prequential
approach"). If two votes helped to foretell each other, as in cross-validation, they would be right or wrong together
where they share images, and coins would look like a preference more often than stated. In this order each coin is right
or wrong whatever came before, so that the number of right ones is binomial, and the exact interval keeps what it says.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from collection.errors import NotEnoughVotesError
from collection.judge.learned_preference import Blocks, LinearPreference, Numbers, learn, require_votes
from collection.judge.votes import PairVote, Verdict, Vote, once_each
from collection.values import amount

FIRST, ROUNDS = 0.25, 6
"""The share of the images whose votes are only learned from; the rounds that follow."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often a prediction was right on votes that were held out."""

    right: int
    votes: int

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.right / self.votes if self.votes else 0.0

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Where the true share lies, with at least that probability (Clopper and Pearson 1934)."""
        from scipy.stats import beta

        wrong, tail = self.votes - self.right, (1 - confidence) / 2
        low = float(beta.ppf(tail, self.right, wrong + 1)) if self.right else 0.0
        return low, float(beta.ppf(1 - tail, self.right + 1, wrong)) if wrong else 1.0


@dataclass(frozen=True, slots=True)
class Trial:
    """A learned preference against the stock metric, on votes that neither has seen."""

    learned: Accuracy
    stock: Accuracy | None
    """None where there is no stock metric: chance is to be beaten, and nothing else."""
    chance: float
    """What one reaches without looking: 0.5 for pairs, the commoner verdict's share for keep and reject."""
    only_learned: int = 0
    """Votes that the preference foretold and the stock metric did not."""
    only_stock: int = 0
    """Votes that the stock metric foretold and the preference did not."""

    @property
    def supported(self) -> bool:
        """Whether the votes suffice to say that anything was learned: the interval excludes chance."""
        return self.learned.interval()[0] > self.chance

    @property
    def better(self) -> bool:
        """Whether the preference beats the stock metric: the exact sign test at 2.5 %, on votes that one foretold
        (McNemar 1947). Without a stock metric: whether it beats chance.
        """
        if self.stock is None:
            return self.supported
        votes = self.only_learned + self.only_stock
        tail = sum(math.comb(votes, wins) for wins in range(self.only_stock + 1))
        return 40 * tail < 1 << votes


def rounds(votes: Sequence[Vote]) -> Iterator[tuple[list[Vote], list[Vote]]]:
    """The votes to learn from and those to foretell, round after round: each is foretold once at most, and learned from
    only in later rounds. A vote comes in the round of its later image, images in the order of a fixed shuffle."""
    voted = sorted({row for vote in votes for row in vote.rows})
    place = (np.random.default_rng(0).permutation(len(voted)) + 1) / len(voted)
    turns = np.ceil(np.maximum(place - FIRST, 0) / (1 - FIRST) * ROUNDS).astype(np.intp)
    turn_of = dict(zip(voted, turns.tolist(), strict=True))
    turn = [max(turn_of[row] for row in vote.rows) for vote in votes]
    for now in range(1, ROUNDS + 1):
        earlier = [vote for vote, then in zip(votes, turn, strict=True) if then < now]
        present = [vote for vote, then in zip(votes, turn, strict=True) if then == now]
        if earlier and present:
            yield earlier, present


def hold_out(blocks: Blocks, votes: Sequence[Vote], stock: Sequence[float] | None) -> Trial:
    """Accuracy of a learned preference and of the stock metric (n scores, or None without one) on held-out votes.

    The stock metric keeps the share of images that the votes learned from kept. A pair voted on twice counts once.
    """
    require_votes(len(blocks[0]), votes)
    metric = np.zeros(len(blocks[0])) if stock is None else np.asarray(stock, dtype=np.float64)
    votes, learned = once_each(votes), None
    foretold: list[tuple[bool, bool]] = []
    for earlier, present in rounds(votes):
        learned = learn(blocks, earlier, like=learned)
        scores, threshold = learned.score(blocks), _threshold(metric, earlier)
        foretold += [(_foretold(vote, scores, 0.0), _foretold(vote, metric, threshold)) for vote in present]
    ours, theirs = (sum(column) for column in zip(*foretold, strict=True)) if foretold else (0, 0)
    both, tested = sum(mine and other for mine, other in foretold), len(foretold)
    known = None if stock is None else Accuracy(theirs, tested)
    return Trial(Accuracy(ours, tested), known, _blind(votes), ours - both, theirs - both)


def proven_preference(
    blocks: Blocks, votes: Sequence[Vote], stock: Sequence[float] | None
) -> tuple[LinearPreference, Trial]:
    """A learned preference and its trial; raises NotEnoughVotesError where votes do not show that it beats chance."""
    trial = hold_out(blocks, votes, stock)
    if not trial.supported:
        low, high = trial.learned.interval()
        raise NotEnoughVotesError(
            f"no preference shows in {amount(len(votes), 'vote')}: right on {trial.learned.right} of "
            f"{trial.learned.votes} held out, so on {low:.0%} to {high:.0%} of all, "
            f"where chance reaches {trial.chance:.0%}",
            "vote on more images",
        )
    return learn(blocks, votes), trial


def _blind(votes: Sequence[Vote]) -> float:
    """The share of votes that one foretells without looking."""
    kept = [vote.kept for vote in votes if isinstance(vote, Verdict)]
    return (max(sum(kept), len(kept) - sum(kept)) + (len(votes) - len(kept)) / 2) / len(votes)


def _foretold(vote: Vote, scores: Numbers, threshold: float) -> bool:
    if isinstance(vote, PairVote):
        return bool(scores[vote.liked] > scores[vote.other])
    return bool(scores[vote.row] > threshold) == vote.kept


def _threshold(metric: Numbers, votes: Sequence[Vote]) -> float:
    """The score above which the metric keeps as many of these images as the curator did."""
    verdicts = [vote for vote in votes if isinstance(vote, Verdict)]
    if not verdicts:
        return 0.0
    share = sum(not vote.kept for vote in verdicts) / len(verdicts)
    return float(np.quantile(metric[[vote.row for vote in verdicts]], share))
