"""The log of reviews: record decisions, undo and redo them, and derive the state of every image from it.

The kinds of a Decision and their values:

    flag     pick, reject, or none (takes it back)
    stars    1 to 5, or 0 (takes them back)
    colour   red, yellow, green, blue, purple, or none
    lock     True: in the set whatever its scores and issues; False: no longer
    apart    True: no duplicate of the image that leads its stack; False: one after all
    note     a text
    reason   why this curator rejects it, in a word or a few; it goes when the reject goes
    tag      a word or a few that this curator puts on it
    untag    takes this curator's own tag off; where that is not theirs, everybody's
    pair     left, right, tie or skip: which of `asset_id` (left) and `other_id` (right) is the better

An action is one or more decisions recorded together; undo and redo go by actions, for each curator alone: what others
said since, also of the same images, stays as it is. Nothing is ever changed or removed, an undo is an event too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock
from typing import Any

from collection.curate.reviews.state import COLOURS, FLAGS, MOST_STARS, ReviewState, fold
from collection.errors import CollectionError, UsageError
from collection.store.review_records import Decision, Review, SentAction
from collection.store.store import Store
from collection.values import is_name, label

CURATOR = "curator"
"""The name of the curator where none was given."""
OUTCOMES = ("left", "right", "tie", "skip")
LONGEST_NAME, LONGEST_NOTE = 64, 4000
WORDS = ("reason", "tag", "untag")
"""The kinds whose value is a word or a few: 1 to LONGEST_NAME characters that print, without a comma."""
VALUES: Mapping[str, Sequence[str | int | bool]] = {
    "flag": FLAGS,
    "stars": range(MOST_STARS + 1),
    "colour": COLOURS,
    "lock": (True, False),
    "apart": (True, False),
    "pair": OUTCOMES,
}
"""The values that a decision of each kind may have; a note is any text, and WORDS are of any words."""


def record(
    store: Store,
    curator: str,
    decisions: Sequence[Decision],
    *,
    seen: Mapping[str, Any] | None = None,
    sent_as: str | None = None,
) -> list[Review]:
    """Keep one action; returns its events once they are on the disk. `seen` says what the curator was shown.

    Any number of processes may record at once. An action that was kept under the same `sent_as`, an id that its sender
    made up, is returned and not kept again. Raises UsageError, with nothing kept, for a decision that cannot be meant,
    a name that is none, or an image that does not exist.
    """
    refuse_no_name(curator)
    for decision in decisions:
        _refuse(decision)
    return store.add_reviews(curator, decisions, seen or {}, sent_as)


def undo(
    store: Store,
    curator: str,
    *,
    seen: Mapping[str, Any] | None = None,
    sent_as: str | None = None,
    of: str | None = None,
) -> list[Review]:
    """Take back this curator's last action that stands; returns its events, none where there was none.

    `sent_as` as of `record`. With `of`, the `sent_as` of an action, nothing is taken back if that was never kept.
    """
    refuse_no_name(curator)
    return store.add_step(curator, "undo", seen or {}, sent_as, of)


def redo(
    store: Store,
    curator: str,
    *,
    seen: Mapping[str, Any] | None = None,
    sent_as: str | None = None,
    of: str | None = None,
) -> list[Review]:
    """Bring back what this curator's last undo took, unless they did something since; returns its events.

    `sent_as` and `of` as of `undo`.
    """
    refuse_no_name(curator)
    return store.add_step(curator, "redo", seen or {}, sent_as, of)


def record_all(store: Store, curator: str, actions: Sequence[SentAction]) -> list[list[Review] | CollectionError]:
    """Keep several actions and steps in their order, in one transaction; each must have a `sent_as`.

    Of each what `record`, `undo` or `redo` returns, or the error that they raise of it: the others are kept all the
    same. Raises UsageError for a name that is none.
    """
    refuse_no_name(curator)
    refused: dict[int, CollectionError] = {}
    for place, action in enumerate(actions):
        try:
            for decision in action.decisions:
                _refuse(decision)
        except UsageError as error:
            refused[place] = error
    kept = iter(store.add_actions(curator, [each for place, each in enumerate(actions) if place not in refused]))
    return [refused[place] if place in refused else next(kept) for place in range(len(actions))]


def review_states(store: Store, curator: str | None = None) -> dict[int, ReviewState]:
    """The state of every image that somebody (or this curator) decided about, by number."""
    reviews = Reviews(store, curator)
    reviews.catch_up()
    return reviews.review_states()


def effective_events(events: Iterable[Review]) -> list[Review]:
    """Of some curators' whole logs, by id, the events that stand: what was taken back and the steps are left out."""
    events = list(events)
    undone: set[int] = set()
    for event in events:
        if event.undoes is not None:
            (undone.add if event.kind == "undo" else undone.discard)(event.undoes)
    return [event for event in events if event.undoes is None and event.batch not in undone]


class Reviews:
    """The log, folded, and kept warm: `catch_up` reads only what is new. Threads may share it.

    With `curator` it holds that one's events only.
    """

    def __init__(self, store: Store, curator: str | None = None) -> None:
        self._store, self._curator = store, curator
        self._lock = Lock()
        self._last = self._told = 0
        self._events: dict[int, list[Review]] = defaultdict(list)  # by image; a pair under both
        self._images: dict[int, set[int]] = defaultdict(set)  # by batch
        self._undone: set[int] = set()
        self._standings: dict[int, ReviewState] = {}
        self._stale: set[int] = set()
        self._untold: dict[int, int] = {}
        self._curators: dict[str, set[str]] = defaultdict(set)  # by kind

    def curators(self, *kinds: str) -> set[str]:
        """Those who ever made a decision of one of these kinds, also where they took it back."""
        with self._lock:
            return set().union(*(self._curators[kind] for kind in kinds))

    @property
    def last(self) -> int:
        """The id of the newest event that `catch_up` told of."""
        return self._told

    def catch_up(self) -> dict[int, int]:
        """Read what is new; returns the images that it, and what was learned, is about: by number the newest event."""
        with self._lock:
            self._read(self._store.reviews(after=self._last, curator=self._curator))
            told, self._untold, self._told = self._untold, {}, self._last
            return told

    def learn(self, events: Sequence[Review] = ()) -> int:
        """Take over events that were just kept; the log is read only where others wrote between, or for none.

        Returns the id of the newest event that it knows. `catch_up` tells of them like of all others.
        """
        with self._lock:
            if events and events[0].id == self._last + 1:
                self._read(events)
            elif not events or events[-1].id > self._last:
                self._read(self._store.reviews(after=self._last, curator=self._curator))
            return self._last

    def review_state(self, asset_id: int) -> ReviewState:
        """How an image stands; one of which nobody said anything has a state without a vote."""
        with self._lock:
            self._renew()
            return self._standings.get(asset_id, ReviewState(asset_id))

    def review_states(self) -> dict[int, ReviewState]:
        """How every image stands that somebody said something of, by number."""
        with self._lock:
            self._renew()
            return {number: self._standings[number] for number in sorted(self._standings)}

    def _read(self, events: Iterable[Review]) -> None:
        for event in events:
            touched = self._take(event)
            self._stale |= touched
            self._untold |= dict.fromkeys(touched, event.id)
            self._last = event.id

    def _take(self, event: Review) -> set[int]:
        if event.undoes is not None:
            (self._undone.add if event.kind == "undo" else self._undone.discard)(event.undoes)
            return self._images[event.undoes]
        self._curators[event.kind].add(event.curator)
        images = {number for number in (event.asset_id, event.other_id) if number is not None}
        self._images[event.batch] |= images
        for number in images:
            self._events[number].append(event)
        return images

    def _renew(self) -> None:
        for number in self._stale:
            found = fold(number, (event for event in self._events[number] if event.batch not in self._undone))
            if found == ReviewState(number):
                self._standings.pop(number, None)
            else:
                self._standings[number] = found
        self._stale.clear()


EVERYBODY = "everybody"
"""What a query calls all curators together."""


def refuse_no_name(curator: str) -> None:
    """Raise UsageError for what cannot be a curator's name: 1 to 64 characters that print, none at an end a space.

    `everybody` is no name, in whatever case: a query means all curators by it.
    """
    if curator.casefold() == EVERYBODY:
        raise UsageError(f"{curator!r} cannot be a curator's name: by:everybody means all of them", "choose another")
    if not is_name(curator, LONGEST_NAME):
        raise UsageError(
            f"{curator!r} cannot be a curator's name",
            f"1 to {LONGEST_NAME} characters: --as NAME, --curator NAME in the review room, or COLLECTION_CURATOR",
        )


def are_words(text: str) -> bool:
    """Whether a text can be a tag or a reason: a query names several with commas between."""
    return is_name(text, LONGEST_NAME) and "," not in text


def _refuse(decision: Decision) -> None:
    """Raise UsageError for a decision that cannot be meant."""
    kind, value = decision.kind, decision.value
    if kind not in (*VALUES, *WORDS, "note"):
        known = ", ".join((*VALUES, *WORDS))
        raise UsageError(f'there is no decision of kind "{kind}"', f"the kinds are {known} and note")
    if kind == "note":
        if not (isinstance(value, str) and 0 < len(value) <= LONGEST_NOTE):
            raise UsageError(f"a note is a text of 1 to {LONGEST_NOTE} characters", "write a shorter one, or some")
    elif kind in WORDS:
        if not (isinstance(value, str) and are_words(value)):
            name = "reason" if kind == "reason" else "tag"
            raise UsageError(
                f"{value!r} is no {name}", f"a {name} is 1 to {LONGEST_NAME} characters, without a comma or blank ends"
            )
    elif not any(value == known and type(value) is type(known) for known in VALUES[kind]):
        known = ", ".join(map(str, VALUES[kind]))
        raise UsageError(f"{kind} cannot be {value!r} (image {label(decision.asset_id)})", f"it is one of {known}")
    if (kind == "pair") != (decision.other_id is not None) or decision.other_id == decision.asset_id:
        raise UsageError(
            f"a decision of kind {kind} about images {decision.asset_id} and {decision.other_id}",
            "a pair is of two different images, all else of one",
        )
