"""Proofs that quotas cannot be met together: weighed so, they ask for more than the rules allow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

from collection.plan.domain import Combination, Exclusion, TraitDomain

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[np.float64]]

ROUNDS = 400
"""Combinations looked for before the search for a proof is given up."""
FINEST = 60
"""The largest denominator among the weights of a proof."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A proof by counting: a token weighs what its values weigh, which is `most` or less in every combination that
    the rules allow, and yet the quotas together weigh more than `most` times the tokens."""

    weights: Mapping[tuple[int, int], int]
    """Of (trait, value); those that are not named weigh nothing."""
    most: int
    sources: tuple[str, ...]
    """The rules without which a combination could weigh more."""


def find_certificate(domain: TraitDomain, known: Iterable[Combination]) -> Certificate | None:
    """The proof with the smallest sum of weights; None if even fractions of combinations could meet the quotas.

    By Farkas' lemma (1902) one of the two is so. The weights are a linear program with a row for every allowed
    combination, of which only those are written down that a tentative solution violates (cutting planes: Kelley
    1960); the heaviest combination is found by an integer program. `known` are allowed combinations to begin with.
    A proof is checked in whole numbers before it is believed.
    """
    cuts = dict.fromkeys(known)
    for _ in range(ROUNDS):
        found = _lightest(domain, list(cuts))
        if found is None:
            return None
        weights, most = found
        heaviest = _heaviest(domain, weights, domain.exclusions)
        if heaviest is None:
            return Certificate(
                {(0, value): 1 for value in range(len(domain.values[0]))}, 0, _sources(domain.exclusions)
            )
        if _weight(domain, weights, heaviest) <= most + 1e-7:
            return _checked(domain, weights)
        if heaviest in cuts:
            return None
        cuts[heaviest] = None
    return None


def _checked(domain: TraitDomain, weights: Sequence[float]) -> Certificate | None:
    """The weights as whole numbers, if they prove what they should, with the rules that they need."""
    least = min(weight for weight in weights if weight > 1e-7)
    exact = [Fraction(weight / least).limit_denominator(FINEST) for weight in weights]
    whole = lcm(*(weight.denominator for weight in exact))
    numbers = [int(weight * whole) for weight in exact]
    asked = sum(number * quota for number, quota in zip(numbers, _quotas(domain), strict=True))
    exclusions = list(domain.exclusions)
    most = _most(domain, numbers, exclusions)
    if asked <= most * domain.tokens:
        return None
    for source in _sources(exclusions):
        rest = [exclusion for exclusion in exclusions if exclusion.source != source]
        if asked > _most(domain, numbers, rest) * domain.tokens:
            exclusions = rest
    named = zip(_places(domain), numbers, strict=True)
    return Certificate(
        {place: number for place, number in named if number}, _most(domain, numbers, exclusions), _sources(exclusions)
    )


def _lightest(domain: TraitDomain, cuts: Sequence[Combination]) -> tuple[list[float], float] | None:
    """Weights with the smallest sum and their limit, by which the quotas ask for too much and no cut weighs more than
    the limit; None if there are none."""
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, hstack, vstack

    starts, size = _starts(domain), sum(map(len, domain.values))
    columns = np.array(cuts, dtype=np.int64).reshape(len(cuts), len(domain.values)) + starts
    rows = np.repeat(np.arange(len(cuts)), len(domain.values))
    carried = csr_array((np.ones(columns.size), (rows, columns.ravel())), shape=(len(cuts), size))
    limits = csr_array(-np.ones((len(cuts), 1)))
    demand = csr_array(np.append(-np.array(_quotas(domain), float), domain.tokens)[None, :] / domain.tokens)
    table = vstack([hstack([carried, limits]), demand], format="csr")
    bounds = np.append(np.zeros(len(cuts)), -1.0)
    found = linprog(np.append(np.ones(size), 0.0), A_ub=table, b_ub=bounds, method="highs")
    return (found.x[:-1].tolist(), float(found.x[-1])) if found.status == 0 else None


def _most(domain: TraitDomain, weights: Sequence[int], exclusions: Sequence[Exclusion]) -> int:
    """What the heaviest combination outside of the exclusions weighs."""
    heaviest = _heaviest(domain, weights, exclusions)
    return 0 if heaviest is None else int(_weight(domain, weights, heaviest))


def _heaviest(domain: TraitDomain, weights: Sequence[float], exclusions: Sequence[Exclusion]) -> Combination | None:
    """The combination outside of the exclusions whose values weigh most together; None if there is no combination.

    One binary variable a value; of the sides of a exclusion, one at least must be left.
    """
    import numpy as np
    from scipy.optimize import LinearConstraint, milp
    from scipy.sparse import csr_array

    starts = _starts(domain)
    groups = [[(trait, value) for value in range(len(values))] for trait, values in enumerate(domain.values)]
    sides = [[(trait, value) for trait, side in exclusion.sides.items() for value in side] for exclusion in exclusions]
    rows, columns = [], []
    for row, group in enumerate(groups + sides):
        rows += [row] * len(group)
        columns += [starts[trait] + value for trait, value in group]
    table = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(groups) + len(exclusions), len(weights)))
    low = np.append(np.ones(len(groups)), np.zeros(len(exclusions)))
    high = np.append(np.ones(len(groups)), [len(exclusion.sides) - 1 for exclusion in exclusions])
    found = milp(
        -np.array(weights, float), integrality=1, bounds=(0, 1), constraints=LinearConstraint(table, low, high),
        options={"mip_rel_gap": 0},
    )  # fmt: skip
    if found.x is None:
        return None
    return tuple(
        int(np.argmax(found.x[start : start + len(group)])) for start, group in zip(starts, groups, strict=True)
    )


def _weight(domain: TraitDomain, weights: Sequence[float], combination: Combination) -> float:
    return sum(weights[start + value] for start, value in zip(_starts(domain), combination, strict=True))


def _starts(domain: TraitDomain) -> list[int]:
    """Where the values of each trait begin, all values in a row."""
    starts = [0]
    for values in domain.values[:-1]:
        starts.append(starts[-1] + len(values))
    return starts


def _places(domain: TraitDomain) -> list[tuple[int, int]]:
    return [(trait, value) for trait, values in enumerate(domain.values) for value in range(len(values))]


def _quotas(domain: TraitDomain) -> list[int]:
    return [quota for quotas in domain.quotas for quota in quotas]


def _sources(exclusions: Iterable[Exclusion]) -> tuple[str, ...]:
    return tuple(sorted({exclusion.source for exclusion in exclusions}))
