"""Select: good images that are unlike each other and no duplicates, one a token, each with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from collection.curate.reviews.state import ReviewState
from collection.curate.selection.candidates import Candidates, Ranked, candidates_of, eligible_of, mean
from collection.curate.selection.criteria import SelectionCriteria
from collection.curate.selection.diverse import Coverage, coverage
from collection.curate.selection.eligible import Eligible, unit_vectors
from collection.curate.selection.reasons import explained
from collection.store.judging_records import Duplicate, Score
from collection.store.store import Store
from collection.values import ARTIST, Progress, canonical_json, sha256_hex, silent


@dataclass(frozen=True, slots=True)
class SelectReport:
    """How many were chosen, out of how many that might have been, and how good they are."""

    selected: int
    eligible: int
    supply: int
    mean_score: float | None
    """Mean of the chosen images' percentiles, 0 to 100; None where no metric ranks the images."""
    coverage: Coverage | None = None
    """How far eligible images are from the nearest chosen one; None where no vectors are known, or nobody asked."""
    excluded: int = 0
    """Images left out for their issues."""
    costs: Mapping[str, float] = field(default_factory=dict)
    """By how much the mean score would be higher without a rule: quotas, shares, diversity, locks, picks."""
    gap: float = 0.0
    """By how much of its worth, score and diversity together, a set with the same locks and picks could be better at
    most: proven. Up to MOST_BOUNDED images it is near what the best set really has more."""
    artists: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Tokens that each artist is to have, and has; empty where there are no shares."""

    @property
    def complete(self) -> bool:
        """Whether there is an image for every token."""
        return self.selected == self.supply


def inputs(store: Store, criteria: SelectionCriteria) -> str:
    """Hash of all that the selection depends on; it reads no recipes."""
    images = [(row.id, row.file_sha256) for row in store.image_columns()]
    encoded = store.embeddings(criteria.model)[0] if criteria.diversity else []
    return _hash(criteria, images, store.scores_with_percentiles(criteria.metrics), store.duplicates(), encoded)


def _inputs_of(candidates: Candidates, criteria: SelectionCriteria) -> str:
    """The same hash, of candidates that are at hand."""
    images = sorted((item.asset.id, item.asset.file_sha256) for item in candidates.ranked)
    duplicates = [item for _, item in sorted(candidates.duplicates.items())]
    return _hash(criteria, images, candidates.scores, duplicates, candidates.encoded[0])


def _hash(
    criteria: SelectionCriteria,
    images: Sequence[tuple[int, str]],
    scores: Sequence[Score],
    duplicates: Sequence[Duplicate],
    encoded: Sequence[int],
) -> str:
    seen = [
        criteria.supply,
        sorted(criteria.metrics.items()),
        [[name, list(map(list, traits)), count] for (name, traits), count in sorted(criteria.cells.items())],
        [list(image) for image in images],
        [[item.file_sha256, item.metric, item.value, item.percentile] for item in scores],
        [[item.asset_id, item.representative] for item in duplicates],
        [
            [n, said.locked_by, dict(said.flags), *filter(None, [said.not_duplicate_by])]
            for n, said in sorted(criteria.decided.items())
            if said.locked or said.flags or said.not_duplicate_by
        ],
        [sorted(criteria.excluded.items()), criteria.diversity],
        [criteria.model, list(encoded)] if criteria.diversity else [],
    ]
    return sha256_hex(canonical_json(seen))


def pending(store: Store, criteria: SelectionCriteria) -> int:
    """How many images are to be chosen: all of them if anything changed since the last time, else none."""
    return 0 if store.stage_inputs("select") == inputs(store, criteria) else criteria.supply


@dataclass(frozen=True)
class Proposal:
    """A set, and how good it is."""

    chosen: Sequence[Ranked]
    """Best first."""
    eligible: Sequence[Ranked]
    report: SelectReport


def propose(
    candidates: Candidates,
    criteria: SelectionCriteria,
    *,
    costs: bool = True,
    eligible: Eligible | None = None,
    overtaken: Callable[[], bool] = lambda: False,
    progress: Progress = silent,
) -> Proposal:
    """Choose a good and diverse set under the quotas; nothing is written. Without `costs` neither they nor the coverage
    are worked out, which takes as long as the choice.

    `eligible` is what the criteria leaves, where that is at hand; `progress` is told of the choice itself. Raises
    ConflictError where more images are locked than there are tokens of their kind, and OvertakenError as soon as
    `overtaken` says so.
    """
    eligible = eligible or Eligible(candidates, criteria)
    images, rows = eligible.images, sorted((choice := eligible.choice(criteria, overtaken, progress)).rows)
    level = mean([images[row].score for row in rows])
    rules = _without(criteria) if costs and criteria.metrics else {}
    others = {rule: eligible.choice(other, overtaken).rows for rule, other in rules.items()}
    cost = {rule: mean([images[row].score for row in found]) - level for rule, found in others.items()}
    reach = coverage(eligible.vectors, rows) if costs else None
    choice = eligible.proven(criteria, choice) if costs else choice
    excluded = len(criteria.excluded.keys() - criteria.locked)
    artists = _by_artist([images[row] for row in rows], criteria)
    judged = level if criteria.metrics else None
    report = SelectReport(len(rows), len(images), criteria.supply, judged, reach, excluded, cost, choice.gap, artists)
    return Proposal([images[row] for row in rows], images, report)


def select(store: Store, criteria: SelectionCriteria) -> SelectReport:
    """Choose a good and diverse set under the quotas, and say why of each image.

    Raises ConflictError where more images are locked than there are tokens of their kind.
    """
    candidates = candidates_of(store, criteria)
    found = propose(candidates, criteria)
    report, reach = found.report, found.report.coverage
    chosen = [item.asset.id for item in found.chosen]
    selection = explained(candidates.ranked, chosen, criteria, candidates.duplicates)
    store.replace_selection(selection, _inputs_of(candidates, criteria), {
        "selected": report.selected, "eligible": report.eligible, "supply": criteria.supply,
        "excluded": report.excluded,
        "judged_by": [*criteria.metrics], "mean_score": report.mean_score, "costs": report.costs, "gap": report.gap,
        "artists": {name: {"tokens": wanted, "chosen": has} for name, (wanted, has) in report.artists.items()},
        "coverage": {"farthest": reach.farthest, "mean": reach.mean} if reach else None,
    })  # fmt: skip
    return report


def standing_of(
    candidates: Candidates, criteria: SelectionCriteria, numbers: Collection[int]
) -> tuple[float | None, Coverage | None]:
    """Mean score of a set, and how well it covers what the criteria leave to choose from, as a report says it."""
    scores = [item.score for item in candidates.ranked if item.asset.id in numbers]
    level = mean(scores) if criteria.metrics else None
    eligible = eligible_of(candidates.ranked, criteria, candidates.duplicates)
    rows = [row for row, item in enumerate(eligible) if item.asset.id in numbers]
    return level, coverage(unit_vectors(candidates.encoded, eligible), rows)


def _without(criteria: SelectionCriteria) -> dict[str, SelectionCriteria]:
    """The criteria without each of the rules that it has."""
    return {
        **_unbound(criteria),
        **({"diversity": replace(criteria, diversity=0.0)} if criteria.diversity else {}),
        **({"locks": replace(criteria, decided=_unlocked(criteria))} if criteria.locked else {}),
        **({"picks": replace(criteria, decided=_unpicked(criteria))} if criteria.picked else {}),
    }


def _unbound(criteria: SelectionCriteria) -> dict[str, SelectionCriteria]:
    """Without the quotas of traits, and without the shares of artists."""
    if not criteria.shares:
        return {"quotas": replace(criteria, cells={})} if criteria.cells else {}
    unshared = replace(criteria.keeping(lambda name: name != ARTIST), shares={})
    unquoted = criteria.keeping(lambda name: name == ARTIST)
    return {"shares": unshared, **({"quotas": unquoted} if unquoted.cells != criteria.cells else {})}


def _by_artist(chosen: Sequence[Ranked], criteria: SelectionCriteria) -> dict[str, tuple[int, int]]:
    has = Counter(criteria.artist_of(item.asset) for item in chosen)
    return {artist: (tokens, has[artist]) for artist, tokens in criteria.shares.items()}


def _unlocked(criteria: SelectionCriteria) -> dict[int, ReviewState]:
    return {number: replace(review_state, locked_by=None) for number, review_state in criteria.decided.items()}


def _unpicked(criteria: SelectionCriteria) -> dict[int, ReviewState]:
    return {number: review_state for number, review_state in criteria.decided.items() if number not in criteria.picked}
