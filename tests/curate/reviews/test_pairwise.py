from __future__ import annotations

import numpy as np
import pytest

from collection.curate.reviews.pairwise import (
    SPREAD,
    SPREADS,
    Comparison,
    Strengths,
    fit,
    fit_spread,
    prior_from_scores,
)
from collection.errors import UsageError


def spearman(one: np.ndarray, other: np.ndarray) -> float:
    ranks = [np.argsort(np.argsort(values)) for values in (one, other)]
    return float(np.corrcoef(*ranks)[0, 1])


def asked(truth: np.ndarray, votes_each: int, rng: np.random.Generator) -> Strengths:
    """A curator of noisy judgement, asked the pairs that teach most, a quarter of the images at a time."""
    votes: list[Comparison] = []
    strengths = fit(len(truth), votes)
    while len(votes) < votes_each * len(truth):
        for left, right in strengths.next_pairs(len(truth) // 4):
            chance = 1 / (1 + np.exp(truth[right] - truth[left]))
            votes.append(Comparison(left, right, float(rng.random() < chance)))
        strengths = fit(len(truth), votes)
    return strengths


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_known_order_is_found_with_ten_votes_an_image(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.normal(scale=1.5, size=200)
    found = asked(truth, 10, rng)
    assert spearman(found.values, truth) >= 0.93
    shifted = truth - truth.mean() + found.values.mean()
    low, high = found.intervals(0.95).T
    assert np.mean((low <= shifted) & (shifted <= high)) > 0.85


def test_votes_move_strengths_and_shrink_errors() -> None:
    before, after = fit(3, []), fit(3, [Comparison(0, 1), Comparison(0, 1), Comparison(2, 1, 0.5)])
    assert before.values.tolist() == [0, 0, 0]
    assert after.order[0] == 0
    assert after.values[2] > after.values[1], "a tie with the loser is worth less than a win, more than a loss"
    assert (after.errors < before.errors).all()


def test_the_fit_is_the_one_that_the_equations_ask_for() -> None:
    """One vote between two: s = spread^2 (1 - p), its opposite for the other, p = 1 / (1 + exp(-2 s))."""
    strength = fit(2, [Comparison(0, 1)], spread=1.0).values
    assert strength[0] == pytest.approx(1 - 1 / (1 + np.exp(-2 * strength[0])), abs=1e-7)
    assert strength[1] == pytest.approx(-strength[0], abs=1e-7)


@pytest.mark.parametrize("spread", [1.0, 1.5, 3.0, 5.0])
def test_intervals_cover_as_stated_however_sure_a_curator_is(spread: float) -> None:
    """Curators who answer as if images lay further apart than the usual spread."""
    covered = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        true = rng.normal(scale=spread, size=40)
        pairs = [rng.choice(40, 2, replace=False).tolist() for _ in range(400)]
        votes = [
            Comparison(one, other, float(rng.random() < 1 / (1 + np.exp(true[other] - true[one]))))
            for one, other in pairs
        ]
        ends = fit_spread(40, votes).intervals(0.95)
        centred = true - true.mean()  # comparisons say nothing of the mean, which the prior sets to 0
        covered.append(np.mean((ends[:, 0] <= centred) & (centred <= ends[:, 1])))
    assert np.mean(covered) >= 0.9


def test_a_spread_that_was_searched_for_weakens_the_evidence() -> None:
    votes = [Comparison(0, 1)] * 3
    assert fit_spread(2, votes).evidence <= max(fit(2, votes, spread=spread).evidence for spread in SPREADS)
    assert fit_spread(3, []).evidence == pytest.approx(0)


def test_the_prior_speaks_where_nobody_voted() -> None:
    prior = prior_from_scores([10, 30, 20, 20])
    assert prior[2] == prior[3]
    assert fit(4, [], prior).order == [1, 2, 3, 0]
    assert fit(4, [Comparison(0, 1)] * 20, prior).order[0] == 0, "enough votes outweigh it"


def test_asking_stops_when_the_cut_is_clear() -> None:
    clear = [Comparison(left, right) for left in range(3) for right in range(3, 6) for _ in range(30)]
    assert not fit(6, []).settled(3)
    assert fit(6, clear).settled(3)
    assert fit(6, clear).expected_error(3) < 0.05 < fit(6, clear).expected_error(1)


@pytest.mark.parametrize(("count", "keep"), [(24, 12), (40, 10)])
def test_what_is_said_of_more_votes_comes_true(count: int, keep: int) -> None:
    """Curators of known preference: the error that was forecast for more votes, and what it then was."""
    off = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        prior = prior_from_scores(range(count))
        truth = prior + rng.normal(scale=SPREAD, size=count)
        votes: list[Comparison] = []
        said: dict[int, float] = {}
        while len(votes) <= 6 * count:
            found = fit(count, votes, prior)
            if len(votes) in said:
                off.append(said[len(votes)] - found.expected_error(keep))
            forecast = found.forecast(keep, len(votes))
            assert forecast.then < forecast.now
            said[len(votes) + forecast.votes] = forecast.then
            for left, right in found.next_pairs(2):
                chance = 1 / (1 + np.exp(truth[right] - truth[left]))
                votes.append(Comparison(left, right, float(rng.random() < chance)))
    assert len(off) > 100
    assert abs(np.mean(off)) < 0.015
    assert np.quantile(np.abs(off), 0.9) < 0.04


def test_the_forecast_looks_as_far_ahead_as_was_asked() -> None:
    votes = [Comparison(left, left + 1) for left in range(9)] * 14
    found = fit(10, votes)
    assert found.forecast(5, len(votes)).votes == 130, "to two digits"
    assert fit(60, []).forecast(30, 0).votes == 30
    assert fit(4, []).forecast(2, 0).votes == 10
    assert found.expected_error_after(0, 5) == pytest.approx(found.expected_error(5))
    assert found.expected_error_after(10**9, 5) < 0.01
    assert fit(3, []).forecast(3, 0).settled, "all are kept"


def test_each_image_is_asked_about_once_in_a_round() -> None:
    pairs = fit(7, [Comparison(0, 1)] * 30).next_pairs(9)
    assert len(pairs) == 3
    assert len({row for pair in pairs for row in pair}) == 6
    assert pairs[0] != (0, 1), "what is known teaches little"


@pytest.mark.parametrize("vote", [Comparison(1, 1), Comparison(0, 3), Comparison(-1, 0), Comparison(0, 1, 2.0)])
def test_an_impossible_vote_is_refused(vote: Comparison) -> None:
    with pytest.raises(UsageError, match="comparison"):
        fit(3, [vote])
