"""A learned preference: what a curator's votes say about images that nobody has voted on yet.

A linear map of unit vectors, as the published aesthetic predictors are, fitted to votes by logistic regression with a
normal prior: on differences of two vectors for pairs (Bradley and Terry 1952), on vectors for keep and reject. The
prior's width is the one of the greatest evidence, by Laplace's approximation (MacKay 1992, "The evidence framework").
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from collection.errors import NotEnoughVotesError, UsageError
from collection.judge.metric import UNBOUNDED, Metric
from collection.values import amount

Numbers = npt.NDArray[np.float64]

WIDTHS = (0.3, 1.0, 3.0, 10.0, 30.0)
"""Standard deviations of a weight that are tried."""
FOLDS, STEPS = 5, 60


@dataclass(frozen=True, slots=True)
class PairVote:
    """A vote: the image in row `liked` was preferred to that in row `other`."""

    liked: int
    other: int
    curator: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A vote: the image in that row was kept, or rejected."""

    row: int
    kept: bool
    curator: str = ""


Vote = PairVote | Verdict


@dataclass(frozen=True)
class LinearPreference:
    """A linear map and how sure it is of itself."""

    weight: Numbers
    """(d,)."""
    bias: float
    """Logits; 0 for votes on pairs."""
    width: float
    """Standard deviation of the prior."""
    basis: Numbers
    """(r, d + 1), orthonormal: the directions of which the votes say something; the last column is the bias."""
    covariance: Numbers
    """(r, r), along the basis; `width` squared across it."""

    def score(self, vectors: npt.NDArray[np.floating]) -> Numbers:
        """Logits, (n,), of vectors (n, d): higher is liked more."""
        return np.asarray(vectors.astype(np.float64) @ self.weight + self.bias)

    def variance(self, vectors: npt.NDArray[np.floating]) -> Numbers:
        """How unsure the scores are, (n,), in logits squared."""
        return self._variance(_with_bias(vectors, 1.0))

    def ask_next(self, vectors: npt.NDArray[np.floating], count: int) -> list[int]:
        """Rows of the images whose verdict would teach most, best first: log(1 + p (1 - p) variance) / 2."""
        chance = _chance(self.score(vectors))
        gain = np.log1p(chance * (1 - chance) * self.variance(vectors)) / 2
        return [int(row) for row in np.argsort(-gain, kind="stable")[:count]]

    def _variance(self, inputs: Numbers) -> Numbers:
        along = inputs @ self.basis.T
        across = np.maximum((inputs**2).sum(axis=1) - (along**2).sum(axis=1), 0)
        return np.asarray(self.width**2 * across + np.einsum("ij,jk,ik->i", along, self.covariance, along))


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
        """Where the true share lies (Wilson 1927)."""
        if not self.votes:
            return 0.0, 1.0
        z = NormalDist().inv_cdf((1 + confidence) / 2)
        scale = 1 + z * z / self.votes
        middle = (self.share + z * z / (2 * self.votes)) / scale
        margin = z / scale * math.sqrt(self.share * (1 - self.share) / self.votes + (z / (2 * self.votes)) ** 2)
        return middle - margin, middle + margin


@dataclass(frozen=True, slots=True)
class Trial:
    """A learned preference against the stock metric, on votes that neither has seen."""

    learned: Accuracy
    stock: Accuracy
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
        """Whether the preference beats the stock metric: the exact sign test at 2.5 %, on votes that one foretold.

        (McNemar 1947.)
        """
        votes = self.only_learned + self.only_stock
        tail = sum(math.comb(votes, wins) for wins in range(self.only_stock + 1))
        return 40 * tail < 1 << votes


def learn(vectors: npt.NDArray[np.floating], votes: Sequence[Vote]) -> LinearPreference:
    """Fit a linear map to votes on unit vectors (n, d).

    Raises UsageError for no votes, or rows that are not there.
    """
    inputs, signs = _design(vectors, votes)
    *_, basis = np.linalg.svd(inputs, full_matrices=False)
    along = inputs @ basis.T
    fits = [_fit(along, signs, width) for width in WIDTHS]
    place = int(np.argmax([evidence for _, _, evidence in fits]))
    moved, covariance, _ = fits[place]
    weight = moved @ basis
    return LinearPreference(weight[:-1], float(weight[-1]), WIDTHS[place], basis, covariance)


def hold_out(vectors: npt.NDArray[np.floating], votes: Sequence[Vote], stock: Sequence[float]) -> Trial:
    """Accuracy of a learned preference and of the stock metric (n scores) on held-out votes.

    Images, not votes, are held out, a fifth at a time: a vote is foretold by a preference that has seen neither
    image. The
    stock metric keeps the share of images that the training votes kept. A pair voted on twice counts once.
    """
    _design(vectors, votes)
    votes = list({_subject(vote): vote for vote in votes}.values())
    folds = np.random.default_rng(0).permutation(len(vectors)) % FOLDS
    metric = np.asarray(stock, dtype=np.float64)
    foretold: list[tuple[bool, bool]] = []
    for fold in range(FOLDS):
        test = [vote for vote in votes if folds[_rows(vote)[0]] == fold]
        train = [vote for vote in votes if all(folds[row] != fold for row in _rows(vote))]
        if not test or not train:
            continue
        learned = learn(vectors, train)
        scores, threshold = learned.score(vectors), _threshold(metric, train)
        foretold += [(_foretold(vote, scores, 0.0), _foretold(vote, metric, threshold)) for vote in test]
    learned_right, stock_right = (sum(column) for column in zip(*foretold, strict=True)) if foretold else (0, 0)
    both, tested = sum(ours and theirs for ours, theirs in foretold), len(foretold)
    return Trial(
        Accuracy(learned_right, tested),
        Accuracy(stock_right, tested),
        _blind(votes),
        learned_right - both,
        stock_right - both,
    )


def _blind(votes: Sequence[Vote]) -> float:
    """The share of votes that one foretells without looking."""
    kept = [vote.kept for vote in votes if isinstance(vote, Verdict)]
    return (max(sum(kept), len(kept) - sum(kept)) + (len(votes) - len(kept)) / 2) / len(votes)


def proven_preference(
    vectors: npt.NDArray[np.floating], votes: Sequence[Vote], stock: Sequence[float]
) -> tuple[LinearPreference, Trial]:
    """A learned preference and its trial; raises NotEnoughVotesError where votes do not show that it beats chance."""
    trial = hold_out(vectors, votes, stock)
    if not trial.supported:
        low, high = trial.learned.interval()
        raise NotEnoughVotesError(
            f"no preference shows in {amount(len(votes), 'vote')}: right on {trial.learned.right} of "
            f"{trial.learned.votes} held out, so on {low:.0%} to {high:.0%} of all, "
            f"where chance reaches {trial.chance:.0%}",
            "vote on more images",
        )
    return learn(vectors, votes), trial


def _design(vectors: npt.NDArray[np.floating], votes: Sequence[Vote]) -> tuple[Numbers, Numbers]:
    """Inputs (m, d + 1) and answers (m,), 1 or -1."""
    rows = [row for vote in votes for row in _rows(vote)]
    if not votes:
        raise UsageError("a preference is learned from votes, at least one", "pairs, or keep and reject")
    if min(rows) < 0 or max(rows) >= len(vectors):
        raise UsageError(f"a vote names row {max(rows, key=abs)}, but there are {len(vectors)} vectors")
    pairs = [(vote.liked, vote.other) for vote in votes if isinstance(vote, PairVote)]
    verdicts = [vote for vote in votes if isinstance(vote, Verdict)]
    liked, other = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    apart = _with_bias(vectors[liked].astype(np.float64) - vectors[other], 0.0)
    single = _with_bias(vectors[np.array([vote.row for vote in verdicts], dtype=np.intp)], 1.0)
    signs = [1.0] * len(pairs) + [1.0 if vote.kept else -1.0 for vote in verdicts]
    return np.vstack([apart, single]), np.array(signs)


def _with_bias(vectors: npt.NDArray[np.floating], one: float) -> Numbers:
    return np.column_stack([vectors.astype(np.float64), np.full(len(vectors), one)])


def _fit(along: Numbers, signs: Numbers, width: float) -> tuple[Numbers, Numbers, float]:
    """The posterior mode (r,), its covariance (r, r) and the log evidence, by Newton's method."""
    moved, rank = np.zeros(along.shape[1]), np.eye(along.shape[1])
    for _ in range(STEPS):
        wrong = _chance(-signs * (along @ moved))
        curvature = (along.T * (wrong * (1 - wrong))) @ along + rank / width**2
        step = np.linalg.solve(curvature, along.T @ (signs * wrong) - moved / width**2)
        moved = moved + step * min(1.0, 10 / max(float(np.linalg.norm(step)), 1e-12))
        if np.abs(step).max(initial=0) < 1e-7:
            break
    likelihood = -float(np.logaddexp(0, -signs * (along @ moved)).sum())
    penalty = float(moved @ moved) / (2 * width**2)
    volume = float(np.linalg.slogdet(curvature * width**2)[1]) / 2
    return moved, np.asarray(np.linalg.inv(curvature), np.float64), likelihood - penalty - volume


def _rows(vote: Vote) -> tuple[int, ...]:
    return (vote.liked, vote.other) if isinstance(vote, PairVote) else (vote.row,)


def _subject(vote: Vote) -> tuple[int, ...]:
    return tuple(sorted(_rows(vote)))


def _foretold(vote: Vote, scores: Numbers, threshold: float) -> bool:
    if isinstance(vote, PairVote):
        return bool(scores[vote.liked] > scores[vote.other])
    return bool(scores[vote.row] > threshold) == vote.kept


def _threshold(metric: Numbers, train: Sequence[Vote]) -> float:
    """The score above which the metric keeps as many of the training images as the curator did."""
    verdicts = [vote for vote in train if isinstance(vote, Verdict)]
    if not verdicts:
        return 0.0
    share = sum(not vote.kept for vote in verdicts) / len(verdicts)
    return float(np.quantile(metric[[vote.row for vote in verdicts]], share))


def _chance(logit: Numbers) -> Numbers:
    return np.asarray(0.5 * (1 + np.tanh(logit / 2)))


COMPARISONS = Metric(
    name="votes",
    range=UNBOUNDED,
    better="higher",
    says="How strong an image is by the comparisons of two that people made, in logits.",
    source="Bradley and Terry 1952, Rank Analysis of Incomplete Block Designs, around what the stock metrics expect; "
    "`collection rank`",
    limits="Images that nobody compared have what the stock metrics expect of them. Changes with every comparison.",
)
LEARNED_PREFERENCE = Metric(
    name="learned-preference",
    range=UNBOUNDED,
    better="higher",
    says="What the votes of all curators say of an image, by its vector, in logits. learned-preference:NAME is that of "
    "one curator.",
    source="Logistic regression of votes on the vectors of [score] encoder, its prior's width by the evidence (MacKay "
    "1992); `collection learn`",
    limits="Kept only where it beats chance on votes that were held out. Sees what the encoder's vectors hold, and the "
    "likings of those who voted.",
    parts="NAME",
)
