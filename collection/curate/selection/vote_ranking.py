"""The ranking of images by pairwise comparisons: the metric "votes", and the comparison to ask next.

Strengths are fitted by curate/pairwise.py around what the stock metrics expect. The fit is (n, n), so it is made for
the images that were compared and those nearest the cut between chosen and not; others keep what the metrics expect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from collection.curate.reviews.log import effective_events
from collection.curate.reviews.pairwise import Comparison, Strengths, fit_spread, prior_from_scores
from collection.curate.selection.candidates import Ranked, eligible_of, rank
from collection.curate.selection.criteria import SelectionCriteria
from collection.store.judging_records import Duplicate, Score
from collection.store.review_records import Review
from collection.store.store import Store
from collection.values import canonical_json, sha256_hex

VOTES = "votes"
"""The metric of strengths by comparisons, in logits, higher is better; and the stage that fits them."""
MOST_FITTED = 600
"""Images of a fit."""
REPEATED = 0.05
"""Share of questions that were asked before, for the self-consistency of curators."""
RECENT, NEAR = 10, 32
"""Questions that must lie between a question and its repeat; the pairs that teach most, of which one is drawn."""
WON = {"left": 1.0, "right": 0.0, "tie": 0.5}


@dataclass(frozen=True)
class VoteRanking:
    """The ranking of the images by comparisons."""

    ranked: Sequence[Ranked]
    """The fitted images, best by the stock metrics first: the rows of `strengths`."""
    strengths: Strengths
    prior: dict[int, float]
    """The strength of every image that the stock metrics predict, in logits, by number."""
    votes: int
    """Comparisons that count; skipped ones do not."""
    keep: int
    """How many of the fitted images are to be chosen."""
    answers: Sequence[Review]
    """Every comparison that stands, skipped ones too, by id."""

    @property
    def values(self) -> dict[int, float]:
        """The strength of every image, by number: as fitted, or else as expected."""
        found = zip(self.ranked, self.strengths.values.tolist(), strict=True)
        return {**self.prior, **{item.asset.id: value for item, value in found}}


@dataclass(frozen=True, slots=True)
class Question:
    """Two images to compare, by number; `repeat` if this curator was asked about them before."""

    left: int
    right: int
    repeat: bool = False


def vote_ranking(
    store: Store,
    criteria: SelectionCriteria,
    curator: str | None = None,
    *,
    ranked: Sequence[Ranked] | None = None,
    duplicates: Mapping[int, Duplicate] | None = None,
) -> VoteRanking:
    """Fit what curators (or this one) said of pairs, around what the metrics of the criteria expect.

    `ranked` is what `rank(store, criteria.metrics)` gives, and `duplicates` the near-duplicates by number, where these
    are at hand.
    """
    answers = effective_events(store.reviews(curator=curator, kind="pair"))
    ranked = rank(store, criteria.metrics) if ranked is None else ranked
    prior = dict(zip([i.asset.id for i in ranked], prior_from_scores([i.score for i in ranked]).tolist(), strict=True))
    duplicates = {item.asset_id: item for item in store.duplicates()} if duplicates is None else duplicates
    fitted, keep = _in_question(criteria, ranked, duplicates, {n for event in answers for n in _pair(event)})
    rows = {item.asset.id: row for row, item in enumerate(fitted)}
    votes = [
        Comparison(rows[left], rows[right], WON[str(event.value)])
        for event in answers
        for left, right in [_pair(event)]
        if event.value in WON and left in rows and right in rows
    ]
    strengths = fit_spread(len(fitted), votes, np.array([prior[item.asset.id] for item in fitted]))
    return VoteRanking(fitted, strengths, prior, len(votes), keep, answers)


def inputs(store: Store, criteria: SelectionCriteria) -> str:
    """Hash of all that the metric "votes" depends on."""
    answers = effective_events(store.reviews(kind="pair"))
    seen = [
        [[*_pair(event), event.value] for event in answers],
        [[item.file_sha256, item.metric, item.value] for item in store.scores_with_percentiles(criteria.metrics)],
        store.numbers(),
        sorted(criteria.metrics.items()),
    ]
    return sha256_hex(canonical_json(seen))


def pending(store: Store, criteria: SelectionCriteria) -> bool:
    """Whether "votes" would be other than it is: somebody compared something, or the images changed."""
    if not store.stage_inputs(VOTES) and not store.reviews(kind="pair"):
        return False
    return store.stage_inputs(VOTES) != inputs(store, criteria)


def votes_model(store: Store) -> str:
    """The model name of the present scores of the metric "votes"."""
    return _model(store.stage_inputs(VOTES) or "")


def _model(inputs: str) -> str:
    return f"bradley-terry@{inputs}"


def rank_by_votes(store: Store, criteria: SelectionCriteria) -> VoteRanking:
    """Fit all comparisons and keep the strengths as the metric "votes". `criteria` has the stock metrics."""
    seen, ranked = inputs(store, criteria), rank(store, criteria.metrics)
    found = vote_ranking(store, criteria, ranked=ranked)
    values, model = found.values, _model(seen)
    compared = {number for event in found.answers for number in _pair(event)}
    known = [item for item in ranked if item.values or item.asset.id in compared]
    files = {item.asset.file_sha256: values[item.asset.id] for item in known}
    scores = [Score(sha256, VOTES, model, value) for sha256, value in files.items()]
    conclusive = bool(found.votes) and found.strengths.conclusive
    report = {"votes": found.votes, "conclusive": conclusive, "evidence": found.strengths.evidence}
    store.replace_metric(VOTES, scores, seen, report)
    return found


def next_question(store: Store, ranking: VoteRanking, curator: str, *, seed: int = 0) -> Question | None:
    """The comparison to ask of a curator next; None where there is none left to ask.

    One of the NEAR that teach most, drawn so that curators who work side by side are not asked the same, sides
    shuffled; a share of REPEATED are questions that this curator was asked long before. The draws are settled by seed,
    curator and how often they were asked. A `ranking` of some votes ago goes on well for NEAR votes.
    """
    answers = effective_events(store.reviews(curator=curator, kind="pair"))
    asked = [tuple(sorted(_pair(event))) for event in answers]
    rng = np.random.default_rng([seed, int(sha256_hex(curator.encode())[:8], 16), len(asked)])
    repeat = len(asked) > RECENT and bool(rng.random() < REPEATED)
    pair = _drawn(asked[:-RECENT], rng) if repeat else _drawn(_teaching(ranking, set(asked)), rng)
    if pair is None:
        return None
    left, right = pair if rng.random() < 0.5 else pair[::-1]
    return Question(left, right, repeat)


def _in_question(
    criteria: SelectionCriteria, ranked: Sequence[Ranked], duplicates: Mapping[int, Duplicate], compared: set[int]
) -> tuple[list[Ranked], int]:
    """The images to fit, best first, and how many of them are to be chosen."""
    eligible = [item for item in eligible_of(ranked, criteria, duplicates) if item.asset.id not in criteria.locked]
    cut = criteria.supply - len(criteria.locked)
    nearest = sorted(range(len(eligible)), key=lambda place: abs(place + 0.5 - cut))
    nearest.sort(key=lambda place: eligible[place].asset.id not in compared)
    chosen = sorted(nearest[:MOST_FITTED])
    return [eligible[place] for place in chosen], sum(place < cut for place in chosen)


def _teaching(ranking: VoteRanking, asked: set[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The pairs that teach most of those that were not asked; if all of these were, some that were not."""
    numbers = [item.asset.id for item in ranking.ranked]
    pairs = [tuple(sorted((numbers[left], numbers[right]))) for left, right in ranking.strengths.next_pairs(NEAR)]
    if found := [pair for pair in pairs if pair not in asked]:
        return found
    others = [tuple(sorted((one, other))) for one in numbers for other in numbers if one < other]
    return [pair for pair in others if pair not in asked]


def _drawn(pairs: Sequence[tuple[int, ...]], rng: np.random.Generator) -> tuple[int, int] | None:
    if not pairs:
        return None
    left, right = pairs[int(rng.integers(len(pairs)))]
    return left, right


def _pair(event: Review) -> tuple[int, int]:
    assert event.asset_id is not None
    assert event.other_id is not None
    return event.asset_id, event.other_id
