"""A ranking from comparisons of two: the model of Bradley and Terry (1952), with a prior.

An image of strength s wins against one of strength t with probability 1 / (1 + exp(t - s)). Strengths have a normal
prior around what a model's score expects, so that no vote graph need be connected; the fit is the posterior mode, by
Newton's method, and its covariance is the inverse Hessian there (Laplace's approximation).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from collection.errors import UsageError

Numbers = npt.NDArray[np.float64]

STEPS, CLOSE_ENOUGH = 50, 1e-8
SPREAD = 1.5
"""Standard deviation of strengths around the prior: images one apart win 82 times of 100."""

SPREADS = (SPREAD, 2 * SPREAD, 4 * SPREAD)
"""Standard deviations that are tried: a curator who is very sure answers as if images lay further apart."""

VOTE_WORTH, FUTURES = 0.15, 8
"""What a vote that was asked for by `next_pairs` adds to the precision of each strength (benchmarks/deciding.py; a vote
on two that were known to be equal would add 1/4); how many ways the strengths may move."""
LEAST_AHEAD = 10
"""The least number of votes to look ahead."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A vote: `won` is 1 if `left` was preferred, 0 if `right` was, 0.5 for a tie. Both are rows, 0 to n - 1."""

    left: int
    right: int
    won: float = 1.0


@dataclass(frozen=True, slots=True)
class ErrorForecast:
    """The expected error of a choice, now and after more votes."""

    now: float
    """See `Strengths.expected_error`; 0 to 0.5."""
    settled: bool
    """Whether the error is small enough to stop asking."""
    votes: int
    """How many more votes the forecast is for."""
    then: float
    """The expected error after them, 0 to 0.5."""

    def as_json(self) -> dict[str, float]:
        """The same, by name."""
        return asdict(self)


@dataclass(frozen=True)
class Strengths:
    """The strengths that votes give the images: a normal distribution."""

    values: Numbers
    """(n,), in logits: higher is better."""
    covariance: Numbers
    """(n, n)."""
    evidence: float = 0.0
    """Logarithm of the Bayes factor against the likelier of two null models: the prior unchanged, and a fair coin."""

    @property
    def order(self) -> list[int]:
        """Rows, best first; equals by row."""
        return [int(row) for row in np.argsort(-self.values, kind="stable")]

    @property
    def errors(self) -> Numbers:
        """Standard errors, (n,)."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    def intervals(self, confidence: float = 0.95) -> Numbers:
        """Lower and upper ends, (n, 2), of where each strength lies with that probability."""
        reach = NormalDist().inv_cdf((1 + confidence) / 2) * self.errors
        return np.column_stack([self.values - reach, self.values + reach])

    def expected_error(self, keep: int) -> float:
        """The share of images that a choice of the best `keep` is expected to put on the wrong side, 0 to 0.5.

        It is the mean over all images of the probability that the image's true strength lies on the other side of the
        cut, which is half-way between the last image that is kept and the first that is not.
        """
        if not 0 < keep < len(self.values):
            return 0.0
        ordered = np.sort(self.values)[::-1]
        cut = (ordered[keep - 1] + ordered[keep]) / 2
        apart = np.abs(self.values - cut) / self.errors
        return float(np.mean([NormalDist().cdf(-distance) for distance in apart.tolist()]))

    def settled(self, keep: int, error: float = 0.05) -> bool:
        """Whether the votes suffice to choose the best `keep` with an expected error of at most `error`."""
        return self.expected_error(keep) <= error

    @property
    def conclusive(self) -> bool:
        """Whether the votes add to the prior: "strong" evidence of Kass and Raftery (1995), a Bayes factor over 20."""
        return self.evidence > math.log(20)

    def forecast(self, keep: int, votes: int, error: float = 0.05) -> ErrorForecast:
        """The expected error after as many votes again (`votes` were fitted), but at least half a vote an image.

        It does not say how many votes are needed until `settled`: the error falls with the root of their number, at a
        rate that depends on how near the cut images lie, which only the votes themselves can tell.
        """
        more = two_digits(max(votes, len(self.values) / 2, LEAST_AHEAD))
        then = self.expected_error_after(more, keep)
        return ErrorForecast(self.expected_error(keep), self.settled(keep, error), more, then)

    def expected_error_after(self, votes: int, keep: int) -> float:
        """The `expected_error` to expect after more votes, 0 to 0.5.

        A vote adds about VOTE_WORTH to the precision of each of its two strengths. As errors shrink, strengths move: by
        as much, on average, as the errors lose in square. Mean of FUTURES ways to move.
        """
        moves = np.random.default_rng(0).standard_normal((FUTURES, len(self.values)))
        variances = np.diag(self.covariance)
        later = 1 / (1 / variances + 2 * VOTE_WORTH * votes / max(len(variances), 1))
        values = self.values + moves * np.sqrt(np.maximum(variances - later, 0))
        return float(np.mean([Strengths(row, np.diag(later)).expected_error(keep) for row in values]))

    def next_pairs(self, count: int = 1) -> list[tuple[int, int]]:
        """The pairs that teach most, best first, each image in one at most; fewer where images run out.

        The information of a vote on (i, j) is log(1 + p (1 - p) v) / 2, p being the chance that i wins and v the
        variance of the difference: D-optimal design (Glickman and Jensen 2005).
        """
        gain = self._information()
        pairs: list[tuple[int, int]] = []
        while len(pairs) < min(count, len(self.values) // 2):
            left, right = np.unravel_index(int(np.argmax(gain)), gain.shape)
            pairs.append((int(left), int(right)))
            for row in pairs[-1]:
                gain[row, :] = gain[:, row] = -1
        return pairs

    def _information(self) -> Numbers:
        chance = _chance(self.values[:, None] - self.values[None, :])
        variances = np.diag(self.covariance)
        variance = variances[:, None] + variances[None, :] - 2 * self.covariance
        gain = np.log1p(chance * (1 - chance) * np.maximum(variance, 0)) / 2
        return np.asarray(np.where(np.tri(len(gain), dtype=bool), -1.0, gain))


def two_digits(count: float) -> int:
    """A count to two digits: no more is meant by an estimate."""
    return int(float(f"{count:.2g}"))


def prior_from_scores(scores: Sequence[float], agreement: float = 0.65) -> Numbers:
    """Strengths (n,) to expect from a model's scores: normal quantiles of their ranks.

    They are scaled so that the better of two images one standard deviation apart wins with probability `agreement`;
    metrics agree with people in about 65 of 100 pairs. Equal scores give equal strengths.
    """
    if not 0.5 <= agreement < 1:
        raise UsageError(f"agreement {agreement} is not from 0.5 to below 1")
    values = np.asarray(scores, dtype=np.float64)
    ordered = np.sort(values)
    middle = (np.searchsorted(ordered, values) + np.searchsorted(ordered, values, side="right")) / 2
    quantiles = [NormalDist().inv_cdf(share) for share in (middle / max(len(values), 1)).clip(0.001, 0.999).tolist()]
    return np.array(quantiles) * math.log(agreement / (1 - agreement))


def fit(count: int, votes: Sequence[Comparison], prior: Numbers | None = None, spread: float = SPREAD) -> Strengths:
    """Strengths of `count` images from votes; without votes they are the `prior`, (n,) logits, or else 0.

    `spread` is the prior's standard deviation. Memory is (n, n): meant for the images that are in question, up to a
    few thousand. Raises UsageError for a vote on an image with itself or on one that is not there.
    """
    wrong = next((vote for vote in votes if not _possible(vote, count)), None)
    if wrong is not None:
        raise UsageError(f"{wrong} is no comparison of two images of {count}", "won is from 0 to 1")
    left, right = (np.array([getattr(vote, side) for vote in votes], dtype=np.intp) for side in ("left", "right"))
    won = np.array([vote.won for vote in votes], dtype=np.float64)
    mean = np.zeros(count) if prior is None else np.asarray(prior, dtype=np.float64)
    values = mean.copy()
    for _ in range(STEPS):
        chance = _chance(values[left] - values[right])
        slope = (mean - values) / spread**2
        np.add.at(slope, left, won - chance)
        np.add.at(slope, right, chance - won)
        step = np.linalg.solve(_curvature(count, left, right, chance, spread), slope)
        values = values + step * min(1.0, 2 / max(float(np.abs(step).max(initial=0)), 1e-12))
        if np.abs(step).max(initial=0) < CLOSE_ENOUGH:
            break
    curvature = _curvature(count, left, right, _chance(values[left] - values[right]), spread)
    likely, expected, coin = (_likelihood(side[left] - side[right], won) for side in (values, mean, np.zeros(count)))
    penalty = float(((values - mean) ** 2).sum()) / (2 * spread**2)
    volume = float(np.linalg.slogdet(curvature * spread**2)[1]) / 2
    evidence = likely - penalty - volume - max(expected, coin)
    return Strengths(values, np.asarray(np.linalg.inv(curvature), np.float64), evidence)


def fit_spread(count: int, votes: Sequence[Comparison], prior: Numbers | None = None) -> Strengths:
    """`fit` with the spread of SPREADS that the votes are the most evident for.

    The evidence is less the logarithm of how many were tried, so that it is no more than that of all of them together.
    """
    found = max((fit(count, votes, prior, spread) for spread in SPREADS), key=lambda strengths: strengths.evidence)
    return replace(found, evidence=found.evidence - math.log(len(SPREADS))) if votes else found


def _likelihood(logit: Numbers, won: Numbers) -> float:
    """Log likelihood of the answers."""
    return -float((won * np.logaddexp(0, -logit) + (1 - won) * np.logaddexp(0, logit)).sum())


def _possible(vote: Comparison, count: int) -> bool:
    there = 0 <= vote.left < count and 0 <= vote.right < count
    return there and vote.left != vote.right and 0 <= vote.won <= 1


def _curvature(
    count: int, left: npt.NDArray[np.intp], right: npt.NDArray[np.intp], chance: Numbers, spread: float
) -> Numbers:
    """The negative Hessian of the log posterior: a graph Laplacian weighted by p (1 - p), and the prior."""
    found, weight = np.eye(count) / spread**2, chance * (1 - chance)
    for rows, columns, sign in ((left, left, 1), (right, right, 1), (left, right, -1), (right, left, -1)):
        np.add.at(found, (rows, columns), sign * weight)
    return found


def _chance(logit: Numbers) -> Numbers:
    return np.asarray(0.5 * (1 + np.tanh(logit / 2)))
