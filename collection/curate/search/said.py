"""What curators wrote on images, as queries ask for it: notes, tags and reasons, as far as the viewer may know them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from collection.curate.reviews.state import ReviewState
from collection.curate.search.catalogue import Snapshot
from collection.curate.search.words import words_pattern

Found = Iterator[int]
Asked = Callable[[Snapshot, str, "str | None", "str | None"], Found]
"""Numbers of images by (snapshot, what is asked for, who asks, whose votes are meant; None: all of them)."""


def _noted(now: Snapshot, text: str, viewer: str | None, _: str | None) -> Found:
    """Images with a note that has these words; * any note."""
    pattern = words_pattern(text.casefold())
    return (
        state.asset_id
        for state in _visible(now, viewer)
        if any(pattern.search(note.casefold()) for _, note in state.notes)
    )


def _tagged(now: Snapshot, text: str, viewer: str | None, _: str | None) -> Found:
    """Images that have any of these tags, whoever put it on; * any tag."""
    return (state.asset_id for state in _visible(now, viewer) if _any_of(text, _tags(state)))


def _reasoned(now: Snapshot, text: str, viewer: str | None, who: str | None) -> Found:
    """Images that were rejected for any of these reasons; * any reason."""
    return (state.asset_id for state in _visible(now, viewer) if _any_of(text, _reasons(state, who)))


WRITTEN: Mapping[str, Asked] = {"note": _noted, "tag": _tagged, "reason": _reasoned}
"""The fields of a query that are about words of curators."""


def words_said(now: Snapshot, field: str, viewer: str | None) -> dict[str, set[int]]:
    """The images of each tag, or of each of this viewer's reasons, by number; spelt as on the first of them."""
    found: dict[str, set[int]] = defaultdict(set)
    spelt: dict[str, str] = {}
    for state in _visible(now, viewer):
        for word in sorted(_tags(state)) if field == "tag" else _reasons(state, viewer):
            found[spelt.setdefault(word.casefold(), word)].add(state.asset_id)
    return found


def others_words(now: Snapshot, viewer: str) -> set[int]:
    """The images on which the viewer may read what others wrote."""
    return {
        state.asset_id
        for state in _visible(now, viewer)
        if {viewer} < {viewer, *state.tags, *state.reasons, *(who for who, _ in state.notes)}
    }


def _visible(now: Snapshot, viewer: str | None) -> Iterator[ReviewState]:
    """Of images on which something was written."""
    for state in now.reviews.review_states().values():
        if state.asset_id in now.images.rows and (state.notes or state.tags or state.reasons):
            yield state if viewer is None else state.as_seen_by(viewer)


def _tags(state: ReviewState) -> set[str]:
    return {tag for tags in state.tags.values() for tag in tags}


def _reasons(state: ReviewState, who: str | None) -> list[str]:
    return [reason for by, reason in state.reasons.items() if who in (None, by)]


def _any_of(asked: str, words: Iterable[str]) -> bool:
    given = {word.casefold() for word in words}
    return bool(given) and ("*" in asked or not given.isdisjoint(asked.casefold().split(",")))
