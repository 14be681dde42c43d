"""Select: good images that are unlike each other and no duplicates, one a token, each with its reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from collection.curate.diverse import Coverage, Pool, Vectors, choose, coverage, spread
from collection.curate.standing import Standing
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
    diversity: float = 0.0
    """0: best scores only; 1: most different only."""
    model: str = ""
    """The encoder whose vectors say how different two images are."""
    decided: Mapping[int, Standing] = field(default_factory=dict)
    """What people say of images, by number."""

    @cached_property
    def locked(self) -> frozenset[int]:
        """Images that are to be in the set whatever their scores and flags; near-duplicates give way to them."""
        return frozenset(number for number, standing in self.decided.items() if standing.locked)

    @cached_property
    def rejected(self) -> frozenset[int]:
        """Images that are not to be in it: most say reject, and nobody locked them."""
        return self._flagged("reject")

    @cached_property
    def picked(self) -> frozenset[int]:
        """Images that come before all others of their kind: most say pick."""
        return self._flagged("pick")

    @property
    def apart(self) -> frozenset[int]:
        """Images that somebody took out of their stack: they are nobody's duplicate."""
        return frozenset(number for number, standing in self.decided.items() if standing.apart_by)

    def _flagged(self, flag: str) -> frozenset[int]:
        found = (number for number, standing in self.decided.items() if standing.flag == flag)
        return frozenset(found) - self.locked

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
    coverage: Coverage | None = None
    """How far eligible images are from the nearest chosen one; None where no vectors are known."""
    costs: Mapping[str, float] = field(default_factory=dict)
    """By how much the mean score would be higher without a rule: quotas, diversity, locks, picks."""

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
        [
            [n, said.locked_by, dict(said.flags), *filter(None, [said.apart_by])]
            for n, said in sorted(wish.decided.items())
            if said.locked or said.flags or said.apart_by
        ],
        wish.diversity,
        [wish.model, store.embeddings(wish.model)[0]] if wish.diversity else [],
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


@dataclass(frozen=True)
class Candidates:
    """What a set is chosen from. It does not depend on what people decided: one of it serves many wishes."""

    ranked: Sequence[Ranked]
    """Every image, best first."""
    aside: Mapping[int, Duplicate]
    """The near-duplicates, by number."""
    encoded: tuple[Sequence[int], Vectors]
    """Numbers, and vectors (n, d), of the images that the encoder has seen."""


@dataclass(frozen=True)
class Proposal:
    """A set, and how good it is."""

    chosen: Sequence[Ranked]
    """Best first."""
    eligible: Sequence[Ranked]
    report: SelectReport


def candidates_of(store: Store, wish: Wish) -> Candidates:
    """What there is to choose from, by the metrics and the encoder of a wish."""
    aside = {item.asset_id: item for item in store.duplicates()}
    return Candidates(rank(store, wish.metrics), aside, store.embeddings(wish.model))


def propose(candidates: Candidates, wish: Wish, *, costs: bool = True) -> Proposal:
    """Choose a good and diverse set under the quotas; nothing is written. Without `costs` they are not worked out.

    Raises CollectionError where more images are locked than there are tokens of their kind.
    """
    eligible = eligible_of(candidates.ranked, wish, candidates.aside)
    refuse_crowd([item.asset for item in eligible], wish)
    vectors = _vectors(candidates.encoded, eligible)
    rows = _choice(eligible, vectors, wish)
    mean = _mean([eligible[row].score for row in rows])
    rules = _without(wish) if costs else {}
    cost = {rule: _mean_without(eligible, vectors, other) - mean for rule, other in rules.items()}
    report = SelectReport(len(rows), len(eligible), wish.supply, mean, coverage(vectors, rows), cost)
    return Proposal([eligible[row] for row in rows], eligible, report)


def select(store: Store, wish: Wish) -> SelectReport:
    """Choose a good and diverse set under the quotas, and say why of each image.

    Raises CollectionError where more images are locked than there are tokens of their kind.
    """
    seen, candidates = inputs(store, wish), candidates_of(store, wish)
    found = propose(candidates, wish)
    report, reach = found.report, found.report.coverage
    chosen = [item.asset.id for item in found.chosen]
    store.replace_selection(_explained(candidates.ranked, chosen, wish, candidates.aside), seen, {
        "selected": report.selected, "eligible": report.eligible, "supply": wish.supply,
        "mean_score": report.mean_score, "costs": report.costs,
        "coverage": {"farthest": reach.farthest, "mean": reach.mean} if reach else None,
    })  # fmt: skip
    return report


def eligible_of(ranked: Sequence[Ranked], wish: Wish, aside: Mapping[int, Duplicate]) -> list[Ranked]:
    """The images that may be chosen, best first: none rejected, and of each group of near-duplicates one.

    That is whichever of the group is locked, or the best that is picked, or else the keeper. What somebody took out of
    its group stands for itself.
    """
    group = {number: item.keeper_id for number, item in aside.items() if number not in wish.apart}
    taken = {group.get(number, number) for number in wish.locked & {item.asset.id for item in ranked}}
    leads: dict[int | None, int] = {}
    for item in ranked:
        keeper = group.get(item.asset.id, item.asset.id)
        if item.asset.id in wish.picked and keeper is not None:
            leads.setdefault(keeper, item.asset.id)

    def eligible(number: int) -> bool:
        keeper = group.get(number, number)
        return number not in wish.rejected and keeper not in taken and leads.get(keeper, keeper) == number

    return [item for item in ranked if item.asset.id in wish.locked or eligible(item.asset.id)]


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


def _choice(eligible: Sequence[Ranked], vectors: Vectors, wish: Wish) -> list[int]:
    """The chosen rows of the eligible images, best scores first."""
    room = wish.room
    kinds = {slot: kind for kind, slot in enumerate(room)}
    slots = [wish.slot_of(item.asset) if wish.slots else next(iter(room)) for item in eligible]
    rooms = np.array([kinds.get(slot, len(kinds)) for slot in slots], dtype=np.intp)
    scores = np.array([item.score / 100 for item in eligible])
    locked, picked = (
        [row for row, item in enumerate(eligible) if item.asset.id in numbers] for numbers in (wish.locked, wish.picked)
    )
    pool = Pool(scores, rooms, spread(vectors) if wish.diversity else None)
    return sorted(choose(pool, [*room.values(), 0], wish.diversity, locked=locked, picked=picked))


def _vectors(encoded: tuple[Sequence[int], Vectors], eligible: Sequence[Ranked]) -> Vectors:
    """Unit vectors of the eligible images, (n, d); 0 for one that the encoder has not seen."""
    ids, found = encoded
    rows = {number: row for row, number in enumerate(ids)}
    vectors = np.zeros((len(eligible), found.shape[1]), dtype=np.float32)
    for place, item in enumerate(eligible):
        if item.asset.id in rows:
            vectors[place] = found[rows[item.asset.id]]
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, lengths, out=vectors, where=lengths > 0))


def _mean_without(eligible: Sequence[Ranked], vectors: Vectors, wish: Wish) -> float:
    return _mean([eligible[row].score for row in _choice(eligible, vectors, wish)])


def _without(wish: Wish) -> dict[str, Wish]:
    """The wish without each of the rules that it has."""
    return {
        **({"quotas": replace(wish, slots={})} if wish.slots else {}),
        **({"diversity": replace(wish, diversity=0.0)} if wish.diversity else {}),
        **({"locks": replace(wish, decided=_unlocked(wish))} if wish.locked else {}),
        **({"picks": replace(wish, decided=_unpicked(wish))} if wish.picked else {}),
    }


def _unlocked(wish: Wish) -> dict[int, Standing]:
    return {number: replace(standing, locked_by=None) for number, standing in wish.decided.items()}


def _unpicked(wish: Wish) -> dict[int, Standing]:
    return {number: standing for number, standing in wish.decided.items() if number not in wish.picked}


def _explained(
    ranked: Sequence[Ranked], chosen: Sequence[int], wish: Wish, aside: Mapping[int, Duplicate]
) -> list[Selection]:
    """The chosen images, best first, each with its reason."""
    kept_for: dict[int | None, list[Duplicate]] = defaultdict(list)
    for item in aside.values():
        if item.asset_id not in wish.apart:
            kept_for[item.keeper_id].append(item)
    places = {item.asset.id: place for place, item in enumerate(ranked, 1)}
    found = []
    for place, number in enumerate(chosen, 1):
        standing = places[number]
        text = _reason(ranked[standing - 1], standing, len(ranked), kept_for[number])
        text += _said(number, wish)
        if wish.diversity and number not in wish.locked:
            text += f"; weighed with how unlike the others it is (diversity {wish.diversity:g})"
        found.append(Selection(number, place, text))
    return found


def why(store: Store, asset_id: int, wish: Wish, candidates: Candidates | None = None) -> str:
    """Why an image was chosen, or why not; raises CollectionError for a number that no image has.

    `candidates` saves the ranking where it is at hand.
    """
    for choice in store.selection():
        if choice.asset_id == asset_id:
            return choice.why
    if asset_id in wish.rejected and store.asset(asset_id):
        return f"not chosen: {_verdict(wish.decided[asset_id])}"
    candidates = candidates or candidates_of(store, wish)
    keepers = {item.asset_id: item.keeper_id for item in candidates.aside.values()}
    for choice in store.selection():
        if choice.asset_id in keepers and keepers[choice.asset_id] == keepers.get(asset_id, asset_id):
            said = _said(choice.asset_id, wish)
            return f"not chosen: its near-duplicate {choice.asset_id:04d} stands for it{said}"
    if (item := candidates.aside.get(asset_id)) and asset_id not in wish.apart:
        return f"not chosen: set aside as a near-duplicate of {item.keeper} ({nearness(item)})"
    for place, ranked in enumerate(candidates.ranked, 1):
        if ranked.asset.id == asset_id:
            standing = f"not chosen: {_standing(ranked, place, len(candidates.ranked))}"
            weighed = f"; likeness was weighed too (diversity {wish.diversity:g})" if wish.diversity else ""
            return f"{standing}, {_no_room(ranked.asset, wish)}{_said(asset_id, wish)}{weighed}"
    raise CollectionError(
        f"no image has the number {asset_id:04d}", "collection sheet shows the images and their numbers"
    )


def _said(number: int, wish: Wish) -> str:
    """What people say of an image, to go on with; empty where they say nothing that counts."""
    standing = wish.decided.get(number)
    return f"; {_verdict(standing)}" if standing and (standing.locked or standing.flags) else ""


def _verdict(standing: Standing) -> str:
    """Who locked, picked or rejected an image, in words."""
    if standing.locked_by:
        return f"locked by {standing.locked_by}"
    who = {flag: ", ".join(standing.who(flag)) for flag in ("pick", "reject")}
    if standing.contested:
        return f"contested: picked by {who['pick']}, rejected by {who['reject']}"
    against = len(standing.flags) - len(standing.who(standing.flag))
    return f"{standing.flag}ed by {who[standing.flag]}" + (f", {against} against" if against else "")


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
        others = ", ".join(f"{twin.asset_id:04d} ({nearness(twin)})" for twin in duplicates)
        text += f"; the best of its near-duplicates, set aside: {others}"
    return text


def _standing(item: Ranked, place: int, images: int) -> str:
    numbers = ", ".join(f"{metric} {value:.1f}" for metric, value in sorted(item.values.items())) or "no score"
    return f"number {place} of {images} images, percentile {item.score:.0f} of its series ({numbers})"


def nearness(item: Duplicate) -> str:
    """How near an image is to the one that it was set aside for, in words."""
    cosine = f"cosine {1 - item.distance:.3f}"
    words = {"phash": f"{item.distance:.0f} bits apart", "cosine": cosine, "against": cosine}
    return words.get(item.why, f"same {item.why}")
