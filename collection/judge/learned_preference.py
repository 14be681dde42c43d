"""A learned preference: what a curator's votes say about images that nobody has voted on yet.

A linear map, as the published aesthetic predictors are, fitted to votes by logistic regression with a normal prior: on
differences of two images for pairs (Bradley and Terry 1952), on images for keep and reject. An image is described in
blocks, its vector and its colour. Each block has a prior of its own width, so that few colour numbers are heard beside
a long vector; the widths are those of the greatest evidence, by Laplace's approximation (MacKay 1992, "The evidence
framework"; a width for each group of inputs is his automatic relevance determination).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from collection.errors import UsageError
from collection.judge.metric import UNBOUNDED, Metric
from collection.judge.votes import PairVote, Vote

Numbers = npt.NDArray[np.float64]
Inputs = npt.NDArray[np.floating]
Blocks = Sequence[Inputs]
"""What describes n images: for each block, numbers (n, d)."""

WIDTHS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""Standard deviations of a block's weights that are tried, where the block's rows have a mean square length of 1."""
FIRST_WIDTH, BIAS_WIDTH = 3, 3.0
"""The place in WIDTHS where the search begins; the standard deviation of the bias, in logits."""
DIRECTIONS = 128
"""Directions of a block that are looked at, the widest of the images that were voted on."""
STEPS, CLOSE_ENOUGH = 60, 1e-6


@dataclass(frozen=True)
class Directions:
    """The widest directions of one block among the images that were voted on, from the mean of all, at one scale."""

    centre: Numbers
    """(d,)."""
    scale: float
    """What gives the images a mean square length of 1; 0 where all are alike."""
    turn: Numbers
    """(d, k), orthonormal columns times the scale."""

    @classmethod
    def among(cls, block: Inputs, voted: Sequence[int]) -> Directions:
        """Those of the voted rows of (n, d), DIRECTIONS at most."""
        centre = block.mean(axis=0, dtype=np.float64)
        square = float(np.einsum("ij,ij->i", block, block, dtype=np.float64).mean() - centre @ centre)
        scale = 1 / math.sqrt(square) if square > 1e-9 else 0.0
        rows = np.asarray(block[voted], dtype=np.float64) - centre
        return cls(centre, scale, _widest(rows).T * scale)

    def of(self, block: Inputs) -> Numbers:
        """(n, k) of rows (n, d)."""
        return np.asarray((block - self.centre) @ self.turn)

    def beyond(self, block: Inputs) -> Numbers:
        """(n,): the square length of rows (n, d), at the scale, that no direction holds."""
        whole = ((block - self.centre) ** 2).sum(axis=1) * self.scale**2
        return np.asarray(np.maximum(whole - (self.of(block) ** 2).sum(axis=1), 0))


@dataclass(frozen=True)
class LinearPreference:
    """A linear map and how sure it is of itself."""

    weights: tuple[Numbers, ...]
    """(d,) for each block."""
    bias: float
    """Logits."""
    widths: tuple[float, ...]
    """Standard deviation of the prior, of each block."""
    directions: tuple[Directions, ...]
    covariance: Numbers
    """(k + 1, k + 1), of the weights along the directions of all blocks and of the bias."""

    def score(self, blocks: Blocks) -> Numbers:
        """Logits, (n,), of images: higher is liked more."""
        found = [block.astype(np.float64) @ weight for block, weight in zip(blocks, self.weights, strict=True)]
        return np.asarray(sum(found) + self.bias)

    def variance(self, blocks: Blocks) -> Numbers:
        """How unsure the scores are, (n,), in logits squared."""
        along = np.column_stack([_along(blocks, self.directions), np.ones(len(blocks[0]))])
        known = np.einsum("ij,jk,ik->i", along, self.covariance, along)
        parts = zip(self.widths, self.directions, blocks, strict=True)
        return np.asarray(known + sum(width**2 * found.beyond(block) for width, found, block in parts))

    def ask_next(self, blocks: Blocks, count: int) -> list[int]:
        """Rows of the images whose verdict would teach most, best first: log(1 + p (1 - p) variance) / 2."""
        chance = _chance(self.score(blocks))
        gain = np.log1p(chance * (1 - chance) * self.variance(blocks)) / 2
        return [int(row) for row in np.argsort(-gain, kind="stable")[:count]]


@dataclass(frozen=True)
class _Fit:
    weight: Numbers
    covariance: Numbers
    evidence: float


def learn(blocks: Blocks, votes: Sequence[Vote], like: LinearPreference | None = None) -> LinearPreference:
    """Fit a linear map to votes on images, described by blocks of n rows each.

    The search for the widths begins with those of `like`, where one is at hand. Raises UsageError for no votes, or rows
    that are not there.
    """
    require_votes(len(blocks[0]), votes)
    seen = sorted({row for vote in votes for row in vote.rows})
    directions = tuple(Directions.among(block, seen) for block in blocks)
    along = _along([block[seen] for block in blocks], directions)
    inputs, signs = _design(along, {row: place for place, row in enumerate(seen)}, votes)
    owners = np.repeat(np.arange(len(blocks)), [found.turn.shape[1] for found in directions])
    places = tuple(WIDTHS.index(width) for width in like.widths) if like else (FIRST_WIDTH,) * len(blocks)
    places, fit = _most_evident(inputs, signs, owners, places)
    weights = tuple(found.turn @ fit.weight[:-1][owners == block] for block, found in enumerate(directions))
    bias = float(fit.weight[-1]) - sum(float(w @ found.centre) for w, found in zip(weights, directions, strict=True))
    return LinearPreference(weights, bias, tuple(WIDTHS[place] for place in places), directions, fit.covariance)


def _most_evident(
    inputs: Numbers, signs: Numbers, owners: npt.NDArray[np.intp], places: tuple[int, ...]
) -> tuple[tuple[int, ...], _Fit]:
    """The widths, as places in WIDTHS, from which no step of one block leads to greater evidence; and their fit."""
    tried: dict[tuple[int, ...], _Fit] = {}

    def fitted(at: tuple[int, ...]) -> _Fit:
        if at not in tried:
            widths = np.append(np.array([WIDTHS[place] for place in at])[owners], BIAS_WIDTH)
            tried[at] = _fit(inputs, signs, widths, tried[best].weight if tried else None)
        return tried[at]

    best = places
    while True:
        fitted(best)
        near = [
            (*best[:block], place + step, *best[block + 1 :])
            for block, place in enumerate(best)
            for step in (-1, 1)
            if 0 <= place + step < len(WIDTHS)
        ]
        found = max(near, key=lambda at: fitted(at).evidence)
        if fitted(found).evidence <= fitted(best).evidence:
            return best, fitted(best)
        best = found


def _fit(inputs: Numbers, signs: Numbers, widths: Numbers, start: Numbers | None) -> _Fit:
    """The posterior mode (k,), its covariance (k, k) and the log evidence, by Newton's method."""
    weight, precision = np.zeros(inputs.shape[1]) if start is None else start, 1 / widths**2
    for _ in range(STEPS):
        wrong = _chance(-signs * (inputs @ weight))
        curvature = (inputs.T * (wrong * (1 - wrong))) @ inputs + np.diag(precision)
        step = np.linalg.solve(curvature, inputs.T @ (signs * wrong) - precision * weight)
        weight = weight + step * min(1.0, 10 / max(float(np.linalg.norm(step)), 1e-12))
        if np.abs(step).max(initial=0) < CLOSE_ENOUGH:
            break
    likelihood = -float(np.logaddexp(0, -signs * (inputs @ weight)).sum())
    penalty = float(precision @ weight**2) / 2
    volume = (float(np.linalg.slogdet(curvature)[1]) - float(np.log(precision).sum())) / 2
    return _Fit(weight, np.asarray(np.linalg.inv(curvature), np.float64), likelihood - penalty - volume)


def _widest(rows: Numbers) -> Numbers:
    """(k, d), orthonormal: the widest directions of rows (n, d) around 0, by a randomised search where there are many
    (Halko, Martinsson and Tropp 2011)."""
    if min(rows.shape) <= DIRECTIONS:
        return np.asarray(np.linalg.svd(rows, full_matrices=False)[2])
    found = np.random.default_rng(0).normal(size=(rows.shape[1], DIRECTIONS + 8))
    for _ in range(3):
        found, _ = np.linalg.qr(rows.T @ (rows @ found))
    return np.asarray(np.linalg.svd(rows @ found, full_matrices=False)[2][:DIRECTIONS] @ found.T)


def _along(blocks: Blocks, directions: Sequence[Directions]) -> Numbers:
    return np.column_stack([found.of(block) for found, block in zip(directions, blocks, strict=True)])


def _design(along: Numbers, places: dict[int, int], votes: Sequence[Vote]) -> tuple[Numbers, Numbers]:
    """Inputs (m, k + 1), the last column for the bias, and answers (m,), 1 or -1."""
    inputs, signs = np.empty((len(votes), along.shape[1] + 1)), np.ones(len(votes))
    for row, vote in enumerate(votes):
        if isinstance(vote, PairVote):
            inputs[row] = np.append(along[places[vote.liked]] - along[places[vote.other]], 0.0)
        else:
            inputs[row], signs[row] = np.append(along[places[vote.row]], 1.0), 1.0 if vote.kept else -1.0
    return inputs, signs


def require_votes(images: int, votes: Sequence[Vote]) -> None:
    """Raise UsageError for no votes, or for rows that are not there."""
    if not votes:
        raise UsageError("a preference is learned from votes, at least one", "pairs, or keep and reject")
    rows = [row for vote in votes for row in vote.rows]
    if min(rows) < 0 or max(rows) >= images:
        raise UsageError(f"a vote names row {max(rows, key=abs)}, and the last is {images - 1}")


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
    says="What the votes of all curators say of an image, by its vector and its colours, in logits. "
    "learned-preference:NAME is that of one curator.",
    source="Logistic regression of votes on the vectors of [score] encoder and on colour in Oklab, the widths of their "
    "priors by the evidence (MacKay 1992); `collection learn`",
    limits="Kept only where it beats chance on votes that were held out. Sees what the encoder's vectors and 14 "
    "numbers of colour hold, and the likings of those who voted.",
    parts="NAME",
)
