"""Select: good images that are unlike each other and no duplicates, one a token, each with its reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from collection.curate.diverse import Choice, Coverage, Pool, Vectors, choose, coverage, spread
from collection.errors import CollectionError
from collection.store.records import Asset, Duplicate, Selection
from collection.store.store import Store
from collection.values import Slot, canonical_json, sha256_hex


@dataclass(frozen=True)
class Wish:
    """What the chosen set is to be."""

    supply: int
    metrics: Mapping[str, str]
    """Which scores say that an image is better: metrics, and the model whose scores of each count."""
    slots: Mapping[Slot, int] = field(default_factory=dict)
    """How many tokens of each kind there are to be, `supply` in all; empty: all are of one kind."""
    slot_of: Callable[[Asset], Slot] = lambda _: ("", ())
    """The kind that an image can become."""
    diversity: float = 0.0
    """0: best scores only; 1: most different only."""
    model: str = ""
    """The encoder whose vectors say how different two images are."""
    locked: frozenset[int] = frozenset()
    """Numbers of images that are to be in the set whatever their scores; near-duplicates give way to them."""
    rejected: frozenset[int] = frozenset()
    """Numbers of images that are not to be in it."""
    barred: Mapping[int, str] = field(default_factory=dict)
    """Numbers of images that are not to be in it unless they are locked, and why in words."""

    @property
    def room(self) -> Counter[Slot]:
        """The tokens of each kind."""
        return Counter(self.slots or {("", ()): self.supply})


@dataclass(frozen=True, slots=True)
class SelectReport:
    """How many were chosen, out of how many that might have been, and how good they are."""

    selected: int
    eligible: int
    supply: int
    mean_score: float
    """Mean of the chosen images' percentiles, 0 to 100."""
    coverage: Coverage | None = None
    """How far eligible images are from the nearest chosen one; None where no vectors are known."""
    barred: int = 0
    """Images left out for their flags."""
    costs: Mapping[str, float] = field(default_factory=dict)
    """By how much the mean score would be higher without a rule: quotas, diversity, locks."""
    gap: float = 0.0
    """By how much of its worth, score and diversity together, a better set could be better at most: proven."""

    @property
    def complete(self) -> bool:
        """Whether there is an image for every token."""
        return self.selected == self.supply


@dataclass(frozen=True, slots=True)
class Ranked:
    """An image and how it stands among the others."""

    asset: Asset
    score: float
    """Mean over the metrics of its percentile, 0 to 100."""
    values: Mapping[str, float]
    """The raw numbers, by metric."""


def inputs(store: Store, wish: Wish) -> str:
    """Hash of all that the selection depends on."""
    seen = [
        wish.supply,
        sorted(wish.metrics.items()),
        [[name, list(map(list, traits)), count] for (name, traits), count in sorted(wish.slots.items())],
        [[asset.id, asset.file_sha256] for asset in store.assets()],
        [
            [item.file_sha256, item.metric, item.value, item.percentile]
            for item in store.scores_with_percentiles(wish.metrics)
        ],
        [[item.asset_id, item.keeper] for item in store.duplicates()],
        [sorted(wish.locked), sorted(wish.rejected), sorted(wish.barred.items()), wish.diversity],
        [wish.model, store.embeddings(wish.model)[0]] if wish.diversity else [],
    ]
    return sha256_hex(canonical_json(seen))


def pending(store: Store, wish: Wish) -> int:
    """How many images are to be chosen: all of them if anything changed since the last time, else none."""
    return 0 if store.stage_inputs("select") == inputs(store, wish) else wish.supply


def rank(store: Store, metrics: Mapping[str, str]) -> list[Ranked]:
    """Every image, best first, by the scores of these metrics and models; equals by number.

    Percentiles (`Store.scores_with_percentiles`) make metrics of different ranges comparable, and do not set one
    prompt or style above another that a metric happens to like less. An image that a metric has not seen gets no
    percentile from it; one without any score ranks last.
    """
    values: dict[str, dict[str, float]] = defaultdict(dict)
    percentiles: dict[str, list[float]] = defaultdict(list)
    for score in store.scores_with_percentiles(metrics):
        values[score.file_sha256][score.metric] = score.value
        percentiles[score.file_sha256].append(score.percentile or 0.0)
    ranked = [
        Ranked(asset, _mean(percentiles[asset.file_sha256]), values[asset.file_sha256]) for asset in store.assets()
    ]
    return sorted(ranked, key=lambda item: (-item.score, item.asset.id))


def select(store: Store, wish: Wish) -> SelectReport:
    """Choose a good and diverse set under the quotas, and say why of each image.

    Raises CollectionError where more images are locked than there are tokens of their kind.
    """
    seen, ranked = inputs(store, wish), rank(store, wish.metrics)
    aside = {item.asset_id: item for item in store.duplicates()}
    eligible = eligible_of(ranked, wish, aside)
    refuse_crowd([item.asset for item in eligible], wish)
    vectors = _vectors(store, wish.model, eligible)
    choice = _choice(eligible, vectors, wish)
    rows = sorted(choice.rows)
    mean = _mean([eligible[row].score for row in rows])
    costs = {rule: _mean_without(eligible, vectors, other) - mean for rule, other in _without(wish).items()}
    reach = coverage(vectors, rows)
    barred = len(wish.barred.keys() - wish.locked)
    report = SelectReport(len(rows), len(eligible), wish.supply, mean, reach, barred, costs, choice.gap)
    store.replace_selection(_explained(ranked, [eligible[row].asset.id for row in rows], wish, aside), seen, {
        "selected": report.selected, "eligible": report.eligible, "supply": wish.supply, "mean_score": mean,
        "barred": barred,
        "coverage": {"farthest": reach.farthest, "mean": reach.mean} if reach else None, "costs": costs,
        "gap": choice.gap,
    })  # fmt: skip
    return report


def eligible_of(ranked: Sequence[Ranked], wish: Wish, aside: Mapping[int, Duplicate]) -> list[Ranked]:
    """The images that may be chosen, best first: none rejected or barred, and of each group of near-duplicates one.

    That is the keeper, or whichever of the group is locked.
    """
    out = {*wish.rejected, *wish.barred, *aside}
    group = {number: item.keeper_id for number, item in aside.items()}
    taken = {group.get(number, number) for number in wish.locked & {item.asset.id for item in ranked}}
    return [
        item for item in ranked if item.asset.id in wish.locked or not (item.asset.id in out or item.asset.id in taken)
    ]


def refuse_crowd(assets: Sequence[Asset], wish: Wish) -> None:
    """Raise CollectionError where more of these images are locked than there are tokens of their kind."""
    locked: dict[Slot, list[Asset]] = defaultdict(list)
    for asset in assets:
        if asset.id in wish.locked:
            locked[wish.slot_of(asset)].append(asset)
    for slot, found in locked.items():
        if len(found) > wish.room[slot]:
            names = ", ".join(asset.label for asset in found[:6])
            raise CollectionError(
                f"{len(found)} images are locked ({names}) {_no_room(found[0], wish)}",
                f"collection select --free {found[-1].id}",
            )


def _choice(eligible: Sequence[Ranked], vectors: Vectors, wish: Wish) -> Choice:
    """The chosen rows of the eligible images."""
    room = wish.room
    kinds = {slot: kind for kind, slot in enumerate(room)}
    slots = [wish.slot_of(item.asset) if wish.slots else next(iter(room)) for item in eligible]
    numbers = np.array([kinds.get(slot, len(kinds)) for slot in slots], dtype=np.intp)
    scores = np.array([item.score / 100 for item in eligible])
    locked = [row for row, item in enumerate(eligible) if item.asset.id in wish.locked]
    pool = Pool(scores, numbers, spread(vectors) if wish.diversity else None)
    return choose(pool, [*room.values(), 0], wish.diversity, locked=locked)


def _vectors(store: Store, model: str, eligible: Sequence[Ranked]) -> Vectors:
    """Unit vectors of the eligible images, (n, d); 0 for one that the encoder has not seen."""
    ids, found = store.embeddings(model)
    rows = {number: row for row, number in enumerate(ids)}
    vectors = np.zeros((len(eligible), found.shape[1]), dtype=np.float32)
    for place, item in enumerate(eligible):
        if item.asset.id in rows:
            vectors[place] = found[rows[item.asset.id]]
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, lengths, out=vectors, where=lengths > 0))


def _mean_without(eligible: Sequence[Ranked], vectors: Vectors, wish: Wish) -> float:
    return _mean([eligible[row].score for row in _choice(eligible, vectors, wish).rows])


def _without(wish: Wish) -> dict[str, Wish]:
    """The wish without each of the rules that it has."""
    return {
        **({"quotas": replace(wish, slots={})} if wish.slots else {}),
        **({"diversity": replace(wish, diversity=0.0)} if wish.diversity else {}),
        **({"locks": replace(wish, locked=frozenset())} if wish.locked else {}),
    }


def _explained(
    ranked: Sequence[Ranked], chosen: Sequence[int], wish: Wish, aside: Mapping[int, Duplicate]
) -> list[Selection]:
    """The chosen images, best first, each with its reason."""
    kept_for: dict[int | None, list[Duplicate]] = defaultdict(list)
    for item in aside.values():
        kept_for[item.keeper_id].append(item)
    places = {item.asset.id: place for place, item in enumerate(ranked, 1)}
    found = []
    for place, number in enumerate(chosen, 1):
        standing = places[number]
        text = _reason(ranked[standing - 1], standing, len(ranked), kept_for[number])
        if number in wish.locked:
            text += "; locked by a person"
            text += f" although {wish.barred[number]}" if number in wish.barred else ""
        elif wish.diversity:
            text += f"; weighed with how unlike the others it is (diversity {wish.diversity:g})"
        found.append(Selection(number, place, text))
    return found


def why(store: Store, asset_id: int, wish: Wish) -> str:
    """Why an image was chosen, or why not; raises CollectionError for a number that no image has."""
    for choice in store.selection():
        if choice.asset_id == asset_id:
            return choice.why
    if asset_id in wish.rejected and store.asset(asset_id):
        return "not chosen: rejected by a person"
    if asset_id in wish.barred and asset_id not in wish.locked:
        return f"not chosen: {wish.barred[asset_id]}"
    for item in store.duplicates():
        if item.asset_id == asset_id:
            return f"not chosen: set aside as a near-duplicate of {item.keeper} ({_nearness(item)})"
    for place, ranked in enumerate(rank(store, wish.metrics), 1):
        if ranked.asset.id == asset_id:
            standing = f"not chosen: {_standing(ranked, place, len(store.assets()))}"
            weighed = f"; likeness was weighed too (diversity {wish.diversity:g})" if wish.diversity else ""
            return f"{standing}, {_no_room(ranked.asset, wish)}{weighed}"
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
    return f"number {place} of {images} images, percentile {item.score:.0f} of its kind ({numbers})"


def _nearness(item: Duplicate) -> str:
    cosine = f"cosine {1 - item.distance:.3f}"
    bits = f"{item.distance:.0f} bits apart"
    words = {"phash": bits, "mirrored": f"mirrored, {bits}", "cosine": cosine, "against": cosine}
    return words.get(item.why, f"same {item.why}")
