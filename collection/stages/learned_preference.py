"""Learned preferences: what people say of images, by the log of reviews, meets the vectors of what they saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from collection.curate.reviews.log import effective_events, review_states
from collection.curate.reviews.state import ReviewState
from collection.curate.selection.vote_ranking import VOTES, WON, votes_model
from collection.errors import ConfigError, NotEnoughVotesError
from collection.judge.catalogue import better
from collection.judge.held_out import Accuracy, Trial, proven_preference
from collection.judge.learned_preference import Blocks, learn
from collection.judge.score import Scorers
from collection.judge.vector_scorer import LearnedScorer
from collection.judge.vectors import described
from collection.judge.votes import PairVote, Verdict, Vote
from collection.spelling import renamed_metric
from collection.store.judging_records import Score
from collection.store.review_records import LearnedPreference
from collection.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable

LEARNED_PREFERENCE = "learned-preference"
"""The metric of what all curators prefer together; that of one curator is learned-preference:NAME."""


def metric_of_curator(curator: str | None) -> str:
    """The metric of what a curator prefers, or of what all do."""
    return LEARNED_PREFERENCE if curator is None else f"{LEARNED_PREFERENCE}:{curator}"


def with_learned(scorers: Scorers, preferences: Iterable[LearnedPreference]) -> Scorers:
    """Scorers that give the learned metrics too; a learned preference for another encoder's vectors is left out."""
    return replace(
        scorers, learned=tuple(LearnedScorer(item) for item in preferences if item.encoder == scorers.encoder.model)
    )


def votes_of(store: Store, rows: Mapping[int, int], curator: str | None = None) -> list[Vote]:
    """What curators (or this one) say, as votes on the rows that `rows` gives for numbers of images.

    A flag is a verdict; stars are one where there is no flag, against the mean of that curator's own stars; a
    comparison is a preference, and a tie or a skip nothing.
    """
    said = review_states(store, curator)
    means = _mean_stars(said)
    verdicts: list[Vote] = [
        Verdict(rows[number], kept, name)
        for number, review_state in said.items()
        if number in rows
        for name, kept in _verdicts(review_state, means).items()
    ]
    pairs = effective_events(store.reviews(curator=curator, kind="pair"))
    return verdicts + [
        PairVote(*((left, right) if WON[str(event.value)] else (right, left)), event.curator)
        for event in pairs
        if WON.get(str(event.value), 0.5) != 0.5
        for left, right in [(rows.get(event.asset_id or 0), rows.get(event.other_id or 0))]
        if left is not None and right is not None
    ]


def learn_preference(
    store: Store, encoder: str, stock: Mapping[int, float] | None, curator: str | None = None
) -> LearnedPreference:
    """Learn what all curators (or one) prefer on the vectors of an encoder, and score all images by it.

    `stock` is what the stock metrics say, by number; None where there are none. Raises NotEnoughVotesError, with
    nothing kept, where the votes do not show that it beats chance.
    """
    ids, blocks, votes = _material(store, encoder, curator)
    known = None if stock is None else [stock.get(number, 0.0) for number in ids]
    learned, trial = proven_preference(blocks, votes, known)
    found = LearnedPreference(
        metric_of_curator(curator), encoder, np.concatenate(learned.weights), learned.bias, _report(votes, trial)
    )
    scorer, files = LearnedScorer(found), {asset.id: asset.file_sha256 for asset in store.assets()}
    model, (numbers, _) = f"{scorer.model}|{encoder}", scorer.values(np.hstack(blocks))
    values = {files[number]: value for number, value in zip(ids, numbers.tolist(), strict=True)}
    store.replace_learned_preference(
        found, [Score(sha256, found.name, model, value) for sha256, value in values.items()]
    )
    return found


def ask_next(store: Store, encoder: str, count: int, curator: str | None = None) -> list[int]:
    """The numbers of images whose verdict would teach most, best first.

    Images on which this curator (or anybody) has voted, and near-duplicates, are not asked about. Raises
    NotEnoughVotesError where there is no vote to begin from.
    """
    ids, blocks, votes = _material(store, encoder, curator)
    said = {number for number, review_state in review_states(store, curator).items() if review_state.curators}
    said |= {item.asset_id for item in store.duplicates()}
    rows = [row for row, number in enumerate(ids) if number not in said]
    unseen = [block[rows] for block in blocks]
    return [ids[rows[place]] for place in learn(blocks, votes).ask_next(unseen, count)]


def what_ranks(store: Store, scorers: Scorers, stock: Mapping[str, str], by: Sequence[str]) -> dict[str, str]:
    """The metrics that say which image is better, with the model of each: `by`, or else the best that votes prove.

    That is comparisons, once they say something of their own (the `stock` metrics are their prior, so that they stand
    for those too); or the learned preferences that beat the stock metrics on held-out votes: the one of all curators,
    or else those of single ones, each with equal weight; or the stock metrics; or, where there are none, whatever was
    compared. Nothing, where nobody compared. Raises ConfigError for a metric that nothing gives, and for one of which
    less is better: the images are ranked by what is higher.
    """
    compared = store.stage_report(VOTES)
    votes = {VOTES: votes_model(store)} if compared.get("votes") else {}
    if by:
        known = scorers.models | votes
        if unknown := [metric for metric in by if metric not in known]:
            raise ConfigError(
                f'select.by: nothing here gives "{unknown[0]}"',
                renamed_metric(unknown[0])
                or f"known: {', '.join(known)}; `collection learn` and `collection rank` make more",
            )
        if lower := [metric for metric in by if better(metric) == "lower"]:
            raise ConfigError(
                f'select.by: of "{lower[0]}" less is better, and more of what `by` names comes first',
                f"name others, such as {', '.join(stock)}; [score.issues] and exclude keep such images out",
            )
        return {metric: known[metric] for metric in by}
    if compared.get("conclusive"):
        return votes
    preferences = [learned for learned in store.learned_preferences() if learned.encoder == scorers.encoder.model]
    proven = [learned.name for learned in preferences if learned.report.get("better")]
    best = [LEARNED_PREFERENCE] if LEARNED_PREFERENCE in proven else proven
    return {name: scorers.models[name] for name in best} or dict(stock) or votes


def _material(store: Store, encoder: str, curator: str | None) -> tuple[list[int], Blocks, list[Vote]]:
    ids, blocks = described(store, encoder)
    votes = votes_of(store, {number: row for row, number in enumerate(ids)}, curator)
    if not votes:
        who = "nobody" if curator is None else f"no curator of the name {curator}"
        raise NotEnoughVotesError(
            f"{who} has voted on an image that {encoder.split('@')[0]} has seen",
            "`collection pick` and `collection reject` are votes; `collection score` gives images their vectors",
        )
    return ids, blocks, votes


def _mean_stars(said: Mapping[int, ReviewState]) -> dict[str, float]:
    given: dict[str, list[int]] = {}
    for review_state in said.values():
        for curator, stars in review_state.stars.items():
            given.setdefault(curator, []).append(stars)
    return {curator: sum(stars) / len(stars) for curator, stars in given.items()}


def _verdicts(review_state: ReviewState, means: Mapping[str, float]) -> dict[str, bool]:
    """Who would keep an image, and who not."""
    stars = {name: given > means[name] for name, given in review_state.stars.items() if given != means[name]}
    return {**stars, **{name: flag == "pick" for name, flag in review_state.flags.items()}}


def _report(votes: list[Vote], trial: Trial) -> dict[str, Any]:
    def share(accuracy: Accuracy | None) -> dict[str, Any] | None:
        if accuracy is None:
            return None
        return {"right": accuracy.right, "votes": accuracy.votes, "interval": list(accuracy.interval())}

    return {
        "votes": len(votes), "learned": share(trial.learned), "stock": share(trial.stock), "chance": trial.chance,
        "better": trial.better,
    }  # fmt: skip
