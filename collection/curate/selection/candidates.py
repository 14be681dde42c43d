"""The candidates of a selection: the images in the order of quality, which of them are eligible, and their vectors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collection.curate.selection.criteria import SelectionCriteria
from collection.curate.selection.diverse import Vectors
from collection.store.judging_records import Duplicate, Score
from collection.store.records import Asset
from collection.store.store import Store


@dataclass(frozen=True, slots=True)
class Ranked:
    """An image and its place among the others."""

    asset: Asset
    score: float
    """Mean over the metrics of its percentile, 0 to 100."""
    values: Mapping[str, float]
    """The raw numbers, by metric."""


def rank(store: Store, metrics: Mapping[str, str]) -> list[Ranked]:
    """Every image, best first, by the scores of these metrics and models; equals by number.

    Percentiles (`Store.scores_with_percentiles`) make metrics of different ranges comparable, and do not set one
    prompt or style above another that a metric happens to like less. An image that a metric has not seen gets no
    percentile from it; one without any score ranks last.
    """
    return _ranked(store.assets(), store.scores_with_percentiles(metrics))


def _ranked(assets: Sequence[Asset], scores: Sequence[Score]) -> list[Ranked]:
    values: dict[str, dict[str, float]] = defaultdict(dict)
    percentiles: dict[str, list[float]] = defaultdict(list)
    for score in scores:
        values[score.file_sha256][score.metric] = score.value
        percentiles[score.file_sha256].append(score.percentile or 0.0)
    ranked = [Ranked(asset, mean(percentiles[asset.file_sha256]), values[asset.file_sha256]) for asset in assets]
    return sorted(ranked, key=lambda item: (-item.score, item.asset.id))


@dataclass(frozen=True)
class Candidates:
    """The candidates of a selection. They do not depend on decisions, so that one object serves many criteria."""

    ranked: Sequence[Ranked]
    """Every image, best first."""
    duplicates: Mapping[int, Duplicate]
    """The near-duplicates, by number."""
    encoded: tuple[Sequence[int], Vectors]
    """Numbers, and vectors (n, d), of the images that the encoder has seen."""
    scores: Sequence[Score] = ()
    """The scores that rank the images, by file and metric."""


def candidates_of(store: Store, criteria: SelectionCriteria) -> Candidates:
    """The candidates, by the metrics and the encoder of the criteria."""
    scores = store.scores_with_percentiles(criteria.metrics)
    duplicates = {item.asset_id: item for item in store.duplicates()}
    return Candidates(_ranked(store.assets(), scores), duplicates, store.embeddings(criteria.model), scores)


def eligible_of(
    ranked: Sequence[Ranked], criteria: SelectionCriteria, duplicates: Mapping[int, Duplicate]
) -> list[Ranked]:
    """The images that may be chosen, best first: none rejected or excluded, and of each group of near-duplicates one.

    That is whichever of the group is locked, or the best that is picked, or else the representative. What somebody
    took out of its group stands for itself.
    """
    group = {number: item.representative_id for number, item in duplicates.items() if number not in criteria.apart}
    taken = {group.get(number, number) for number in criteria.locked & {item.asset.id for item in ranked}}
    out = {*criteria.rejected, *criteria.excluded}
    leads: dict[int | None, int] = {}
    for item in ranked:
        representative = group.get(item.asset.id, item.asset.id)
        if item.asset.id in criteria.picked and item.asset.id not in out and representative is not None:
            leads.setdefault(representative, item.asset.id)

    def eligible(number: int) -> bool:
        representative = group.get(number, number)
        return number not in out and representative not in taken and leads.get(representative, representative) == number

    return [item for item in ranked if item.asset.id in criteria.locked or eligible(item.asset.id)]


def mean(values: Sequence[float]) -> float:
    """The mean; 0 of none."""
    return sum(values) / len(values) if values else 0.0
