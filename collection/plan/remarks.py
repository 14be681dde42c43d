"""What a plan does that its author may not have meant: told, and not refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from collection.config import Config
from collection.config.conditions import Conditions, said
from collection.plan.domain import TraitDomain
from collection.values import amount


def remarks(config: Config, domain: TraitDomain) -> list[str]:
    """Values whose weight is rounded to no token, names and values that look alike, conditions that no token
    meets; in the order of the file's tables."""
    drawn = dict(zip(domain.traits, domain.values, strict=True))
    found = [f"the traits {pair}" for pair in _twins(config.traits)]
    found += [f"the series {pair}" for pair in _twins(series.name for series in config.series)]
    found += [f"the styles {pair}" for pair in _twins(config.styles)]
    for name, trait in config.traits.items():
        found += [f"traits.{name}: {pair}" for pair in _twins(trait.values)]
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


def _twins(names: Iterable[str]) -> Iterator[str]:
    """What looks alike among some names, and in what it differs."""
    alike: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        alike.setdefault(_looks(name), []).append(name)
    for group in alike.values():
        if len(group) > 1:
            case = len({" ".join(name.casefold().split()) for name in group}) == 1
            named = " and ".join(f'"{name if case else name.encode("unicode_escape").decode()}"' for name in group)
            yield f"{named} differ only in case" if case else f"{named} look alike"


def _looks(name: str) -> str:
    """What people see of a name: without case, unseen characters, and two ways to write a letter."""
    seen = (letter for letter in unicodedata.normalize("NFKC", name) if unicodedata.category(letter) != "Cf")
    return " ".join("".join(seen).casefold().split())


def _condition(conditions: Conditions) -> str:
    return " and ".join(said(name, wanted) for name, wanted in conditions.items())
