"""How far curators agree: with each other, and with themselves.

Krippendorff's alpha is 1 - (observed disagreement / the disagreement that chance brings): 1 where all agree, 0 where
they might as well have drawn lots, below 0 where they disagree more than that (Krippendorff, "Computing Krippendorff's
Alpha-Reliability", 2011). It takes any number of curators, and not all need vote on all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from collection.curate.reviews.log import effective_events
from collection.curate.reviews.state import MOST_STARS, ReviewState, fold
from collection.store.review_records import Review
from collection.store.store import Store

Numbers = npt.NDArray[np.float64]
Value = str | int

RESAMPLES = 1000
APART = 3
"""Stars by which two curators must differ for an image to be contested."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far people agree in one sort of vote."""

    alpha: float | None
    """-1 to 1; None where no two voted on the same, or all said the same of everything."""
    interval: tuple[float, float] | None
    """95 % bootstrap interval of alpha over what was voted on; None where too few resamples have an alpha."""
    units: int
    """Things that at least two curators voted on."""
    equal: int
    """Pairs of votes of two curators on the same that are equal."""
    pairs: int

    @property
    def consistency(self) -> float | None:
        """Share of equal pairs, 0 to 1: what two curators taken at random say alike. None without pairs."""
        return self.equal / self.pairs if self.pairs else None


@dataclass(frozen=True, slots=True)
class Repeats:
    """How often a curator who was asked again said the same."""

    equal: int = 0
    asked: int = 0


@dataclass(frozen=True)
class AgreementReport:
    """How far the curators of a project agree."""

    flags: Agreement
    """pick and reject, nominal."""
    stars: Agreement
    """1 to 5, ordinal."""
    comparisons: Agreement
    """Which of two is better, or a tie, nominal; only pairs that several were asked about."""
    repeats: Mapping[str, Repeats]
    """By curator."""


def agreement(store: Store) -> AgreementReport:
    """How far the curators of a project agree."""
    events = effective_events(store.reviews())
    images: dict[int, list[Review]] = defaultdict(list)
    answers: dict[tuple[int, ...], dict[str, Value]] = defaultdict(dict)
    for event in events:
        if event.kind != "pair" and event.asset_id is not None:
            images[event.asset_id].append(event)
        elif event.value != "skip":
            question, answer = _turned(event)
            answers[question][event.curator] = answer
    review_states = [fold(number, found) for number, found in images.items()]
    return AgreementReport(
        agreement_of([review_state.flags for review_state in review_states], ("pick", "reject")),
        agreement_of([review_state.stars for review_state in review_states], range(1, MOST_STARS + 1), ordinal=True),
        agreement_of(answers.values(), ("left", "right", "tie")),
        repeats(events),
    )


def agreement_of(
    votes: Iterable[Mapping[str, Value]], values: Sequence[Value], *, ordinal: bool = False, seed: int = 0
) -> Agreement:
    """Agreement in votes, by curator, on each of many things; `values` are all there are, if `ordinal` lowest first.

    The bootstrap draws the things that were voted on with replacement, as many as there are.
    """
    kinds = Counter(tuple(Counter(given.values())[value] for value in values) for given in votes if len(given) > 1)
    if not kinds:
        return Agreement(None, None, 0, 0, 0)
    counts, times = np.array(list(kinds), dtype=np.float64), np.array(list(kinds.values()))
    together = counts.sum(axis=1)
    equal = float(times @ (counts * (counts - 1)).sum(axis=1)) / 2
    pairs = float(times @ (together * (together - 1))) / 2
    drawn = np.random.default_rng(seed).multinomial(times.sum(), times / times.sum(), size=RESAMPLES)
    found = [alpha for row in drawn if (alpha := krippendorff_alpha(counts, row, ordinal=ordinal)) is not None]
    ends = np.quantile(found, [0.025, 0.975]).tolist() if len(found) > RESAMPLES / 2 else None
    whole = krippendorff_alpha(counts, times, ordinal=ordinal)
    interval = (ends[0], ends[1]) if ends and whole is not None else None
    return Agreement(whole, interval, int(times.sum()), round(equal), round(pairs))


def krippendorff_alpha(
    counts: Numbers, times: npt.NDArray[np.integer] | None = None, *, ordinal: bool = False
) -> float | None:
    """Alpha of units of which each value was given `counts` (units, values) times; each unit counts `times` (units,).

    Units with one vote say nothing. None where the pairable votes are all of one value, or there are none.
    """
    together = counts.sum(axis=1)
    weight = (np.ones(len(counts)) if times is None else times) * (together > 1) / np.maximum(together - 1, 1)
    coincidences = (counts.T * weight) @ counts - np.diag(weight @ counts)
    totals = coincidences.sum(axis=1)
    apart = _apart(totals) if ordinal else 1 - np.eye(len(totals))
    expected = float(totals @ apart @ totals)
    if expected <= 0:
        return None
    return 1 - (float(totals.sum()) - 1) * float((coincidences * apart).sum()) / expected


def _apart(totals: Numbers) -> Numbers:
    """Squared ordinal differences: the votes from one value to the other, half of those at the ends."""
    middle = np.cumsum(totals) - totals / 2
    return np.asarray((middle[:, None] - middle[None, :]) ** 2)


def repeats(events: Iterable[Review]) -> dict[str, Repeats]:
    """Of events that stand, by id: how often each curator who was asked again said the same.

    Comparisons count whenever the same two are asked about again, flags and stars where what was `seen` says
    `repeat`, for whoever changes their mind of their own accord was not asked.
    """
    said: dict[tuple[object, ...], Value | bool | None] = {}
    found: dict[str, Repeats] = {}
    for event in events:
        question, answer = _turned(event) if event.kind == "pair" else ((event.asset_id,), event.value)
        key = (event.curator, event.kind, *question)
        asked = event.kind == "pair" or (event.kind in ("flag", "stars") and bool(event.seen.get("repeat")))
        if answer == "skip":
            continue
        if asked and key in said:
            before = found.get(event.curator, Repeats())
            found[event.curator] = Repeats(before.equal + (said[key] == answer), before.asked + 1)
        said[key] = answer
    return found


def contested(review_states: Mapping[int, ReviewState]) -> list[ReviewState]:
    """The images that curators disagree about, the closest votes first; stars that lie far apart come last."""

    def margin(review_state: ReviewState) -> tuple[float, int]:
        picks, rejects = len(review_state.who("pick")), len(review_state.who("reject"))
        return (abs(picks - rejects) / (picks + rejects) if picks and rejects else 1.0), review_state.asset_id

    return sorted((review_state for review_state in review_states.values() if _divided(review_state)), key=margin)


def visible(store: Store, curator: str, asset_id: int) -> ReviewState:
    """How an image stands as far as this curator may know: blind until they have voted on it."""
    events = effective_events(store.reviews(asset_id=asset_id))
    return fold(asset_id, events).as_seen_by(curator)


def _divided(review_state: ReviewState) -> bool:
    stars = review_state.stars.values()
    return len(set(review_state.flags.values())) > 1 or (bool(stars) and max(stars) - min(stars) >= APART)


def _turned(event: Review) -> tuple[tuple[int, ...], Value]:
    """A comparison with the lower number on the left: its question and its answer."""
    left, right, won = event.asset_id or 0, event.other_id or 0, str(event.value)
    if left < right:
        return (left, right), won
    return (right, left), {"left": "right", "right": "left"}.get(won, won)
