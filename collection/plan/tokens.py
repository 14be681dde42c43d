"""The tokens of a collection, before any image: the traits of each, and its series where a condition names it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from collection.config import Config
from collection.config.conditions import ABSENT, Conditions
from collection.errors import ConfigError
from collection.plan.assign import draw_traits
from collection.plan.combinations import Combinations, count_combinations
from collection.plan.domain import Combination, TraitDomain, build_domain, follows, in_order
from collection.plan.seeds import RandomStream, derived_seed
from collection.plan.series import series_tokens

TRIES = 24
"""Other numbers of tokens that are tried where a trait depends on several, and its quotas cannot be met with the first.
"""


@dataclass(frozen=True, slots=True)
class DrawnTokens:
    """What was drawn, and the domain that it was drawn from."""

    domain: TraitDomain
    combinations: Combinations
    rows: list[Combination]

    @property
    def named(self) -> list[dict[str, str]]:
        """The traits of every token, the series among them where it was drawn."""
        return [self.domain.named(row) for row in self.rows]


def draw_tokens(config: Config) -> DrawnTokens:
    """One combination of traits for every token that is no one-of-one, in random order.

    How many tokens have all that a `when` of several conditions asks for does not follow from quotas: it is what a draw
    without the traits in question gives. Should their quotas be impossible with so many, numbers near it are tried.
    Raises ConfigError where counts, rules and supply cannot be met together.
    """
    refused: ConfigError | None = None
    for domain in _domains(config, series_tokens(config)):
        combinations, stream = count_combinations(domain), RandomStream(derived_seed(config.seed, "traits"))
        try:
            return DrawnTokens(domain, combinations, draw_traits(domain, combinations, stream, config.distinct_tokens))
        except ConfigError as error:
            refused = refused or error
    assert refused is not None
    raise refused


def broken_by(config: Config, token: Mapping[str, str]) -> str | None:
    """The rule, `when` or one-of-one that traits break, the series among them as `series`; None if they may stand.

    What the configuration does not know of a token breaks nothing: a value that a trait does not have, or has no more,
    and a trait that every token has and this one lacks.
    """

    def met(conditions: Conditions) -> bool:
        return all(token.get(name, ABSENT) in config.values_of(name, wanted) for name, wanted in conditions.items())

    unknown = {
        name
        for name, trait in config.traits.items()
        if not (token[name] in trait.values if name in token else trait.when)
    }
    for number, rule in enumerate(config.rules, 1):
        for forbidden, conditions in ((True, rule.exclude), (False, rule.require)):
            for name, wanted in conditions.items():
                if not unknown & {*rule.when, name} and met(rule.when) and met({name: wanted}) == forbidden:
                    return f"rules.{number}"
    for name, trait in config.traits.items():
        if trait.when and not unknown & {*trait.when} and met(trait.when) != (name in token):
            return f"traits.{name}.when"
    traits = {name: value for name, value in token.items() if name in config.traits}
    for one in config.one_of_ones:
        if traits and traits == {name: value for name, value in one.traits.items() if name in config.traits}:
            return f'the one-of-one "{one.name}"'
    return None


def _domains(config: Config, series: Mapping[str, int]) -> Iterator[TraitDomain]:
    """The domain to draw from, then those to try where it is impossible."""
    met = dict[str, int]()
    while left := [name for name in in_order(config) if name not in met and not follows(config, name)]:
        domain = build_domain(config, series, met)
        stream = RandomStream(derived_seed(config.seed, "traits", len(met)))
        drawn = draw_traits(domain, count_combinations(domain), stream, unique=False, alike=True)
        for name in left:
            if all(parent in domain.traits for parent in config.traits[name].when):
                met[name] = max(_met(config, name, domain, drawn), sum(config.traits[name].count.values()))
    yield build_domain(config, series, met)
    tokens = config.supply - len(config.one_of_ones)
    for change in _changes(tokens) if met else ():
        other = {
            name: min(max(count + change, sum(config.traits[name].count.values())), tokens)
            for name, count in met.items()
        }
        yield build_domain(config, series, other)


def _changes(tokens: int) -> Iterator[int]:
    """One more, one less, and so on, in few steps to all or none."""
    for place in range(1, TRIES // 2 + 1):
        step = place if tokens <= TRIES // 2 else max(place, round(tokens ** (place * 2 / TRIES)))
        yield step
        yield -step


def _met(config: Config, name: str, domain: TraitDomain, rows: list[Combination]) -> int:
    """How many tokens have all that the `when` of a trait asks for."""
    when = {
        domain.traits.index(parent): config.values_of(parent, wanted)
        for parent, wanted in config.traits[name].when.items()
    }
    return sum(all(domain.values[trait][row[trait]] in lets for trait, lets in when.items()) for row in rows)
