"""The traits of a collection as a domain of combinations: what may stand together, and how often each value must."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from collection.config import Config
from collection.config.conditions import ABSENT, SERIES, Conditions, Values, said
from collection.errors import ConfigError
from collection.plan.quotas import largest_remainder, spread
from collection.plan.seeds import RandomStream, derived_seed
from collection.values import amount

Combination = tuple[int, ...]
"""One value of each trait, as indices into `TraitDomain.values`."""

Hangs = tuple[tuple[int, frozenset[int]], ...]
"""What a trait's `when` asks for: other traits, and the values of each that let it be drawn."""


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
    hangs: tuple[Hangs, ...]
    tokens: int
    series: int | None = None
    """The place among the traits of the series, where a condition names it. Tokens do not differ by it."""
    alike: tuple[int, ...] = ()
    """The places of traits by which tokens do not differ (`distinct = false`), that of the series among them."""

    def shown(self, combination: Combination) -> Combination:
        """By what tokens differ: a combination without the traits that make no difference."""
        if not self.alike:
            return combination
        return tuple(value for place, value in enumerate(combination) if place not in self.alike)

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


def build_domain(config: Config, series: Mapping[str, int], met: Mapping[str, int]) -> TraitDomain:
    """The domain of what the configuration asks for; raises ConfigError where counts and supply do not agree.

    `series` are the tokens of each series, `met` how many tokens have all that the `when` of a trait asks for, of those
    traits where this does not follow from quotas. A trait that is not in `met` and would need to be is left out, with
    all that depends on it and the rules that name it.
    """
    tokens = config.supply - len(config.one_of_ones)
    quotas: dict[str, dict[str, int]] = {}
    if names_series(config):
        quotas[SERIES] = dict(series)
    for name in in_order(config):
        if all(parent in quotas for parent in config.traits[name].when) and (follows(config, name) or name in met):
            quotas[name] = _quotas(config, name, quotas, tokens, met)
    traits = tuple(sorted(quotas))
    kept = [{value: count for value, count in sorted(quotas[name].items()) if count} for name in traits]
    values = tuple(tuple(found) for found in kept)
    return TraitDomain(
        traits,
        values,
        tuple(tuple(found.values()) for found in kept),
        tuple(_exclusions(config, _Sides(config, traits, values))),
        tuple(_hangs(config, name, traits, values) for name in traits),
        tokens,
        traits.index(SERIES) if SERIES in traits else None,
        tuple(place for place, name in enumerate(traits) if name == SERIES or not config.traits[name].distinct),
    )


def names_series(config: Config) -> bool:
    """Whether a condition names the series, so that it is drawn together with the traits."""
    rules = [conditions for rule in config.rules for conditions in (rule.when, rule.exclude, rule.require)]
    return any(SERIES in conditions for conditions in [*rules, *(trait.when for trait in config.traits.values())])


def in_order(config: Config) -> list[str]:
    """The traits, each after those that its `when` names, else by name."""
    depths: dict[str, int] = {SERIES: 0}

    def depth(name: str) -> int:
        if name not in depths:
            depths[name] = 1 + max(map(depth, config.traits[name].when), default=0)
        return depths[name]

    return sorted(config.traits, key=lambda name: (depth(name), name))


def follows(config: Config, name: str) -> bool:
    """Whether quotas say how many tokens have a trait: its `when` names at most one other, or it has counts only."""
    trait = config.traits[name]
    return len(trait.when) < 2 or not any(trait.weights.values())


def _hangs(config: Config, name: str, traits: Sequence[str], values: Sequence[Sequence[str]]) -> Hangs:
    when = {} if name == SERIES else config.traits[name].when
    found = []
    for parent, wanted in when.items():
        index, lets = traits.index(parent), config.values_of(parent, wanted)
        found.append((index, frozenset(place for place, value in enumerate(values[index]) if value in lets)))
    return tuple(sorted(found, key=lambda parent: parent[0]))


def _quotas(
    config: Config, name: str, known: Mapping[str, Mapping[str, int]], tokens: int, met: Mapping[str, int]
) -> dict[str, int]:
    """Tokens of each value: counts as they are, the rest by weight; ABSENT where the trait is not drawn."""
    trait, where = config.traits[name], f"the supply less the one-of-ones is {amount(tokens, 'token')}"
    counted, weights = sum(trait.count.values()), {value: weight for value, weight in trait.weights.items() if weight}
    parents = [
        sum(known[parent].get(value, 0) for value in config.values_of(parent, wanted))
        for parent, wanted in trait.when.items()
    ]
    least = most = min(parents, default=tokens)
    if parents:
        what = " and ".join(said(*condition) for condition in trait.when.items())
        where = f"{'at most ' if len(parents) > 1 else ''}{most} of them have {what}"
    if len(parents) > 1:
        least = 0
    if counted > most or (counted < least and not weights):
        hint = f"make them sum to {most}{'' if least else ' or less'}"
        raise ConfigError(
            f"traits.{name}.count: the counts sum to {counted}, but {where}",
            hint + ("" if counted > most else ", or add weight = {...} for the rest"),
        )
    drawn = most if least else met.get(name, counted)
    return {**_shared(config, name, drawn - counted, weights), **trait.count, ABSENT: tokens - drawn}


def _shared(config: Config, name: str, total: int, weights: Mapping[str, float]) -> dict[str, int]:
    """So many tokens by weight: numbers are spread over all there are, other values get the largest remainder."""
    names = sorted(weights, key=config.traits[name].values.index)
    shares = [weights[value] for value in names]
    if not names:
        return {}
    if config.traits[name].numbers:
        counts = spread(total, shares, RandomStream(derived_seed(config.seed, "numbers", name)))
    else:
        counts = largest_remainder(total, shares)
    return dict(zip(names, counts, strict=True))


def _exclusions(config: Config, sides: _Sides) -> Iterable[Exclusion]:
    """Every rule as exclusions, each once, in an order that does not depend on that of the file."""
    found: list[Exclusion] = []
    for number, rule in enumerate(config.rules, 1):
        for inside, conditions in ((True, rule.exclude), (False, rule.require)):
            for name, wanted in conditions.items():
                if sides.know([*rule.when, name]):
                    when, other = sides.met(rule.when), sides.of(name, wanted, inside)
                    both = {key: when[key] & group for key, group in other.items() if key in when}
                    found.append(Exclusion({**when, **other, **both}, f"rules.{number}"))
    for name in sides.traits:
        needs = {} if name == SERIES else config.traits[name].when
        for parent, wanted in needs.items():
            forbidden = {**sides.of(parent, wanted, inside=False), **sides.of(name, False, inside=False)}
            found.append(Exclusion(forbidden, f"traits.{name}.when"))
        if needs:
            found.append(Exclusion({**sides.met(needs), **sides.of(name, False)}, f"traits.{name}.when"))
    for one in config.one_of_ones:
        if sides.know(config.traits):
            whole = sides.met({name: one.traits.get(name, False) for name in config.traits})
            found.append(Exclusion(whole, f'the one-of-one "{one.name}"'))
    return _once(found)


@dataclass(frozen=True, slots=True)
class _Sides:
    """Conditions in the words of the file, as sides of exclusions."""

    config: Config
    traits: Sequence[str]
    values: Sequence[Sequence[str]]

    def know(self, names: Iterable[str]) -> bool:
        """Whether all of these are among the traits."""
        return all(name in self.traits for name in names)

    def of(self, name: str, wanted: Values, inside: bool = True) -> dict[int, frozenset[int]]:
        """The wanted values of a trait; not `inside`: all its others."""
        trait, meant = self.traits.index(name), self.config.values_of(name, wanted)
        found = (place for place, value in enumerate(self.values[trait]) if (value in meant) == inside)
        return {trait: frozenset(found)}

    def met(self, conditions: Conditions) -> dict[int, frozenset[int]]:
        """All conditions together."""
        return {key: side for name, wanted in conditions.items() for key, side in self.of(name, wanted).items()}


def _once(exclusions: Iterable[Exclusion]) -> list[Exclusion]:
    """Without empty exclusions and repetitions, sorted by what they forbid."""
    keyed: dict[tuple[tuple[int, tuple[int, ...]], ...], Exclusion] = {}
    for exclusion in exclusions:
        if exclusion.sides and all(exclusion.sides.values()):
            keyed.setdefault(
                tuple(sorted((key, tuple(sorted(side))) for key, side in exclusion.sides.items())), exclusion
            )
    return [exclusion for _, exclusion in sorted(keyed.items(), key=lambda item: item[0])]
