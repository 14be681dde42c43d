"""Seconds to plan 10,000 tokens with 10 traits of 20 values and 100 rules, and to count what the rules allow.

    python benchmarks/plan.py [TOKENS]

The rules are random, so that nearly every pair of traits restricts each other: the hard case for counting. Seconds
are of the processor, on one core. Goal: the whole plan, with recipes, in under 5 s.

Then, the common case of profile pictures: a large share of few combinations, all different, or all there are.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from itertools import pairwise
from typing import Any

from collection.config import Config
from collection.plan.plan import Plan

TRAITS = [f"trait {number}" for number in range(10)]
VALUES = [f"value {number}" for number in range(20)]


def collection(tokens: int, rules: int) -> Config:
    chance = random.Random(1)
    traits = {name: {"weight": {value: chance.choice([1, 2, 3, 5, 8]) for value in VALUES}} for name in TRAITS}
    made: list[dict[str, Any]] = []
    for number in range(rules):
        first, second = chance.sample(TRAITS, 2)
        if number % 5:
            made.append({"when": {first: chance.sample(VALUES, 2)}, "exclude": {second: chance.sample(VALUES, 3)}})
        else:
            made.append({"when": {first: chance.choice(VALUES)}, "require": {second: chance.sample(VALUES, 8)}})
    series = [{"prompt": "{a|b|c} {trait 0} and {trait 1}"}]
    return Config.model_validate(
        {
            "title": "B", "supply": tokens, "candidates": tokens, "seed": 1, "traits": traits, "rules": made,
            "unique_traits": True, "series": series,
        }
    )  # fmt: skip


DENSE = {
    "all there are": (20_736, [12, 12, 12, 12], [1]),
    "a third, weights 4 to 6": (10_000, [8, 8, 6, 6, 13], [4, 5, 6]),
    "a third, weights 2 to 5": (10_000, [8, 8, 6, 6, 13], [2, 3, 4, 5]),
    "two thirds, weights 7 to 9": (19_000, [8, 8, 6, 6, 13], [7, 8, 9]),
}
"""Tokens, values of each trait, and the weights that they are drawn from."""


def dense(tokens: int, sizes: list[int], weights: list[int]) -> Config:
    chance = random.Random(1)
    traits = {
        f"trait {number}": {"weight": {f"value {value}": chance.choice(weights) for value in range(size)}}
        for number, size in enumerate(sizes)
    }
    return Config.model_validate(
        {"title": "B", "supply": tokens, "candidates": tokens, "seed": 1, "traits": traits, "unique_traits": True}
    )


def print_dense() -> None:
    print(f"\n{'different tokens':<28} {'of combinations':>22} {'draw':>7} {'in all':>7}")
    for name, (tokens, sizes, weights) in DENSE.items():
        plan, start = Plan(dense(tokens, sizes, weights), {}), time.process_time()
        drawn, middle = plan.traits, time.process_time()
        assert len({tuple(sorted(traits.items())) for traits in drawn}) == len(plan.recipes) == tokens
        many = f"{tokens:,} of {plan.combinations.total:,}"
        print(f"{name:<28} {many:>22} {middle - start:>6.2f}s {time.process_time() - start:>6.2f}s")


def main() -> None:
    tokens = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    print(
        f"{'rules':>5} {'combinations':>24} {'count':>7} {'draw':>7} {'recipes':>8} {'in all':>7}   ({tokens:,} tokens)"
    )
    for rules in (0, 20, 100):
        plan, marks = Plan(collection(tokens, rules), {}), [time.process_time()]
        for part in ("combinations", "traits", "recipes"):
            getattr(plan, part)
            marks.append(time.process_time())
        found = plan.combinations
        assert len({tuple(sorted(traits.items())) for traits in plan.traits}) == tokens
        for trait, values, quotas in zip(plan.domain.traits, plan.domain.values, plan.domain.quotas, strict=True):
            drawn = Counter(traits[trait] for traits in plan.traits)
            assert drawn == dict(zip(values, quotas, strict=True))
        spent = [late - early for early, late in pairwise(marks)]
        many = f"{'' if found.exact else 'at least '}{found.total:,}"
        print(f"{rules:>5} {many:>24} " + " ".join(f"{s:>6.2f}s" for s in spent) + f"  {sum(spent):>6.2f}s")
    print_dense()


if __name__ == "__main__":
    main()
