"""Recipes as genes: children of two recipes, by crossover, mutation and immigration.

Every draw has a name and comes from the collection's seed, so that the same parents have the same children for ever,
and asking for more leaves the first as they are. Only exact arithmetic is used: the same on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, TypeVar

from collection.config import Config
from collection.config.conditions import SERIES
from collection.config.generator import known_table
from collection.errors import UsageError
from collection.plan.seeds import derived_seed, image_seed
from collection.plan.tokens import broken_by
from collection.values import Recipe, Style, StyleBlend

T = TypeVar("T")
Allowed = Callable[[Recipe], bool]
"""Whether a recipe may be made."""
ATTEMPTS = 100
"""Tries for one child before it is given up that it differs from all that there is."""
LEAST_WEIGHT = 0.01
"""A style of less is bred out: nobody would see it."""


def any_traits(recipe: Recipe) -> bool:
    """The rule of a collection without rules."""
    return True


@dataclass(frozen=True, slots=True)
class NamedRandom:
    """Random numbers that depend on nothing but a seed and their names."""

    seed: int

    def unit(self, *names: str) -> float:
        """A number from 0, below 1."""
        return derived_seed(self.seed, *names) / 2**53

    def happens(self, probability: float, *names: str) -> bool:
        """True with that probability."""
        return self.unit(*names) < probability

    def pick(self, among: Sequence[T], *names: str) -> T:
        """One of several, each as likely."""
        return among[derived_seed(self.seed, *names) % len(among)]

    def factor(self, most: float, *names: str) -> float:
        """A number from 1 / `most` to `most`."""
        value = 1 + (most - 1) * self.unit(*names, "size")
        return value if self.happens(0.5, *names, "sign") else 1 / value


def rules_of(config: Config) -> Allowed:
    """Whether the traits of a recipe may stand together in its series, by the rules; what they do not know, may."""

    def allowed(recipe: Recipe) -> bool:
        return broken_by(config, {**recipe.traits, SERIES: recipe.series}) is None

    return allowed


def breed(
    first: Recipe,
    second: Recipe,
    pool: Sequence[Recipe],
    count: int,
    *,
    seed: int | str,
    mutation: float = 0.1,
    immigration: float = 0.2,
    allowed: Allowed = any_traits,
) -> list[Recipe]:
    """`count` children of two recipes, each another picture than its parents, its siblings and all of `pool`.

    `mutation` is the chance of each gene (seed, prompt part, trait, weight, option) to change; `immigration` the
    chance of a child to have a stranger from `pool` for its second parent. `allowed` says which trait values may stand
    together. A child bears the series of its first parent. Raises UsageError where the parents cannot be crossed,
    or no further child can be found.
    """
    _refuse_unlike_parents(first, second)
    alike = [other for other in pool if (other.generator, other.model) == (first.generator, first.model)]
    taken = {_picture(recipe) for recipe in (first, second, *alike)}
    outsiders = [other for other in alike if other not in (first, second)]
    children: list[Recipe] = []
    for number in range(count):
        for attempt in range(ATTEMPTS):
            rng = NamedRandom(derived_seed(seed, "breed", first.sha256, second.sha256, number, attempt))
            partner = (
                rng.pick(outsiders, "stranger") if outsiders and rng.happens(immigration, "immigration") else second
            )
            child = _child(first, partner, alike, rng, mutation)
            if _picture(child) not in taken and allowed(child):
                break
        else:
            raise UsageError(
                f"only {len(children)} of {count} children differ from their parents and keep the rules",
                "raise --mutation or --immigration, or choose parents that differ more",
            )
        taken.add(_picture(child))
        children.append(child)
    return children


def _refuse_unlike_parents(first: Recipe, second: Recipe) -> None:
    if first.sha256 == second.sha256:
        raise UsageError("an image cannot be bred with itself", "`collection reroll` makes another of its kind")
    for what, one, other in (
        ("generator", first.generator, second.generator),
        ("model", first.model, second.model),
    ):
        if one != other:
            raise UsageError(f"the parents are of different {what}s: {one} and {other}", "choose two of one kind")


def _picture(recipe: Recipe) -> str:
    """Identity of what is to be seen, whatever it is called and wherever it comes from."""
    return replace(recipe, series="", traits={}, parents=()).sha256


def _child(first: Recipe, second: Recipe, pool: Sequence[Recipe], rng: NamedRandom, mutation: float) -> Recipe:
    body = rng.pick((first, second), "body")
    seed = image_seed(rng.seed, "new seed") if rng.happens(mutation, "seed") else body.seed
    traits = _traits(first, second, pool, rng, mutation)
    return replace(
        body,
        series=first.series,
        seed=seed,
        prompt=_prompt(first, second, pool, traits, rng, mutation),
        blend=_blend(first.blend, second.blend, pool, rng, mutation),
        traits=traits,
        options=_options(body, (first, second), rng, mutation),
        parents=(first.sha256, second.sha256),
    )


def _traits(first: Recipe, second: Recipe, pool: Sequence[Recipe], rng: NamedRandom, mutation: float) -> dict[str, str]:
    """Each trait from either parent, which may lack it, or, mutated, as another recipe has it."""
    traits = {}
    for name in sorted({*first.traits, *second.traits}):
        known = [parent.traits.get(name) for parent in (first, second)]
        others = sorted({other.traits[name] for other in pool if name in other.traits})
        mutated = others and rng.happens(mutation, "trait", name, "mutation")
        traits[name] = rng.pick(others if mutated else known, "trait", name)
    return {name: value for name, value in traits.items() if value is not None}


def _prompt(
    first: Recipe,
    second: Recipe,
    pool: Sequence[Recipe],
    traits: Mapping[str, str],
    rng: NamedRandom,
    mutation: float,
) -> str:
    """Prompts are crossed part by part between their commas; a part that names a trait names the child's."""
    told = [_retold_parts(recipe, traits) for recipe in (first, second)]
    parts = []
    for number, pair in enumerate(zip_longest(*told, fillvalue="")):
        part = rng.pick(pair, "prompt", str(number))
        if pool and rng.happens(mutation, "prompt", str(number), "mutation"):
            other = _retold_parts(rng.pick(pool, "prompt", str(number), "from"), traits)
            part = other[number] if number < len(other) else part
        parts.append(part)
    kept = list(dict.fromkeys(filter(None, parts)))
    return ", ".join(kept or told[0] or told[1])


def _retold_parts(recipe: Recipe, traits: Mapping[str, str]) -> list[str]:
    """The parts of a recipe's prompt, with the child's trait values in the place of its own."""
    words: dict[str, set[str]] = {}
    for name, value in recipe.traits.items():
        words.setdefault(value, set()).add(traits.get(name, ""))
    clear = {value: next(iter(others)) for value, others in words.items() if value and len(others) == 1}
    pattern = "|".join(rf"\b{re.escape(value)}\b" for value in sorted(clear, key=len, reverse=True))
    prompt = re.sub(pattern, lambda match: clear[match[0]], recipe.prompt) if clear else recipe.prompt
    return [" ".join(part.split()) for part in prompt.split(",") if part.strip()]


def _blend(
    first: StyleBlend, second: StyleBlend, pool: Sequence[Recipe], rng: NamedRandom, mutation: float
) -> StyleBlend:
    """Each weight somewhere between those of the parents; mutated, up to four times more or less."""
    styles: dict[str, Style] = {style.name: style for style, _ in (*second.parts, *first.parts)}
    if not styles:
        return first
    weights = {}
    for name in sorted(styles):
        one, other, place = first.weights.get(name, 0.0), second.weights.get(name, 0.0), rng.unit("blend", name)
        weights[name] = one + (other - one) * place
        if rng.happens(mutation, "blend", name, "mutation"):
            weights[name] *= rng.factor(4, "blend", name, "mutated")
    outsiders = {style.name: style for other in pool for style, _ in other.blend.parts if style.name not in styles}
    if outsiders and rng.happens(mutation, "blend", "newcomer"):
        name = rng.pick(sorted(outsiders), "blend", "newcomer", "name")
        styles[name], weights[name] = outsiders[name], max(weights.values()) / 2
    total = sum(weights.values())
    seen = {name: weight for name, weight in weights.items() if weight >= LEAST_WEIGHT * total}
    return StyleBlend.of(seen, styles)


def _options(body: Recipe, parents: Sequence[Recipe], rng: NamedRandom, mutation: float) -> dict[str, Any]:
    """Options that the generator lets children inherit come from either parent and may change within its limits; the
    rest stay with the picture that they belong to."""
    options, table = dict(body.options), known_table(body.generator)
    if table is None:
        return options
    for name in table.genes():
        known = [parent.options[name] for parent in parents if name in parent.options]
        if known:
            options[name] = rng.pick(known, "option", name)
    for name, limits in table.ranges().items():
        if name in options and rng.happens(mutation, "option", name, "mutation"):
            changed = options[name] * rng.factor(1.5, "option", name, "mutated")
            kept = min(max(changed, limits.least), limits.most)
            options[name] = round(kept) if limits.whole else round(kept, 3)
    return options
