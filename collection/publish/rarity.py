"""Rarity of the tokens of a set by OpenRarity's method, with the two older methods beside it.

OpenRarity: each trait is a categorical distribution over the set; a token without a trait has its Null value, and the
number of traits is a trait too. A token's score is the information content of its traits, -log2 of their shares
summed, over the entropy of the set, both in bits. Tokens are ordered by how many of their traits nobody else has, then
by score, both descending; scores that are equal to nine digits share a rank.
Statistical rarity: the product of the same shares, 0 to 1, the least rarest. Rarity score: the sum of 1 / share.
Source: the OpenRarity methodology (scoring design, rank by unique traits) and its reference implementation, 0.7.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from collection.publish.traits import Trait

METHOD = "OpenRarity 0.7"
TRAIT_COUNT = "meta_trait:trait_count"
"""OpenRarity's name of the trait that counts the others."""
NULL = "Null"
"""What a token has of a trait that only others have."""
BINS = 10
"""A trait of numbers with more different values than this is cut at its deciles."""


@dataclass(frozen=True, slots=True)
class TraitShare:
    """What one trait adds to the rarity of a token."""

    name: str
    value: str
    """As it is compared: lower case, a number as its bin."""
    count: int
    """Tokens of the set that have it."""
    share: float
    """Of all tokens, over 0 to 1."""

    @property
    def bits(self) -> float:
        """Information content."""
        return -math.log2(self.share) + 0.0


@dataclass(frozen=True, slots=True)
class TokenRarity:
    """How rare one token is, by each method."""

    token_id: int
    rank: int
    score: float
    """OpenRarity: bits over the entropy of the set, 0 or more."""
    unique: int
    """Traits that no other token has, the trait count among them; the first key of the rank."""
    rarity_score: float
    statistical: float
    traits: tuple[TraitShare, ...]
    """Each trait of the set, by name; those that the token lacks as Null."""

    @property
    def bits(self) -> float:
        """Information content of all traits."""
        return math.fsum(trait.bits for trait in self.traits)


@dataclass(frozen=True, slots=True)
class Rarity:
    """The rarity of a set."""

    entropy: float
    """Bits, over all traits."""
    tokens: tuple[TokenRarity, ...]
    """By rank, of equals by token id."""

    @property
    def by_token(self) -> dict[int, TokenRarity]:
        """The rarity of each token, by its id."""
        return {token.token_id: token for token in self.tokens}


def rarity(tokens: Mapping[int, Sequence[Trait]]) -> Rarity:
    """The rarity of each token, by its id and traits. Of nothing, nothing."""
    if not tokens:
        return Rarity(0.0, ())
    compared = _comparable(tokens)
    counts = _counts(compared)
    total = len(compared)
    parts = {
        name: {value: TraitShare(name, value, count, count / total) for value, count in values.items()}
        for name, values in counts.items()
    }
    entropy = math.fsum(part.share * part.bits for values in parts.values() for part in values.values())
    names = sorted(parts)
    found = [
        _token(number, [parts[name][traits.get(name, NULL)] for name in names], traits, entropy or 1.0)
        for number, traits in compared.items()
    ]
    return Rarity(entropy, tuple(_ranked(found)))


def _token(number: int, parts: Sequence[TraitShare], own: Mapping[str, str], entropy: float) -> TokenRarity:
    return TokenRarity(
        token_id=number,
        rank=0,
        score=math.fsum(part.bits for part in parts) / entropy,
        unique=sum(part.count == 1 and part.name in own for part in parts),
        rarity_score=math.fsum(1 / part.share for part in parts),
        statistical=math.prod(part.share for part in parts),
        traits=tuple(parts),
    )


def _ranked(tokens: Iterable[TokenRarity]) -> list[TokenRarity]:
    """In order, each with its rank; one with the score of the token before it shares that token's rank."""
    ordered: list[TokenRarity] = []
    for place, token in enumerate(sorted(tokens, key=lambda each: (-each.unique, -each.score, each.token_id)), start=1):
        before = ordered[-1] if ordered else None
        same = before is not None and math.isclose(before.score, token.score)
        ordered.append(replace(token, rank=before.rank if before and same else place))
    return ordered


def _comparable(tokens: Mapping[int, Sequence[Trait]]) -> dict[int, dict[str, str]]:
    """Of each token the value of each trait as it is compared, with the trait count."""
    names = {name: _normal(name) for name in {trait.name for traits in tokens.values() for trait in traits}}
    bins = _bins(tokens.values(), names)
    found = {}
    for number, traits in tokens.items():
        said = {}
        for trait in traits:
            name, value = names[trait.name], trait.value
            said[name] = _normal(trait.text) if isinstance(value, str) or name not in bins else bins[name][value]
        count = sum(value not in ("", "none") for value in said.values())
        found[number] = {**said, TRAIT_COUNT: str(count)}
    return found


def _counts(compared: Mapping[int, Mapping[str, str]]) -> dict[str, Counter[str]]:
    """How many tokens have each value of each trait; those without the trait under Null."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for traits in compared.values():
        for name, value in traits.items():
            counts[name][value] += 1
    for values in counts.values():
        if missing := len(compared) - values.total():
            values[NULL] += missing
    return dict(counts)


def _bins(tokens: Iterable[Sequence[Trait]], names: Mapping[str, str]) -> dict[str, dict[int | float, str]]:
    """The bin of each value of each trait that holds numbers throughout and more than BINS different ones.

    `names` says how the name of each trait is compared.
    The bins are cut at the deciles of the set, so that each holds about as many tokens; equal values share a bin. A
    bin is called by its least and greatest value.
    """
    columns: defaultdict[str, list[Trait]] = defaultdict(list)
    for traits in tokens:
        for trait in traits:
            columns[names[trait.name]].append(trait)
    found = {}
    for name, column in columns.items():
        values = sorted(trait.value for trait in column if not isinstance(trait.value, str))
        if len(values) == len(column) and len(set(values)) > BINS:
            found[name] = _deciles(values, {trait.value: trait.text for trait in column})
    return found


def _deciles(values: Sequence[int | float], texts: Mapping[int | float | str, str]) -> dict[int | float, str]:
    edges = sorted({values[len(values) * part // BINS] for part in range(1, BINS)})
    members: defaultdict[int, list[int | float]] = defaultdict(list)
    for value in values:
        members[bisect_right(edges, value)].append(value)
    said = {place: (texts[inside[0]], texts[inside[-1]]) for place, inside in members.items()}
    return {
        value: low if low == high else f"{low} to {high}"
        for place, inside in members.items()
        for value in inside
        for low, high in (said[place],)
    }


def _normal(text: str) -> str:
    """As OpenRarity compares names and values: no case, no space at the ends."""
    return text.lower().strip()
