"""Select: good images that are unlike each other and no duplicates, one a token, each with its reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from collection.curate.reviews.state import Standing
from collection.curate.selection.candidates import Candidates, Ranked, candidates_of, eligible_of, mean
from collection.curate.selection.criteria import Wish
from collection.curate.selection.diverse import Coverage, DiverseSet, Pool, Vectors, choose, coverage, spread
from collection.curate.selection.reasons import explained, no_room
from collection.errors import ConflictError
from collection.store.records import Asset, Duplicate, Score
from collection.store.store import Store
from collection.values import ARTIST, Progress, Slot, amount, canonical_json, sha256_hex, silent


@dataclass(frozen=True, slots=True)
class SelectReport:
    """How many were chosen, out of how many that might have been, and how good they are."""

    selected: int
    eligible: int
    supply: int
    mean_score: float
    """Mean of the chosen images' percentiles, 0 to 100."""
    coverage: Coverage | None = None
    """How far eligible images are from the nearest chosen one; None where no vectors are known, or nobody asked."""
    barred: int = 0
    """Images left out for their flags."""
    costs: Mapping[str, float] = field(default_factory=dict)
    """By how much the mean score would be higher without a rule: quotas, shares, diversity, locks, picks."""
    gap: float = 0.0
    """By how much of its worth, score and diversity together, a better set could be better at most: proven."""
    artists: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Tokens that each artist is to have, and has; empty where there are no shares."""

    @property
    def complete(self) -> bool:
        """Whether there is an image for every token."""
        return self.selected == self.supply


def inputs(store: Store, wish: Wish) -> str:
    """Hash of all that the selection depends on; it reads no recipes."""
    images = [(row.id, row.file_sha256) for row in store.image_columns()]
    encoded = store.embeddings(wish.model)[0] if wish.diversity else []
    return _hash(wish, images, store.scores_with_percentiles(wish.metrics), store.duplicates(), encoded)


def _inputs_of(candidates: Candidates, wish: Wish) -> str:
    """The same hash, of candidates that are at hand."""
    images = sorted((item.asset.id, item.asset.file_sha256) for item in candidates.ranked)
    aside = [item for _, item in sorted(candidates.aside.items())]
    return _hash(wish, images, candidates.scores, aside, candidates.encoded[0])


def _hash(
    wish: Wish,
    images: Sequence[tuple[int, str]],
    scores: Sequence[Score],
    duplicates: Sequence[Duplicate],
    encoded: Sequence[int],
) -> str:
    seen = [
        wish.supply,
        sorted(wish.metrics.items()),
        [[name, list(map(list, traits)), count] for (name, traits), count in sorted(wish.slots.items())],
        [list(image) for image in images],
        [[item.file_sha256, item.metric, item.value, item.percentile] for item in scores],
        [[item.asset_id, item.keeper] for item in duplicates],
        [
            [n, said.locked_by, dict(said.flags), *filter(None, [said.apart_by])]
            for n, said in sorted(wish.decided.items())
            if said.locked or said.flags or said.apart_by
        ],
        [sorted(wish.barred.items()), wish.diversity],
        [wish.model, list(encoded)] if wish.diversity else [],
    ]
    return sha256_hex(canonical_json(seen))


def pending(store: Store, wish: Wish) -> int:
    """How many images are to be chosen: all of them if anything changed since the last time, else none."""
    return 0 if store.stage_inputs("select") == inputs(store, wish) else wish.supply


@dataclass(frozen=True)
class Proposal:
    """A set, and how good it is."""

    chosen: Sequence[Ranked]
    """Best first."""
    eligible: Sequence[Ranked]
    report: SelectReport


class Eligible:
    """What a wish leaves to choose from. It does not depend on the diversity: one of it serves a whole slider."""

    def __init__(self, candidates: Candidates, wish: Wish) -> None:
        """Raises ConflictError where more images are locked than there are tokens of their kind."""
        self.images = eligible_of(candidates.ranked, wish, candidates.aside)
        """Best first."""
        refuse_crowd([item.asset for item in self.images], wish)
        self.vectors = _vectors(candidates.encoded, self.images)
        self._pools: dict[tuple[tuple[tuple[Slot, int], ...], bool], Pool] = {}

    @cached_property
    def _spread(self) -> Vectors:
        return spread(self.vectors)

    def pool(self, wish: Wish) -> Pool:
        """The images as `choose` asks for them, with the kinds of this wish; without vectors where none are needed."""
        room = tuple(wish.room.items())
        which = room, bool(wish.diversity)
        if which not in self._pools:
            kinds = {slot: kind for kind, (slot, _) in enumerate(room)}
            slots = [wish.slot_of(item.asset) if wish.slots else room[0][0] for item in self.images]
            rooms = np.array([kinds.get(slot, len(kinds)) for slot in slots], dtype=np.intp)
            scores = np.array([item.score / 100 for item in self.images])
            self._pools[which] = Pool(scores, rooms, self._spread if wish.diversity else None)
        return self._pools[which]

    def choice(self, wish: Wish, overtaken: Callable[[], bool], progress: Progress = silent) -> DiverseSet:
        """The rows to choose."""
        locked, picked = (
            [row for row, item in enumerate(self.images) if item.asset.id in numbers]
            for numbers in (wish.locked, wish.picked)
        )
        room = [*wish.room.values(), 0]
        return choose(
            self.pool(wish), room, wish.diversity, locked=locked, picked=picked, overtaken=overtaken, progress=progress
        )


def propose(
    candidates: Candidates,
    wish: Wish,
    *,
    costs: bool = True,
    eligible: Eligible | None = None,
    overtaken: Callable[[], bool] = lambda: False,
    progress: Progress = silent,
) -> Proposal:
    """Choose a good and diverse set under the quotas; nothing is written. Without `costs` neither they nor the coverage
    are worked out, which takes as long as the choice.

    `eligible` is what the wish leaves, where that is at hand; `progress` is told of the choice itself. Raises
    ConflictError where more images are locked than there are tokens of their kind, and OvertakenError as soon as
    `overtaken` says so.
    """
    eligible = eligible or Eligible(candidates, wish)
    images, rows = eligible.images, sorted((choice := eligible.choice(wish, overtaken, progress)).rows)
    level = mean([images[row].score for row in rows])
    rules = _without(wish) if costs else {}
    others = {rule: eligible.choice(other, overtaken).rows for rule, other in rules.items()}
    cost = {rule: mean([images[row].score for row in found]) - level for rule, found in others.items()}
    reach = coverage(eligible.vectors, rows) if costs else None
    barred = len(wish.barred.keys() - wish.locked)
    artists = _by_artist([images[row] for row in rows], wish)
    report = SelectReport(len(rows), len(images), wish.supply, level, reach, barred, cost, choice.gap, artists)
    return Proposal([images[row] for row in rows], images, report)


def select(store: Store, wish: Wish) -> SelectReport:
    """Choose a good and diverse set under the quotas, and say why of each image.

    Raises ConflictError where more images are locked than there are tokens of their kind.
    """
    candidates = candidates_of(store, wish)
    found = propose(candidates, wish)
    report, reach = found.report, found.report.coverage
    chosen = [item.asset.id for item in found.chosen]
    selection = explained(candidates.ranked, chosen, wish, candidates.aside)
    store.replace_selection(selection, _inputs_of(candidates, wish), {
        "selected": report.selected, "eligible": report.eligible, "supply": wish.supply, "barred": report.barred,
        "mean_score": report.mean_score, "costs": report.costs, "gap": report.gap,
        "artists": {name: {"tokens": wanted, "chosen": has} for name, (wanted, has) in report.artists.items()},
        "coverage": {"farthest": reach.farthest, "mean": reach.mean} if reach else None,
    })  # fmt: skip
    return report


def standing_of(candidates: Candidates, wish: Wish, numbers: Collection[int]) -> tuple[float, Coverage | None]:
    """Mean score of a set, and how well it covers what a wish leaves to choose from, as a report would say them."""
    level = mean([item.score for item in candidates.ranked if item.asset.id in numbers])
    eligible = eligible_of(candidates.ranked, wish, candidates.aside)
    rows = [row for row, item in enumerate(eligible) if item.asset.id in numbers]
    return level, coverage(_vectors(candidates.encoded, eligible), rows)


def refuse_crowd(assets: Sequence[Asset], wish: Wish) -> None:
    """Raise ConflictError where more of these images are locked than there are tokens of their kind."""
    locked: dict[Slot, list[Asset]] = defaultdict(list)
    for asset in assets:
        if asset.id in wish.locked:
            locked[wish.slot_of(asset)].append(asset)
    for slot, found in locked.items():
        if len(found) > wish.room[slot]:
            names = ", ".join(asset.label for asset in found[:6])
            raise ConflictError(
                f"{amount(len(found), 'image')} locked ({names}), {no_room(found[0], wish)}",
                f"collection lock {found[-1].id} --off",
            )


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


def _without(wish: Wish) -> dict[str, Wish]:
    """The wish without each of the rules that it has."""
    return {
        **_unbound(wish),
        **({"diversity": replace(wish, diversity=0.0)} if wish.diversity else {}),
        **({"locks": replace(wish, decided=_unlocked(wish))} if wish.locked else {}),
        **({"picks": replace(wish, decided=_unpicked(wish))} if wish.picked else {}),
    }


def _unbound(wish: Wish) -> dict[str, Wish]:
    """Without the quotas of traits, and without the shares of artists."""
    if not wish.shares:
        return {"quotas": replace(wish, slots={})} if wish.slots else {}
    unshared = replace(wish.keeping(lambda name: name != ARTIST), shares={})
    unquoted = wish.keeping(lambda name: name == ARTIST)
    return {"shares": unshared, **({"quotas": unquoted} if unquoted.slots != wish.slots else {})}


def _by_artist(chosen: Sequence[Ranked], wish: Wish) -> dict[str, tuple[int, int]]:
    has = Counter(wish.artist_of(item.asset) for item in chosen)
    return {artist: (tokens, has[artist]) for artist, tokens in wish.shares.items()}


def _unlocked(wish: Wish) -> dict[int, Standing]:
    return {number: replace(standing, locked_by=None) for number, standing in wish.decided.items()}


def _unpicked(wish: Wish) -> dict[int, Standing]:
    return {number: standing for number, standing in wish.decided.items() if number not in wish.picked}
