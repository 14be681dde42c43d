"""What drawing leaves open: tokens that it did not find, or the proof that there are none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from collection.errors import ConfigError
from collection.plan.certificate import Certificate, find_certificate
from collection.plan.combinations import Combinations
from collection.plan.feasible import amount, named_values
from collection.plan.listed import conflicting_traits, draw_from_list
from collection.plan.seeds import Chance
from collection.plan.space import Combination, Space

KNOWN = 500
"""Drawn combinations that the search for a proof begins with."""


def settle(
    space: Space, combinations: Combinations, chance: Chance, unique: bool, drawn: Sequence[Combination]
) -> list[Combination]:
    """Tokens that meet all quotas and rules, by another way than drawing; empty if it cannot be told.

    Raises ConfigError with the proof that there are none: quotas that ask for more than the rules allow, which is
    found for any number of combinations; or, where combinations are few enough to be listed, quotas that an integer
    program over all of them cannot meet. So what stays open is a set out of more combinations than that, which
    fractions of tokens could make up, but perhaps not whole ones, or not without repeating one.
    """
    if proof := find_certificate(space, list(dict.fromkeys(drawn))[:KNOWN]):
        raise ConfigError(_told(space, proof), "change these counts or weights, or loosen the rules")
    for distinct in [True] if unique else [True, False]:
        answer = draw_from_list(space, combinations, chance, distinct)
        if answer.rows:
            return answer.rows
    if answer.proven:
        raise ConfigError(_conflict(space, combinations, unique), "change these counts or weights, or loosen the rules")
    return []


def _told(space: Space, proof: Certificate) -> str:
    """The quotas that are too much together, and what the rules leave of them."""
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for (trait, value), weight in proof.weights.items():
        groups[trait, weight].append(value)
    said, asked = [], 0
    for (trait, weight), values in groups.items():
        tokens = sum(space.quotas[trait][value] for value in values)
        asked += weight * tokens
        times = f", counted {weight} times" if weight > 1 else ""
        said.append(f"{named_values(space, trait, values)} ({amount(tokens, 'token')}{times})")
    because = f" ({', '.join(proof.sources)})" if proof.sources else ""
    return (
        f"{', '.join(said)} add up to {asked:,}, but the rules let one token have at most {proof.most:,} of them, and "
        f"{amount(space.tokens, 'token')} at most {proof.most * space.tokens:,}{because}"
    )


def _conflict(space: Space, combinations: Combinations, unique: bool) -> str:
    traits = [space.traits[trait] for trait in conflicting_traits(space, unique)]
    tokens = f"{space.tokens:,} different ones" if unique else f"{amount(space.tokens, 'token')}"
    return (
        f"the quotas of {', '.join(traits)} cannot be met together: of the {combinations.total:,} combinations that "
        f"the rules leave, no {tokens} have them (proven by an integer program)"
    )
