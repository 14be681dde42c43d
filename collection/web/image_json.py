"""An image as JSON values for the page: the same for all routes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collection.curate.reviews.state import Blind, ReviewState
from collection.curate.search.catalogue import Snapshot
from collection.curate.selection.reasons import nearness, why
from collection.errors import NotFoundError
from collection.store.judging_records import Duplicate
from collection.store.thumbnails import SIDES
from collection.values import label

if TYPE_CHECKING:
    from collection.web.review_app import ReviewApp

TAG = 16
"""Hex digits of a file's hash in the address of its picture: another file has another address."""


class UnknownImageError(NotFoundError):
    """No image of the plan has that number."""

    def __init__(self, number: int) -> None:
        super().__init__(f"there is no image {number}", "the view may be old: load the page again")


def row_of(snapshot: Snapshot, number: int) -> int:
    """The row of an image; raises UnknownImageError if there is none of that number."""
    row = snapshot.images.rows.get(number)
    if row is None:
        raise UnknownImageError(number)
    return row


def image_json(snapshot: Snapshot, row: int, you: str, *, others: bool = True) -> dict[str, Any]:
    """The part of an image that a grid shows, as far as this curator may know it; `others`: with the others' votes."""
    images, scores = snapshot.images, snapshot.scores
    number = int(images.ids[row])
    return {
        "id": number,
        "label": label(number),
        "width": int(images.widths[row]),
        "height": int(images.heights[row]),
        **picture_addresses(number, images.files[row]),
        "series": images.series.at(row),
        "seed": _integer(images.seeds[row]),
        "scores": {
            name: [_number(metric.values[row]), _number(metric.percentiles[row])]
            for name, metric in scores.metrics.items()
            if not math.isnan(metric.values[row])
        },
        "score": _number(scores.ranking[row]),
        "issues": [name for name, found in snapshot.issues.items() if found[row]],
        **standing_json(snapshot.reviews.review_state(number), you, others=others),
        "stack": _stack(snapshot, number),
        "selected": snapshot.selection.chosen[number].rank if number in snapshot.selection.chosen else None,
    }


def detail_json(app: ReviewApp, snapshot: Snapshot, number: int, you: str) -> dict[str, Any]:
    """All that is known of an image, as far as this curator may know."""
    row = row_of(snapshot, number)
    asset = app.store.asset(number)
    if asset is None:
        raise UnknownImageError(number)
    review_state = snapshot.reviews.review_state(number)
    visible = review_state.as_seen_by(you)
    blind = bool(snapshot.hidden) or visible.flags != review_state.flags or visible.locks != review_state.locks
    return {
        **image_json(snapshot, row, you),
        **app.publications.now().of(number),
        "prompt": snapshot.images.prompts[row],
        "recipe": asset.recipe.as_json() if asset.recipe else None,
        "traits": asset.traits,
        "generator": dict(asset.generator),
        "styles": asset.recipe.blend.weights if asset.recipe else {},
        "file": {"sha256": asset.file_sha256, "bytes": asset.size},
        "notes": [{"curator": who, "text": text} for who, text in visible.notes],
        "duplicates": [stack_member(item) for item in _members(snapshot, number)],
        "why": None if blind else _why(app, snapshot, number),
    }


def picture_addresses(number: int, file_sha256: str) -> dict[str, str]:
    """Where the pictures of an image are: small, larger, and as it is."""
    small, large = SIDES
    at = {"thumb": small, "preview": large, "image": "full"}
    return {name: f"/images/{number}/{size}/{file_sha256[:TAG]}" for name, size in at.items()}


def standing_json(review_state: ReviewState, you: str, *, others: bool = True) -> dict[str, Any]:
    """`you`: what this curator said of an image; `others`: what the others did, None until you have voted, for a Blind
    curator always, and where `others` is False."""
    visible = review_state.as_seen_by(you)
    own = {
        "flag": visible.flags.get(you, "none"),
        "stars": visible.stars.get(you, 0),
        "colour": visible.colours.get(you, "none"),
        "locked": visible.locked,
        "reason": visible.reasons.get(you, ""),
        "tags": list(visible.tags.get(you, ())),
    }
    if not others or you not in visible.curators or isinstance(you, Blind):
        return {"you": own, "others": None}
    said = {
        "flags": _without(visible.flags, you),
        "stars": _without(visible.stars, you),
        "colours": _without(visible.colours, you),
        "reasons": _without(visible.reasons, you),
        "tags": {who: list(tags) for who, tags in _without(visible.tags, you).items()},
        "contested": visible.contested,
    }
    return {"you": own, "others": said}


def tells_others(standing: Mapping[str, Any]) -> bool:
    """Whether a standing as JSON tells anything that another curator said."""
    said = standing["others"]
    return said is not None and any(said[name] for name in ("flags", "stars", "colours", "reasons", "tags"))


def stack_member(item: Duplicate) -> dict[str, Any]:
    """A near-duplicate that was set aside, and the reason."""
    return {"id": item.asset_id, "why": nearness(item), "kind": item.why, "distance": item.distance}


def _why(app: ReviewApp, snapshot: Snapshot, number: int) -> str:
    """Why an image is in the set or not; it names those who flagged it."""
    if number in snapshot.selection.chosen:
        return snapshot.selection.chosen[number].why
    criteria = app.proposals.criteria(snapshot)
    return why(app.store, number, criteria, app.proposals.candidates(snapshot, criteria))


def _stack(snapshot: Snapshot, number: int) -> dict[str, Any] | None:
    duplicates = (
        None if snapshot.reviews.review_state(number).not_duplicate_by else snapshot.selection.duplicates.get(number)
    )
    representative = duplicates.representative_id if duplicates else number
    members = _members(snapshot, representative) if representative is not None else []
    if not duplicates and not members:
        return None
    reason = nearness(duplicates) if duplicates else None
    return {
        "representative": representative,
        "elsewhere": duplicates.elsewhere if duplicates else "",
        "size": len(members) + 1,
        "why": reason,
    }


def _members(snapshot: Snapshot, representative: int) -> list[Duplicate]:
    """The near-duplicates of an image, without those that a curator took out of its stack."""
    found = snapshot.selection.stacks.get(representative, ())
    return [item for item in found if snapshot.reviews.review_state(item.asset_id).not_duplicate_by is None]


def _without(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {who: value for who, value in values.items() if who != name}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), 4)


def _integer(value: float) -> int | None:
    return None if math.isnan(value) else int(value)
