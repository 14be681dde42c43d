"""Why an image is in the set or not, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from collection.curate.reviews.state import Standing
from collection.curate.selection.candidates import Candidates, Ranked, candidates_of
from collection.curate.selection.criteria import Wish
from collection.errors import NotFoundError
from collection.store.records import Asset, Duplicate, Selection
from collection.store.store import Store
from collection.values import amount, label


def explained(
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
        if artist := wish.artist_of(ranked[standing - 1].asset):
            text += f"; one of the {amount(wish.shares[artist], 'token')} of {artist}"
        text += _said(number, wish)
        text += f"; although {wish.barred[number]}" if number in wish.barred else ""
        if wish.diversity and number not in wish.locked:
            text += f"; weighed with how unlike the others it is (diversity {wish.diversity:g})"
        found.append(Selection(number, place, text))
    return found


def why(store: Store, asset_id: int, wish: Wish, candidates: Candidates | None = None) -> str:
    """Why an image was chosen, or why not; raises NotFoundError for a number that no image has.

    `candidates` saves the ranking where it is at hand.
    """
    for choice in store.selection():
        if choice.asset_id == asset_id:
            return choice.why
    if asset_id in wish.rejected and store.asset(asset_id):
        return f"not chosen: {_verdict(wish.decided[asset_id])}"
    if asset_id in wish.barred and asset_id not in wish.locked:
        return f"not chosen: {wish.barred[asset_id]}"
    candidates = candidates or candidates_of(store, wish)
    keepers = {item.asset_id: item.keeper_id for item in candidates.aside.values()}
    for choice in store.selection():
        if choice.asset_id in keepers and keepers[choice.asset_id] == keepers.get(asset_id, asset_id):
            said = _said(choice.asset_id, wish)
            return f"not chosen: its near-duplicate {label(choice.asset_id)} stands for it{said}"
    if (item := candidates.aside.get(asset_id)) and asset_id not in wish.apart:
        return f"not chosen: set aside as a near-duplicate of {item.keeper} ({nearness(item)})"
    for place, ranked in enumerate(candidates.ranked, 1):
        if ranked.asset.id == asset_id:
            standing = f"not chosen: {_standing(ranked, place, len(candidates.ranked))}"
            weighed = f"; likeness was weighed too (diversity {wish.diversity:g})" if wish.diversity else ""
            return f"{standing}, {no_room(ranked.asset, wish)}{_said(asset_id, wish)}{weighed}"
    raise NotFoundError(
        f"no image has the number {label(asset_id)}", "collection sheet shows the images and their numbers"
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


def no_room(asset: Asset, wish: Wish) -> str:
    """How many of its kind there are to be, in words."""
    if not wish.slots:
        return f"and the supply is {wish.supply}"
    name, traits = wish.slot_of(asset)
    kind = name or ", ".join(f"{trait} {value}" for trait, value in traits) or "no traits"
    count = wish.room[name, traits]
    return f"and the quotas ask for {count} of its kind ({kind})"


def _reason(item: Ranked, place: int, images: int, duplicates: Sequence[Duplicate]) -> str:
    text = f"chosen: {_standing(item, place, images)}"
    if duplicates:
        others = ", ".join(f"{label(twin.asset_id)} ({nearness(twin)})" for twin in duplicates)
        text += f"; the best of its near-duplicates, set aside: {others}"
    return text


def _standing(item: Ranked, place: int, images: int) -> str:
    numbers = ", ".join(f"{metric} {value:.1f}" for metric, value in sorted(item.values.items())) or "no score"
    return f"number {place} of {amount(images, 'image')}, percentile {item.score:.0f} of its kind ({numbers})"


def nearness(item: Duplicate) -> str:
    """How near an image is to the one that it was set aside for, in words."""
    cosine = f"cosine {1 - item.distance:.3f}"
    bits = f"{item.distance:.0f} bits apart"
    words = {"phash": bits, "mirrored": f"mirrored, {bits}", "cosine": cosine, "against": cosine}
    return words.get(item.why, f"same {item.why}")
