"""What a plan does that its author may not have meant: told, and not refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from collection.config import Config
from collection.config.conditions import Conditions, said
from collection.plan.domain import TraitDomain
from collection.values import amount


def remarks(config: Config, domain: TraitDomain) -> list[str]:
    """Values whose weight is rounded to no token, names and values that differ only in case, conditions that no token
    meets; in the order of the file's tables."""
    drawn = dict(zip(domain.traits, domain.values, strict=True))
    found = [f"the traits {_twins(pair)} differ only in case" for pair in _case_twins(config.traits)]
    for name, trait in config.traits.items():
        found += [f"traits.{name}: {_twins(pair)} differ only in case" for pair in _case_twins(trait.values)]
        if never := _unmet(config, trait.when, drawn):
            found.append(f"traits.{name} is never drawn: no token has {_condition(never)}")
            continue
        lost = [value for value, weight in trait.weight.items() if weight and value not in drawn[name]]
        if trait.numbers:
            lost = []  # of many numbers nobody expects each
        if lost:
            named = ", ".join(f'"{value}"' for value in lost)
            weights = "its weight is" if len(lost) == 1 else "their weights are"
            found.append(
                f"traits.{name}: {named} gets no token, as {weights} rounded to 0 of "
                f"{amount(domain.tokens, 'token')}; give it a count to have it"
            )
    for number, rule in enumerate(config.rules, 1):
        if never := _unmet(config, rule.when, drawn):
            found.append(f"rules.{number} never applies: no token has {_condition(never)}")
    return found


def _unmet(config: Config, conditions: Conditions, drawn: Mapping[str, Sequence[str]]) -> Conditions:
    """The conditions that no token meets."""
    return {
        name: wanted
        for name, wanted in conditions.items()
        if not set(config.values_of(name, wanted)) & set(drawn[name])
    }


def _case_twins(names: Iterable[str]) -> Iterator[Sequence[str]]:
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(" ".join(name.casefold().split()), []).append(name)
    return (group for group in alike.values() if len(group) > 1)


def _twins(names: Sequence[str]) -> str:
    return " and ".join(f'"{name}"' for name in names)


def _condition(conditions: Conditions) -> str:
    return " and ".join(said(name, wanted) for name, wanted in conditions.items())
