"""What a set is chosen from: the images by how good they are, which of them may be chosen, and their vectors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collection.curate.selection.criteria import Wish
from collection.curate.selection.diverse import Vectors
from collection.store.records import Asset, Duplicate, Score
from collection.store.store import Store


@dataclass(frozen=True, slots=True)
class Ranked:
    """An image and how it stands among the others."""

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
    """What a set is chosen from. It does not depend on what people decided: one of it serves many wishes."""

    ranked: Sequence[Ranked]
    """Every image, best first."""
    aside: Mapping[int, Duplicate]
    """The near-duplicates, by number."""
    encoded: tuple[Sequence[int], Vectors]
    """Numbers, and vectors (n, d), of the images that the encoder has seen."""
    scores: Sequence[Score] = ()
    """What the images are ranked by, by file and metric."""


def candidates_of(store: Store, wish: Wish) -> Candidates:
    """What there is to choose from, by the metrics and the encoder of a wish."""
    scores = store.scores_with_percentiles(wish.metrics)
    aside = {item.asset_id: item for item in store.duplicates()}
    return Candidates(_ranked(store.assets(), scores), aside, store.embeddings(wish.model), scores)


def eligible_of(ranked: Sequence[Ranked], wish: Wish, aside: Mapping[int, Duplicate]) -> list[Ranked]:
    """The images that may be chosen, best first: none rejected or barred, and of each group of near-duplicates one.

    That is whichever of the group is locked, or the best that is picked, or else the keeper. What somebody took out of
    its group stands for itself.
    """
    group = {number: item.keeper_id for number, item in aside.items() if number not in wish.apart}
    taken = {group.get(number, number) for number in wish.locked & {item.asset.id for item in ranked}}
    out = {*wish.rejected, *wish.barred}
    leads: dict[int | None, int] = {}
    for item in ranked:
        keeper = group.get(item.asset.id, item.asset.id)
        if item.asset.id in wish.picked and item.asset.id not in out and keeper is not None:
            leads.setdefault(keeper, item.asset.id)

    def eligible(number: int) -> bool:
        keeper = group.get(number, number)
        return number not in out and keeper not in taken and leads.get(keeper, keeper) == number

    return [item for item in ranked if item.asset.id in wish.locked or eligible(item.asset.id)]


def mean(values: Sequence[float]) -> float:
    """The mean; 0 of none."""
    return sum(values) / len(values) if values else 0.0
