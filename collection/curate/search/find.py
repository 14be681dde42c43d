"""Which images a query means, and in which order.

Fields: id, seed, series, stars, colour, is, by, note, tag, reason, lasso, like, sort, score (mean percentile of the
metrics that rank), every metric (`quality>80`), its percentile (`quality%>80`), `style.NAME` (weight, 0 to 1) and
every trait. Words are looked for in the prompt, as wholes: `sea` does not find "season", `sea*` does; a number finds
the image of that number too. A word that begins with ~ orders by what the picture shows, as a CLIP encoder sees it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeVar

import numpy as np
import numpy.typing as npt

from collection.curate.reviews.log import EVERYBODY
from collection.curate.reviews.state import COLOURS
from collection.curate.search.catalogue import Snapshot, Votes
from collection.curate.search.columns import Integers, Labels, Mask, Numbers
from collection.curate.search.lasso import in_lasso
from collection.curate.search.query import Node, Query, Term, parse
from collection.curate.search.said import WRITTEN
from collection.curate.search.words import words_pattern
from collection.errors import BlindError, UsageError
from collection.spelling import did_you_mean, renamed_metric

Found = TypeVar("Found")
LOW, HIGH = 100 / 3, 200 / 3
"""Percentiles below and above which a model calls an image bad or good."""
_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)")
_RANDOM = re.compile(r"random\((\d{1,15})\)")


def find(snapshot: Snapshot, text: str, viewer: str | None = None) -> list[int]:
    """The numbers of the images that `text` asks for, in its order; by number where it names none.

    `viewer` is the curator who asks: flags, stars and colours are then their own unless `by:NAME` says whose, and of
    the others' votes only what that curator may see counts. Raises UsageError for what cannot be meant.
    """
    return [int(number) for number in snapshot.images.ids[find_rows(snapshot, text, viewer)]]


def find_rows(snapshot: Snapshot, text: str, viewer: str | None = None) -> Integers:
    """The same as rows of the columns, (m,)."""
    query = parse(text)
    asked = _Asked(snapshot, query, viewer, _whose(query, viewer))
    rows = np.flatnonzero(_meant(asked, ("and", *range(len(query.terms))) if query.shape is None else query.shape))
    keys = list(_keys(asked))
    return np.asarray(rows[np.lexsort([key[rows] for key in reversed(keys)])] if keys else rows)


def numeric_field(snapshot: Snapshot, name: str, votes: Votes) -> Numbers | None:
    """The numbers of a field, (n,), NaN where an image has none; None if no such field is numeric.

    Raises BlindError for a field that the snapshot leaves out.
    """
    images, low = snapshot.images, name.lower()
    _refuse_hidden(snapshot, name, low.removesuffix("%"))
    plain: dict[str, Callable[[], Numbers]] = {
        "id": lambda: images.ids.astype(np.float64),
        "seed": lambda: images.seeds,
        "stars": lambda: votes.stars,
        "score": lambda: snapshot.scores.ranking,
        "rank": lambda: _ranks(snapshot),
    }
    if low in plain:
        return plain[low]()
    if low.startswith("style."):
        return _named(images.styles, name[len("style.") :])
    metric = _named(snapshot.scores.metrics, name.removesuffix("%"))
    if metric is None:
        return None
    return metric.percentiles if name.endswith("%") else metric.values


def label_field(snapshot: Snapshot, name: str) -> Labels | None:
    """The words of a field; None if no such field has words."""
    return snapshot.images.series if name.lower() == "series" else _named(snapshot.images.traits, name)


def field_names(snapshot: Snapshot) -> list[str]:
    """Every field that can be asked for."""
    metrics = [name + sign for name in snapshot.scores.metrics for sign in ("", "%")]
    styles = [f"style.{name}" for name in snapshot.images.styles]
    plain = ["id", "seed", "series", "stars", "colour", "is", "by", *WRITTEN, "lasso", "like", "sort", "score", "rank"]
    return [name for name in [*plain, *metrics] if name not in snapshot.hidden] + [*styles, *snapshot.images.traits]


@dataclass(frozen=True)
class _Asked:
    snapshot: Snapshot
    query: Query
    viewer: str | None
    who: str | None
    """Whose votes are meant; None: all together."""

    @property
    def votes(self) -> Votes:
        return self.snapshot.votes(self.who, self.viewer)


def _meant(asked: _Asked, node: Node) -> Mask:
    """Which images a part of a query is true of: (n,). Terms that only order hold of every image, beside others."""
    if isinstance(node, int):
        term = asked.query.terms[node]
        return ~_holds(asked, term) if term.negated else _holds(asked, term)
    kind, *nodes = node
    if kind != "and":
        for only in (each for each in nodes if isinstance(each, int) and _orders(asked.query.terms[each])):
            term = asked.query.terms[only]
            _wrong(term, f"{term} is no condition", "put what orders after the brackets")
    if kind == "not":
        return ~_meant(asked, nodes[0])
    join = np.logical_or if kind == "or" else np.logical_and
    everything = np.ones(len(asked.snapshot.images), dtype=np.bool_)
    return np.asarray(join.reduce([_meant(asked, each) for each in nodes]) if nodes else everything)


def _orders(term: Term) -> bool:
    return term.field.lower() in ("sort", "like") or (not term.field and term.value.startswith("~"))


def _whose(query: Query, viewer: str | None) -> str | None:
    named = query.named("by")
    if len(named) > 1:
        _wrong(named[1], "by is there twice", "one by:NAME in a query")
    who = named[0].value if named else viewer
    return None if who == EVERYBODY else who


def _holds(asked: _Asked, term: Term) -> Mask:
    """Which images a term is true of, before it is negated: (n,)."""
    everything = np.ones(len(asked.snapshot.images), dtype=np.bool_)
    if not term.field and not term.value.startswith("~"):
        return _in_prompt(asked, term.value) | _numbered(asked, term.value)
    low = term.field.lower() or "~"
    if low in ("sort", "like", "by", "is", "colour", "lasso", *WRITTEN) and (term.op not in ":=" or not term.value):
        _wrong(term, f"{low} takes a name", f"{low}:{term.value or 'NAME'}")
    if low in ("sort", "like", "by", "~") and term.negated:
        _wrong(term, f"{low} cannot be negated", "sort:-FIELD puts the highest first")
    if low in ("sort", "like", "~"):
        return everything
    if low == "by":
        return asked.votes.voted
    if low == "is":
        return _states(asked, term)
    if low == "colour":
        return _coloured(asked, term)
    if low == "lasso":
        return in_lasso(asked.snapshot, term.value)
    if low in WRITTEN:
        return asked.snapshot.images.mask(WRITTEN[low](asked.snapshot, term.value, asked.viewer, asked.who))
    numbers = numeric_field(asked.snapshot, term.field, asked.votes)
    if numbers is not None:
        return _compared(term, numbers)
    labels = label_field(asked.snapshot, term.field)
    if labels is None:
        _unknown_field(asked.snapshot, term, term.field)
    return _labelled(term, labels)


def _in_prompt(asked: _Asked, text: str) -> Mask:
    """Which prompts have these words one after the other, whatever the case; see `words_pattern`."""
    pattern, prompts = words_pattern(text.casefold()), asked.snapshot.images.words
    return np.fromiter((pattern.search(prompt) is not None for prompt in prompts), np.bool_, len(prompts))


def _numbered(asked: _Asked, text: str) -> Mask:
    """The image that has this number, as people see it: 0031, or 31."""
    images = asked.snapshot.images
    return images.mask([int(text)] if re.fullmatch(r"\d{1,15}", text, re.ASCII) else [])


STATES: Mapping[str, Callable[[Snapshot, Votes], Mask]] = {
    "unreviewed": lambda _, votes: ~votes.voted,
    "reviewed": lambda _, votes: votes.voted,
    "picked": lambda _, votes: votes.flags > 0,
    "rejected": lambda _, votes: votes.flags < 0,
    "locked": lambda _, votes: votes.locked,
    "contested": lambda _, votes: votes.contested,
    "issue": lambda now, _: _any(now.issues, len(now.images)),
    "selected": lambda now, _: now.selection.is_chosen,
    "duplicate": lambda now, votes: now.selection.is_duplicate & ~votes.apart,
    "stacked": lambda now, _: now.selection.is_duplicate | now.images.mask(now.selection.stacks),
    "imported": lambda now, _: now.images.series.codes < 0,
    "disagrees": lambda now, votes: _disagrees(now, votes),
}
"""The states of an image that `is:` can ask for."""


def state_names(snapshot: Snapshot) -> list[str]:
    """The states that `is:` can ask for, without the issues."""
    return [name for name in STATES if name not in snapshot.hidden]


def state_masks(snapshot: Snapshot, votes: Votes) -> dict[str, Mask]:
    """Which images are in each state that `is:` can ask for, issues included: (n,) by name."""
    return {name: STATES[name](snapshot, votes) for name in state_names(snapshot)} | dict(snapshot.issues)


def _states(asked: _Asked, term: Term) -> Mask:
    """The images that are in any of the named states."""
    issues, found = asked.snapshot.issues, []
    for name in term.value.lower().split(","):
        if name not in issues and name not in state_names(asked.snapshot):
            _refuse_hidden(asked.snapshot, f"is:{name}", name)
            _unknown(term, f'there is no state "{name}"', name, [*state_names(asked.snapshot), *issues])
        found.append(issues[name] if name in issues else STATES[name](asked.snapshot, asked.votes))
    return np.asarray(np.logical_or.reduce(found))


def _disagrees(now: Snapshot, votes: Votes) -> Mask:
    """Liked by people and in the lowest third by the metrics that rank, or the other way about."""
    liked = (votes.flags > 0) | ((votes.flags == 0) & (votes.stars >= 4))
    disliked = (votes.flags < 0) | ((votes.flags == 0) & (votes.stars > 0) & (votes.stars <= 2))
    with np.errstate(invalid="ignore"):
        return np.asarray((liked & (now.scores.ranking < LOW)) | (disliked & (now.scores.ranking > HIGH)))


def _any(masks: Mapping[str, Mask], count: int) -> Mask:
    return np.any(list(masks.values()), axis=0) if masks else np.zeros(count, dtype=np.bool_)


def _coloured(asked: _Asked, term: Term) -> Mask:
    found = np.zeros(len(asked.snapshot.images), dtype=np.bool_)
    for name in term.value.lower().split(","):
        if name not in COLOURS:
            _unknown(term, f'there is no colour "{name}"', name, COLOURS)
        bit = 0 if name == "none" else 1 << COLOURS.index(name)
        found |= (asked.votes.colours & bit) != 0 if bit else asked.votes.colours == 0
    return found


def _compared(term: Term, numbers: Numbers) -> Mask:
    with np.errstate(invalid="ignore"):
        if term.op in ":=":
            spans = [_span(term, part) for part in term.value.split(",")]
            return np.asarray(np.logical_or.reduce([(numbers >= low) & (numbers <= high) for low, high in spans]))
        compare = {"<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal}[term.op]
        return np.asarray(compare(numbers, _number(term, term.value)))


def _span(term: Term, part: str) -> tuple[float, float]:
    """20-50, or a number alone."""
    found = _RANGE.fullmatch(part)
    return (float(found[1]), float(found[2])) if found else (_number(term, part),) * 2


def _number(term: Term, text: str) -> float:
    if not re.fullmatch(r"-?\d{1,20}(?:\.\d{1,20})?", text, re.ASCII):
        _wrong(term, f"{text!r} is no number", f"{term.field}>=50, or {term.field}:20-50,60")
    return float(text)


def _labelled(term: Term, labels: Labels) -> Mask:
    if term.op not in ":=":
        _wrong(term, f"{term.field} is a word", f"{term.field}:{term.value}")
    known = {name.casefold(): code for code, name in enumerate(labels.names)}
    wanted = _listed(term.value, known)
    for name in wanted:
        if name.casefold() not in known:
            _unknown(term, f'{term.field} is never "{name}"', name, labels.names)
    return np.isin(labels.codes, [known[name.casefold()] for name in wanted])


def _listed(text: str, known: Collection[str]) -> list[str]:
    """The words of a list with commas, of which a known one (in its folded form) may hold commas itself."""
    most = 1 + max((name.count(",") for name in known), default=0)
    parts, found = text.split(","), []
    while parts:
        sizes = range(min(most, len(parts)), 1, -1)
        size = next((size for size in sizes if ",".join(parts[:size]).casefold() in known), 1)
        found.append(",".join(parts[:size]))
        del parts[:size]
    return found


def _keys(asked: _Asked) -> Iterator[Numbers]:
    """The sort keys, the most important first, each in ascending order; an image without a number comes last."""
    for term in asked.query.terms:
        low = term.field.lower()
        if low == "sort":
            yield _sort_key(asked, term)
        elif low == "like":
            yield _last_if_unknown(
                -_cosines(asked.snapshot, asked.snapshot.vectors[1], _image_vector(asked.snapshot, term))
            )
        elif not term.field and term.value.startswith("~"):
            wanted = _text_vector(asked.snapshot, term)
            yield _last_if_unknown(-_cosines(asked.snapshot, asked.snapshot.projected, wanted))


def _sort_key(asked: _Asked, term: Term) -> Numbers:
    if shuffled := _RANDOM.fullmatch(term.value):
        return np.random.default_rng(int(shuffled[1])).permutation(len(asked.snapshot.images)).astype(np.float64)
    name, sign = term.value.removeprefix("-"), -1 if term.value.startswith("-") else 1
    numbers = numeric_field(asked.snapshot, name, asked.votes)
    if numbers is None:
        labels = label_field(asked.snapshot, name)
        if labels is None:
            _unknown_field(asked.snapshot, term, name)
        numbers = np.where(labels.codes < 0, np.nan, labels.codes).astype(np.float64)
    return _last_if_unknown(sign * numbers)


def _last_if_unknown(key: Numbers) -> Numbers:
    return np.asarray(np.where(np.isnan(key), np.inf, key))


def _ranks(snapshot: Snapshot) -> Numbers:
    chosen = snapshot.selection.chosen
    return np.array([chosen[n].rank if n in chosen else np.nan for n in snapshot.images.ids.tolist()], np.float64)


def _image_vector(snapshot: Snapshot, term: Term) -> npt.NDArray[np.float32]:
    rows, vectors = snapshot.vectors
    number = int(term.value) if re.fullmatch(r"\d{1,15}", term.value, re.ASCII) else -1
    found = np.flatnonzero(rows == snapshot.images.rows.get(number, -1))
    if not len(found):
        _wrong(term, f"there is no image {term.value} with a vector", "like:NUMBER; `collection score` makes vectors")
    return np.asarray(vectors[found[0]])


_WORD = re.compile(r"[^\W\d_]+")


def _text_vector(snapshot: Snapshot, term: Term) -> npt.NDArray[np.float32]:
    encoder, text = snapshot.context.words, term.value.removeprefix("~").strip()
    if encoder is None:
        _wrong(
            term,
            "the encoder of this project knows no words",
            'set encoder = "tiny-clip" (or another CLIP) in [score], then: collection score',
        )
    if not text:
        _wrong(term, "~ is followed by what the picture shows", '"~a red hat"')
    if (unknown := encoder.unknown_words(text)) and len(unknown) == len(_WORD.findall(text)):
        _wrong(term, f"the encoder never read {', '.join(unknown)}", "other words, or a CLIP of more words in [score]")
    return np.asarray(encoder.encode_text([text])[0])


def _cosines(snapshot: Snapshot, vectors: npt.NDArray[np.float32], vector: npt.NDArray[np.float32]) -> Numbers:
    """The cosine with a unit vector of each image, (n,), by the `vectors` of those that have one; NaN of others."""
    found = np.full(len(snapshot.images), np.nan)
    found[snapshot.vectors[0]] = vectors @ vector
    return found


def _named(values: Mapping[str, Found], name: str) -> Found | None:
    """By its name, whatever the case of its letters."""
    if name in values:
        return values[name]
    return next((value for known, value in values.items() if known.casefold() == name.casefold()), None)


def _refuse_hidden(snapshot: Snapshot, field: str, name: str) -> None:
    """Raise BlindError for what the snapshot leaves out."""
    if name.casefold() in (hidden.casefold() for hidden in snapshot.hidden):
        raise BlindError.of(f"{field} tells what others said")


def _unknown_field(snapshot: Snapshot, term: Term, name: str) -> NoReturn:
    message = f'there is no field "{name}"'
    if renamed := renamed_metric(name):
        _wrong(term, message, renamed)
    _unknown(term, message, name, field_names(snapshot))


def _unknown(term: Term, message: str, name: str, known: tuple[str, ...] | list[str]) -> NoReturn:
    some = ", ".join(list(known)[:12])
    _wrong(term, message, did_you_mean(name, known) or f"there are: {some}")


def _wrong(term: Term, message: str, hint: str) -> NoReturn:
    raise UsageError(f"query, character {term.position}: {message}", hint)
