"""What a plan does that its author may not have meant: told, and not refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from unicodedata import category, normalize
from unicodedata import name as unicode_name

from collection.config import Config
from collection.config.conditions import Conditions, said
from collection.config.planning import listed
from collection.plan.domain import TraitDomain
from collection.values import amount

OTHER_NOISE = 2**32
"""From this seed on, other tools make other noise of it, or refuse it."""
MISTAKEN = {"Latin", "Greek", "Cyrillic"}
"""Scripts whose letters look like each other's."""


def remarks(config: Config, domain: TraitDomain) -> list[str]:
    """Values whose weight is rounded to no token, names and values that look alike, conditions that no token meets; in
    the order of the file's tables."""
    drawn = dict(zip(domain.traits, domain.values, strict=True))
    series = [*(one.name for one in config.series), *(one.name for one in config.one_of_ones)]
    found = [f"the series {pair}" for pair in _look_alikes(series)]
    found += [f"the traits {pair}" for pair in _look_alikes(config.traits)]
    found += [f"the styles {pair}" for pair in _look_alikes(config.styles)]
    for name, trait in config.traits.items():
        found += [f"traits.{name}: {pair}" for pair in _look_alikes(trait.values)]
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


def without_images(config: Config, counts: Sequence[int]) -> list[str]:
    """Series whose share is rounded to no image; `counts` are the images of each."""
    return [
        f"series {series.name} gets no image, as its share is rounded to 0 of {amount(config.images, 'image')}; "
        "raise its share or `candidates`"
        for series, count in zip(config.series, counts, strict=True)
        if not count and config.images
    ]


def long_seeds(config: Config) -> list[str]:
    """Series whose axes ask a diffusion model for seeds that other tools read otherwise."""
    return [
        f"series {series.name}: seeds of {OTHER_NOISE:,} and more give other noise in other tools"
        for series in config.series
        for axes in (series.axes.cross, series.axes.zip)
        if config.generator.presets and any(seed >= OTHER_NOISE for seed in listed(axes.get("seed", ())))
    ]


def _look_alikes(names: Iterable[str]) -> Iterator[str]:
    """Sentences about names that people take for one, and of names in letters of two scripts."""
    names, alike = list(names), defaultdict[str, list[str]](list)
    for name in names:
        seen = "".join(letter for letter in normalize("NFKC", name) if category(letter) != "Cf")
        alike[" ".join(seen.casefold().split())].append(name)
    for group in alike.values():
        if len(group) > 1:
            in_case = len({" ".join(name.casefold().split()) for name in group}) == 1
            told = " and ".join(f'"{name if in_case else _shown(name)}"' for name in group)
            yield f"{told} {'differ only in case' if in_case else 'look alike'}"
    for name in names:
        for word in name.split():
            scripts = {_script(letter) for letter in word if letter.isalpha()} & MISTAKEN
            if len(scripts) > 1:
                yield f'"{word}" mixes letters of {" and ".join(sorted(scripts))}'


def _shown(name: str) -> str:
    """A name, in which each letter that is not of ASCII is written as its number."""
    return name.encode("unicode_escape").decode()


def _script(letter: str) -> str:
    return unicode_name(letter, "").partition(" ")[0].title()


def _condition(conditions: Conditions) -> str:
    return " and ".join(said(name, wanted) for name, wanted in conditions.items())
