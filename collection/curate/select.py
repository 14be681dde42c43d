"""Select: the best images that are not duplicates, as many as there are tokens, each with its reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from collection.errors import CollectionError
from collection.store.records import Asset, Duplicate, Score, Selection
from collection.store.store import Store
from collection.values import Slot, canonical_json, sha256_hex


@dataclass(frozen=True)
class Wish:
    """What the chosen set is to be."""

    supply: int
    metrics: Sequence[str]
    """Which scores say that an image is better."""
    slots: Mapping[Slot, int] = field(default_factory=dict)
    """How many tokens of each kind there are to be, `supply` in all; empty: all are of one kind."""
    slot_of: Callable[[Asset], Slot] = lambda _: ("", ())
    """The kind that an image can become."""

    @property
    def room(self) -> Counter[Slot]:
        """The tokens of each kind."""
        return Counter(self.slots or {("", ()): self.supply})


@dataclass(frozen=True, slots=True)
class SelectReport:
    """How many were chosen, out of how many that were no duplicates, and how good they are."""

    selected: int
    eligible: int
    supply: int
    mean_score: float
    """Mean of the chosen images' percentiles, 0 to 100."""

    @property
    def complete(self) -> bool:
        """Whether there is an image for every token."""
        return self.selected == self.supply


@dataclass(frozen=True, slots=True)
class Ranked:
    """An image and how it stands among the others."""

    asset: Asset
    score: float
    """Mean over the metrics of the percentile among the images of its series, 0 to 100."""
    values: Mapping[str, float]
    """The raw numbers, by metric."""


def inputs(store: Store, wish: Wish) -> str:
    """Hash of all that the selection depends on."""
    wanted = set(wish.metrics)
    seen = [
        wish.supply,
        sorted(wanted),
        [[name, list(map(list, traits)), count] for (name, traits), count in sorted(wish.slots.items())],
        [[asset.id, asset.file_sha256] for asset in store.assets()],
        [[score.file_sha256, score.metric, score.model, score.value] for score in _ranking_scores(store, wanted)],
        [[item.asset_id, item.keeper] for item in store.duplicates()],
    ]
    return sha256_hex(canonical_json(seen))


def pending(store: Store, wish: Wish) -> int:
    """How many images are to be chosen: all of them if anything changed since the last time, else none."""
    return 0 if store.stage_inputs("select") == inputs(store, wish) else wish.supply


def rank(store: Store, metrics: Sequence[str]) -> list[Ranked]:
    """Every image, best first; equals by number.

    Percentiles, within the image's own series, make metrics of different ranges comparable, and do not set one style
    above another that a metric happens to like less. An image that a metric has not seen gets no percentile from it;
    one without any score ranks last.
    """
    assets = store.assets()
    series = {asset.file_sha256: asset.recipe.series if asset.recipe else "" for asset in assets}
    values: dict[str, dict[str, float]] = defaultdict(dict)
    groups: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for score in _ranking_scores(store, set(metrics)):
        values[score.file_sha256][score.metric] = score.value
        groups[series[score.file_sha256], score.metric][score.file_sha256] = score.value
    percentiles: dict[str, list[float]] = defaultdict(list)
    for group in groups.values():
        for sha256, percentile in _percentiles(group).items():
            percentiles[sha256].append(percentile)
    ranked = [Ranked(asset, _mean(percentiles[asset.file_sha256]), values[asset.file_sha256]) for asset in assets]
    return sorted(ranked, key=lambda item: (-item.score, item.asset.id))


def select(store: Store, wish: Wish) -> SelectReport:
    """Choose for each kind of token the best images that are not set aside as duplicates, and say why of each."""
    seen, ranked = inputs(store, wish), rank(store, wish.metrics)
    aside = {item.asset_id: item for item in store.duplicates()}
    eligible = [item for item in ranked if item.asset.id not in aside]
    kept_for: dict[int | None, list[Duplicate]] = defaultdict(list)
    for item in aside.values():
        kept_for[item.keeper_id].append(item)
    chosen, room = [], wish.room
    for candidate in eligible:
        slot = wish.slot_of(candidate.asset)
        if room[slot] > 0:
            room[slot] -= 1
            chosen.append(candidate)
    mean = _mean([item.score for item in chosen])
    report = SelectReport(len(chosen), len(eligible), wish.supply, mean)
    store.replace_selection(
        [
            Selection(item.asset.id, place, _reason(item, place, len(ranked), kept_for[item.asset.id]))
            for place, item in enumerate(chosen, 1)
        ],
        seen,
        {"selected": report.selected, "eligible": report.eligible, "supply": wish.supply, "mean_score": mean},
    )
    return report


def why(store: Store, asset_id: int, wish: Wish) -> str:
    """Why an image was chosen, or why not; raises CollectionError for a number that no image has."""
    for choice in store.selection():
        if choice.asset_id == asset_id:
            return choice.why
    for item in store.duplicates():
        if item.asset_id == asset_id:
            return f"not chosen: set aside as a near-duplicate of {item.keeper} ({_nearness(item)})"
    for place, ranked in enumerate(rank(store, wish.metrics), 1):
        if ranked.asset.id == asset_id:
            return f"not chosen: {_standing(ranked, place, len(store.assets()))}, {_no_room(ranked.asset, wish)}"
    raise CollectionError(
        f"no image has the number {asset_id:04d}", "collection sheet shows the images and their numbers"
    )


def _no_room(asset: Asset, wish: Wish) -> str:
    if not wish.slots:
        return f"and the supply is {wish.supply}"
    name, traits = wish.slot_of(asset)
    kind = name or ", ".join(f"{trait} {value}" for trait, value in traits) or "no traits"
    count = wish.room[name, traits]
    return f"and the quotas ask for {count} of its kind ({kind})"


def _ranking_scores(store: Store, metrics: set[str]) -> list[Score]:
    return [score for score in store.scores() if score.metric in metrics]


def _percentiles(values: Mapping[str, float]) -> dict[str, float]:
    """For each key, the share of values below its own, equals counted half: 0 to 100, mean 50."""
    ordered = sorted(values.values())
    first = {value: index for index, value in reversed(list(enumerate(ordered)))}
    last = {value: index for index, value in enumerate(ordered)}
    return {key: 50 * (first[value] + last[value] + 1) / len(ordered) for key, value in values.items()}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _reason(item: Ranked, place: int, images: int, duplicates: Sequence[Duplicate]) -> str:
    text = f"chosen: {_standing(item, place, images)}"
    if duplicates:
        others = ", ".join(f"{twin.asset_id:04d} ({_nearness(twin)})" for twin in duplicates)
        text += f"; the best of its near-duplicates, set aside: {others}"
    return text


def _standing(item: Ranked, place: int, images: int) -> str:
    numbers = ", ".join(f"{metric} {value:.1f}" for metric, value in sorted(item.values.items())) or "no score"
    return f"number {place} of {images} images, percentile {item.score:.0f} of its series ({numbers})"


def _nearness(item: Duplicate) -> str:
    cosine = f"cosine {1 - item.distance:.3f}"
    words = {"phash": f"{item.distance:.0f} bits apart", "cosine": cosine, "against": cosine}
    return words.get(item.why, f"same {item.why}")
