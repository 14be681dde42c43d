"""Why an image is in the set or not, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from collection.curate.reviews.state import ReviewState
from collection.curate.selection.candidates import Candidates, Ranked, candidates_of
from collection.curate.selection.criteria import SelectionCriteria
from collection.errors import NotFoundError
from collection.store.judging_records import Duplicate
from collection.store.records import Asset
from collection.store.review_records import Selection
from collection.store.store import Store
from collection.values import amount, label


def explained(
    ranked: Sequence[Ranked], chosen: Sequence[int], criteria: SelectionCriteria, duplicates: Mapping[int, Duplicate]
) -> list[Selection]:
    """The chosen images, best first, each with its reason."""
    kept_for: dict[int | None, list[Duplicate]] = defaultdict(list)
    for item in duplicates.values():
        if item.asset_id not in criteria.apart:
            kept_for[item.representative_id].append(item)
    places = {item.asset.id: place for place, item in enumerate(ranked, 1)}
    found = []
    for place, number in enumerate(chosen, 1):
        review_state = places[number]
        standing = _standing(ranked[review_state - 1], review_state, len(ranked), criteria)
        text = _reason(standing, kept_for[number])
        if artist := criteria.artist_of(ranked[review_state - 1].asset):
            text += f"; one of the {amount(criteria.shares[artist], 'token')} of {artist}"
        text += _said(number, criteria)
        text += f"; although {criteria.excluded[number]}" if number in criteria.excluded else ""
        if criteria.diversity and number not in criteria.locked:
            text += f"; weighed with how unlike the others it is (diversity {criteria.diversity:g})"
        found.append(Selection(number, place, text))
    return found


def why(store: Store, asset_id: int, criteria: SelectionCriteria, candidates: Candidates | None = None) -> str:
    """Why an image was chosen, or why not; raises NotFoundError for a number that no image has.

    `candidates` saves the ranking where it is at hand.
    """
    for choice in store.selection():
        if choice.asset_id == asset_id:
            return choice.why
    if asset_id in criteria.rejected and store.asset(asset_id):
        return f"not chosen: {_verdict(criteria.decided[asset_id])}"
    if asset_id in criteria.excluded and asset_id not in criteria.locked:
        return f"not chosen: {criteria.excluded[asset_id]}"
    candidates = candidates or candidates_of(store, criteria)
    representatives = {item.asset_id: item.representative_id for item in candidates.duplicates.values()}
    for choice in store.selection():
        if choice.asset_id in representatives and representatives[choice.asset_id] == representatives.get(
            asset_id, asset_id
        ):
            said = _said(choice.asset_id, criteria)
            return f"not chosen: its near-duplicate {label(choice.asset_id)} stands for it{said}"
    if (item := candidates.duplicates.get(asset_id)) and asset_id not in criteria.apart:
        return f"not chosen: set aside as a near-duplicate of {item.representative} ({nearness(item)})"
    for place, ranked in enumerate(candidates.ranked, 1):
        if ranked.asset.id == asset_id:
            review_state = f"not chosen: {_standing(ranked, place, len(candidates.ranked), criteria)}"
            weighed = f"; likeness was weighed too (diversity {criteria.diversity:g})" if criteria.diversity else ""
            return f"{review_state}, {full_cell(ranked.asset, criteria)}{_said(asset_id, criteria)}{weighed}"
    raise NotFoundError(
        f"no image has the number {label(asset_id)}", "collection sheet shows the images and their numbers"
    )


def _said(number: int, criteria: SelectionCriteria) -> str:
    """The decisions about an image, to continue a sentence with; empty where none of them counts."""
    review_state = criteria.decided.get(number)
    return f"; {_verdict(review_state)}" if review_state and (review_state.locked or review_state.flags) else ""


def _verdict(review_state: ReviewState) -> str:
    """The curators who locked, picked or rejected an image, in words."""
    if review_state.locked_by:
        return f"locked by {review_state.locked_by}"
    who = {flag: ", ".join(review_state.who(flag)) for flag in ("pick", "reject")}
    if review_state.contested:
        return f"contested: picked by {who['pick']}, rejected by {who['reject']}"
    against = len(review_state.flags) - len(review_state.who(review_state.flag))
    return f"{review_state.flag}ed by {who[review_state.flag]}" + (f", {against} against" if against else "")


def full_cell(asset: Asset, criteria: SelectionCriteria) -> str:
    """How many of its kind there are to be, in words."""
    if not criteria.cells:
        return f"and the supply is {criteria.supply}"
    name, traits = criteria.cell_of(asset)
    kind = name or ", ".join(f"{trait} {value}" for trait, value in traits) or "no traits"
    count = criteria.capacity[name, traits]
    return f"and the quotas ask for {count} of its kind ({kind})"


def _reason(standing: str, duplicates: Sequence[Duplicate]) -> str:
    text = f"chosen: {standing}"
    if duplicates:
        others = ", ".join(f"{label(twin.asset_id)} ({nearness(twin)})" for twin in duplicates)
        text += f"; stands for its near-duplicates, set aside: {others}"
    return text


def _standing(item: Ranked, place: int, images: int, criteria: SelectionCriteria) -> str:
    if not criteria.metrics:
        return "not judged"
    numbers = ", ".join(f"{metric} {value:.1f}" for metric, value in sorted(item.values.items())) or "no score"
    return f"number {place} of {amount(images, 'image')}, percentile {item.score:.0f} of its kind ({numbers})"


def nearness(item: Duplicate) -> str:
    """How near an image is to the one that it was set aside for, in words."""
    cosine = f"cosine {1 - item.distance:.3f}"
    bits = f"{item.distance:.0f} bits apart"
    words = {"phash": bits, "mirrored": f"mirrored, {bits}", "cosine": cosine, "against": cosine}
    return words.get(item.why, f"same {item.why}")
