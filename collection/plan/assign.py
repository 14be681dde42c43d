"""Drawing the traits of all tokens at once: quotas exact, no rule broken, no combination twice where that can be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import NoReturn

from collection.config.conditions import ABSENT
from collection.errors import ConfigError
from collection.plan.combinations import Combinations
from collection.plan.domain import Combination, TraitDomain
from collection.plan.feasible import check_feasible
from collection.plan.resolve import refute, resolve
from collection.plan.seeds import RandomStream

MAX_EXCHANGES_WITHOUT_GAIN = 20_000
"""Exchanges without gain, besides two a token, after which drawing is given up."""
MAX_MENDING = 2_000
"""The same where only the last few tokens are to be found."""
MANY, DENSE = 2_000, 0.4
"""From so many tokens on, and where a value takes a larger part of its combinations than this, fractions come first."""
NOISE = 0.02
"""How often an exchange is made that makes matters worse, so that no dead end holds for ever."""


def draw_traits(
    domain: TraitDomain, combinations: Combinations, stream: RandomStream, unique: bool, *, alike: bool = False
) -> list[Combination]:
    """One combination a token, in random order; raises ConfigError where the quotas cannot be met under the rules.

    Each trait is dealt out by itself, so that its quotas hold; then tokens that break a rule, or are like another,
    exchange values with others until none does. An exchange moves no quota. (Repair by least conflicts: Minton,
    Johnston, Philips, Laird 1992.) Without `unique`, tokens may be alike where combinations are too few, or
    wherever (`alike`). Where exchanging ends nowhere, it is decided whether such tokens exist (see `refute`,
    `resolve`).
    """
    if not domain.traits or not domain.tokens:
        return [()] * domain.tokens
    check_feasible(domain, combinations, unique)
    enough = all(
        ways >= quota
        for quotas, having in zip(domain.quotas, combinations.having, strict=True)
        for quota, ways in zip(quotas, having, strict=True)
    )
    distinct = unique or (enough and combinations.total >= domain.tokens and not alike)

    def mend(taken: list[Combination], left: list[list[int]], different: bool) -> list[Combination] | None:
        quotas = tuple(map(tuple, left))
        rest = replace(domain, quotas=quotas, tokens=domain.tokens - len(taken))
        mended = _Drawing(domain, stream, different, [*taken, *deal(rest, stream)])
        return mended.found if mended.repair(MAX_MENDING) else None

    dense = distinct and _is_dense(domain, combinations)
    if dense and (rows := resolve(domain, combinations, stream, unique, mend)):
        return rows
    drawing = _Drawing(domain, stream, distinct, deal(domain, stream))
    if drawing.repair() or (not unique and drawing.repair_alike()):
        return drawing.found
    return (not dense and resolve(domain, combinations, stream, unique, mend)) or drawing.refuse()


def _is_dense(domain: TraitDomain, combinations: Combinations) -> bool:
    """Whether many tokens take so large a part of the combinations with some value that exchanging would go on long."""
    return domain.tokens >= MANY and any(
        quota > DENSE * ways
        for quotas, having in zip(domain.quotas, combinations.having, strict=True)
        for quota, ways in zip(quotas, having, strict=True)
    )


def deal(domain: TraitDomain, stream: RandomStream) -> list[Combination]:
    """Tokens with the quotas, each trait dealt out by itself; of conditional ones, only where their parents let them
    be, as far as there are such tokens. Rules are not looked at."""
    columns: list[list[int]] = [[]] * len(domain.traits)
    for root, hangs in enumerate(domain.hangs):
        for trait in [] if hangs else family(domain, root):
            columns[trait] = _column(domain, trait, columns, stream)
    left = [trait for trait, hangs in enumerate(domain.hangs) if len(hangs) > 1]
    while left:  # a trait that hangs on several, and all that hang on it alone, once its parents are dealt
        trait = next(trait for trait in left if all(columns[parent] for parent, _ in domain.hangs[trait]))
        left.remove(trait)
        for member in family(domain, trait):
            columns[member] = _column(domain, member, columns, stream)
    return list(zip(*columns, strict=True))


def _column(domain: TraitDomain, trait: int, columns: Sequence[Sequence[int]], stream: RandomStream) -> list[int]:
    values, quotas, hangs = domain.values[trait], domain.quotas[trait], domain.hangs[trait]
    dealt = stream.shuffled(
        value for value, quota in enumerate(quotas) if values[value] != ABSENT for _ in range(quota)
    )
    if not hangs:
        return dealt
    fit = [all(columns[parent][row] in lets for parent, lets in hangs) for row in range(domain.tokens)]
    column = [values.index(ABSENT) if ABSENT in values else -1] * domain.tokens
    fitting = [row for row in range(domain.tokens) if fit[row]]
    others = [row for row in range(domain.tokens) if not fit[row]] if len(fitting) < len(dealt) else []
    for row, value in zip([*fitting, *others], dealt, strict=False):
        column[row] = value
    return column


class _Drawing:
    """The tokens' values, a row each, and where each value stands."""

    def __init__(self, domain: TraitDomain, stream: RandomStream, distinct: bool, rows: Sequence[Combination]) -> None:
        self.domain, self.stream, self.distinct = domain, stream, distinct
        self.families = [families(domain, trait) for trait in range(len(domain.traits))]
        self.rows = [list(row) for row in rows]
        self.bits = [domain.broken(row) for row in self.rows]
        self.copies = Counter(map(self._shown, self.rows))
        self.steps = 0
        self.holders: list[list[list[int]]] = [[[] for _ in values] for values in domain.values]
        self.places: list[list[int]] = [[0] * len(self.rows) for _ in domain.values]
        for number, row in enumerate(self.rows):
            for trait, value in enumerate(row):
                self.places[trait][number] = len(self.holders[trait][value])
                self.holders[trait][value].append(number)

    def _shown(self, row: Sequence[int]) -> Combination:
        return self.domain.shown(tuple(row))

    @property
    def found(self) -> list[Combination]:
        """The tokens."""
        return [tuple(row) for row in self.rows]

    def repair(self, most: int | None = None) -> bool:
        """Exchange values until no row is bad; False after so many exchanges without gain.

        Without `most`, where this takes longer than usual, it is asked once whether it can end at all (see `refute`).
        """
        bad = [number for number in range(len(self.rows)) if self._cost(number)]
        patience = most or MAX_EXCHANGES_WITHOUT_GAIN + 2 * len(self.rows)
        left, gained, best = patience, 0, 0
        while bad:
            self.steps += 1
            if self.steps == patience and not most:
                refute(self.domain, self.allowed())
            place = self.stream.below(len(bad))
            number = bad[place]
            if not self._cost(number):
                bad[place] = bad[-1]
                bad.pop()
                continue
            other, gain = self._exchange(number)
            if other is not None and self._cost(other):
                bad.append(other)
            gained += gain
            left = patience if gained > best else left - 1
            best = max(best, gained)
            if not left:
                return False
        return True

    def repair_alike(self) -> bool:
        """Exchange on, with tokens that may be alike."""
        self.distinct = False
        return self.repair()

    def allowed(self) -> list[Combination]:
        """The combinations among the rows that break no rule, each once."""
        return list(dict.fromkeys(tuple(row) for row, bits in zip(self.rows, self.bits, strict=True) if not bits))

    def refuse(self) -> NoReturn:
        """Raise ConfigError, naming what stood in the way most often."""
        broken: Counter[str] = Counter()
        for bits in self.bits:
            broken.update({exclusion.source for bit, exclusion in enumerate(self.domain.exclusions) if bits >> bit & 1})
        if self.distinct and max(self.copies.values(), default=1) > 1:
            broken["unique_traits"] = sum(count - 1 for count in self.copies.values())
        said = ", ".join(f"{source} in {count}" for source, count in broken.most_common(3))
        raise ConfigError(
            f"no draw of {self.domain.tokens:,} tokens was found that meets all quotas and rules (which is not "
            f"proven to be impossible); broken at the end: {said} of them",
            "loosen the rules or the counts named",
        )

    def _exchange(self, number: int) -> tuple[int | None, int]:
        """Let a bad row exchange a family of values with the best of one random holder of each other value.

        Returns that other row, or None if nothing was exchanged, and by how much the two rows got better.
        """
        row = self.rows[number]
        trait = self._trait_to_change(number)
        others = self.stream.shuffled(range(len(self.domain.values[trait])))
        best, best_gain, moving = None, -1_000_000, self.families[trait][0]
        for value in others:
            holders = self.holders[trait][value]
            if value == row[trait] or not holders:
                continue
            other = holders[self.stream.below(len(holders))]
            for members in self.families[trait]:
                gain = self._gain(number, other, members)
                if gain > best_gain:
                    best, best_gain, moving = other, gain, members
        if best is None or (best_gain < 0 and self.stream.unit() >= NOISE):
            return None, 0
        self._swap(number, best, moving)
        return best, best_gain

    def _trait_to_change(self, number: int) -> int:
        """A trait of the exclusions that the row lies in; any trait if it lies in none."""
        exclusions = [exclusion for bit, exclusion in enumerate(self.domain.exclusions) if self.bits[number] >> bit & 1]
        traits = sorted(
            {trait for exclusion in exclusions for trait in exclusion.sides} or range(len(self.domain.traits))
        )
        return traits[self.stream.below(len(traits))]

    def _cost(self, number: int) -> int:
        """How many exclusions a row lies in, and one more if another row is like it."""
        return self.bits[number].bit_count() + (self.distinct and self.copies[self._shown(self.rows[number])] > 1)

    def _gain(self, one: int, two: int, family: Sequence[int]) -> int:
        """By how much two rows would cost less after exchanging a family of values."""
        new_one, new_two = list(self.rows[one]), list(self.rows[two])
        for trait in family:
            new_one[trait], new_two[trait] = new_two[trait], new_one[trait]
        cost = self.domain.broken(new_one).bit_count() + self.domain.broken(new_two).bit_count()
        if self.distinct:
            old, new = (
                [self._shown(self.rows[one]), self._shown(self.rows[two])],
                [self._shown(new_one), self._shown(new_two)],
            )
            cost += sum(self.copies[row] - old.count(row) + new.count(row) > 1 for row in new)
        return self._cost(one) + self._cost(two) - cost

    def _swap(self, one: int, two: int, family: Sequence[int]) -> None:
        rows = self.rows[one], self.rows[two]
        for row in rows:
            self._forget(self._shown(row))
        for trait in family:
            first, second = rows[0][trait], rows[1][trait]
            rows[0][trait], rows[1][trait] = second, first
            places, holders = self.places[trait], self.holders[trait]
            holders[first][places[one]], holders[second][places[two]] = two, one
            places[one], places[two] = places[two], places[one]
        self.copies.update(map(self._shown, rows))
        self.bits[one], self.bits[two] = (self.domain.broken(row) for row in rows)

    def _forget(self, combination: Combination) -> None:
        self.copies[combination] -= 1
        if not self.copies[combination]:
            del self.copies[combination]


def family(domain: TraitDomain, trait: int) -> list[int]:
    """A trait and all that hang on it alone, parents first: what must move together."""
    children = [child for child, hangs in enumerate(domain.hangs) if len(hangs) == 1 and hangs[0][0] == trait]
    return [trait, *chain.from_iterable(family(domain, child) for child in children)]


def families(domain: TraitDomain, trait: int) -> list[list[int]]:
    """What may move with a trait: its family, and where others hang on it and on more beside, these with it too."""
    own = family(domain, trait)
    shared = [
        child
        for child, hangs in enumerate(domain.hangs)
        if len(hangs) > 1 and any(parent in own for parent, _ in hangs)
    ]
    if not shared:
        return [own]
    return [own, list(dict.fromkeys([*own, *chain.from_iterable(family(domain, child) for child in shared)]))]
