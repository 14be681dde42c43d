"""The traits of a collection as a domain of combinations: what may stand together, and how often each value must."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from collection.config import Config
from collection.config.planning import ABSENT, Conditions, Trait, values_of
from collection.errors import ConfigError
from collection.plan.quotas import largest_remainder
from collection.values import amount

Combination = tuple[int, ...]
"""One value of each trait, as indices into `TraitDomain.values`."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What is forbidden: every combination whose values lie in `sides` (trait index -> value indices)."""

    sides: Mapping[int, frozenset[int]]
    source: str
    """Who forbids it, as people write it: rules.3, traits.moon.when."""


@dataclass(frozen=True)
class TraitDomain:
    """Traits (sorted), the values each may take (sorted), how many tokens have each, and the exclusions."""

    traits: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    quotas: tuple[tuple[int, ...], ...]
    """Tokens of each value; every quota is 1 or more, and those of a trait sum to `tokens`."""
    exclusions: tuple[Exclusion, ...]
    hangs: tuple[tuple[int, frozenset[int]] | None, ...]
    """For each trait drawn only under a `when`: the trait that it hangs on, and the values of that one that let it."""
    tokens: int

    @cached_property
    def masks(self) -> tuple[tuple[int, ...], ...]:
        """For each value of each trait, as bits: the exclusions that a combination with this value may still lie in."""
        return tuple(
            tuple(
                sum(
                    1 << bit
                    for bit, exclusion in enumerate(self.exclusions)
                    if value in exclusion.sides.get(trait, (value,))
                )
                for value in range(len(values))
            )
            for trait, values in enumerate(self.values)
        )

    def broken(self, combination: Sequence[int]) -> int:
        """The exclusions that a combination lies in, as bits; 0 if it is allowed."""
        left = (1 << len(self.exclusions)) - 1
        for masks, value in zip(self.masks, combination, strict=True):
            left &= masks[value]
        return left

    def named(self, combination: Sequence[int]) -> dict[str, str]:
        """The traits of a combination, without those it lacks."""
        found = zip(self.traits, self.values, combination, strict=True)
        return {trait: values[value] for trait, values, value in found if values[value] != ABSENT}


def build_domain(config: Config) -> TraitDomain:
    """The domain of what the configuration asks for; raises ConfigError where counts and supply do not agree."""
    tokens = config.supply - len(config.one_of_ones)
    traits = tuple(sorted(config.traits))
    quotas: dict[str, dict[str, int]] = {}
    for name in sorted(traits, key=lambda name: (_depth(config.traits, name), name)):
        quotas[name] = _quotas(config.traits, name, quotas, tokens)
    kept = [{value: count for value, count in sorted(quotas[name].items()) if count} for name in traits]
    values = tuple(tuple(found) for found in kept)
    return TraitDomain(
        traits,
        values,
        tuple(tuple(found.values()) for found in kept),
        tuple(_exclusions(config, traits, values)),
        tuple(_hangs(config.traits[name], traits, values) for name in traits),
        tokens,
    )


def _hangs(trait: Trait, traits: Sequence[str], values: Sequence[Sequence[str]]) -> tuple[int, frozenset[int]] | None:
    for parent, wanted in trait.when.items():
        index = traits.index(parent)
        return index, frozenset(place for place, value in enumerate(values[index]) if value in values_of(wanted))
    return None


def _depth(traits: Mapping[str, Trait], name: str) -> int:
    when = traits[name].when
    return 1 + _depth(traits, next(iter(when))) if when else 0


def _quotas(
    traits: Mapping[str, Trait], name: str, known: Mapping[str, Mapping[str, int]], tokens: int
) -> dict[str, int]:
    """Tokens of each value: counts as they are, the rest by weight; ABSENT where the trait is not drawn."""
    trait, drawn, where = traits[name], tokens, f"the supply less the one-of-ones is {amount(tokens, 'token')}"
    for parent, wanted in trait.when.items():
        drawn = sum(known[parent].get(value, 0) for value in values_of(wanted))
        where = f"{drawn} of them have {parent} = {' or '.join(values_of(wanted))}"
    counted, weighted = sum(trait.count.values()), {name: weight for name, weight in trait.weight.items() if weight}
    if counted > drawn or (counted < drawn and not weighted):
        raise ConfigError(
            f"traits.{name}.count: the counts sum to {counted}, but {where}",
            f"make them sum to {drawn}" + ("" if counted > drawn else ", or add weight = {...} for the rest"),
        )
    names = sorted(weighted)
    shared = largest_remainder(drawn - counted, [weighted[value] for value in names]) if names else []
    return {**dict(zip(names, shared, strict=True)), **trait.count, ABSENT: tokens - drawn}


def _exclusions(config: Config, traits: Sequence[str], values: Sequence[Sequence[str]]) -> Iterable[Exclusion]:
    """Every rule as exclusions, each once, in an order that does not depend on that of the file."""
    sides = _Sides(traits, values)
    found: list[Exclusion] = []
    for number, rule in enumerate(config.rules, 1):
        when = sides.met(rule.when)
        for inside, conditions in ((True, rule.exclude), (False, rule.require)):
            for name, wanted in conditions.items():
                other = sides.of(name, values_of(wanted), inside)
                both = {key: when[key] & group for key, group in other.items() if key in when}
                found.append(Exclusion({**when, **other, **both}, f"rules.{number}"))
    for name in traits:
        for parent, wanted in config.traits[name].when.items():
            for inside in (True, False):
                forbidden = {**sides.of(parent, values_of(wanted), inside), **sides.of(name, [ABSENT], inside)}
                found.append(Exclusion(forbidden, f"traits.{name}.when"))
    for one in config.one_of_ones:
        whole = sides.met({name: one.traits.get(name, ABSENT) for name in traits})
        found.append(Exclusion(whole, f'the one-of-one "{one.name}"'))
    return _once(found)


@dataclass(frozen=True, slots=True)
class _Sides:
    """Conditions in the words of the file, as sides of exclusions."""

    traits: Sequence[str]
    values: Sequence[Sequence[str]]

    def of(self, name: str, wanted: Sequence[str], inside: bool = True) -> dict[int, frozenset[int]]:
        """The wanted values of a trait; not `inside`: all its others."""
        trait = self.traits.index(name)
        found = (place for place, value in enumerate(self.values[trait]) if (value in wanted) == inside)
        return {trait: frozenset(found)}

    def met(self, conditions: Conditions) -> dict[int, frozenset[int]]:
        """All conditions together."""
        return {
            key: side for name, wanted in conditions.items() for key, side in self.of(name, values_of(wanted)).items()
        }


def _once(exclusions: Iterable[Exclusion]) -> list[Exclusion]:
    """Without empty exclusions and repetitions, sorted by what they forbid."""
    keyed: dict[tuple[tuple[int, tuple[int, ...]], ...], Exclusion] = {}
    for exclusion in exclusions:
        if exclusion.sides and all(exclusion.sides.values()):
            keyed.setdefault(
                tuple(sorted((key, tuple(sorted(side))) for key, side in exclusion.sides.items())), exclusion
            )
    return [exclusion for _, exclusion in sorted(keyed.items(), key=lambda item: item[0])]
