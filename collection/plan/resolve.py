"""What drawing leaves open: tokens that it did not find, or the proof that there are none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from collection.errors import ConfigError
from collection.plan.combinations import Combinations
from collection.plan.domain import Combination, TraitDomain
from collection.plan.feasible import amount, named_values
from collection.plan.infeasibility import Certificate, find_certificate
from collection.plan.integer_program import Mend, conflicting_traits, draw_by_program
from collection.plan.seeds import RandomStream

KNOWN = 500
"""Drawn combinations that the search for a proof begins with."""
HINT = "change these counts or weights, or loosen the rules"


def refute(domain: TraitDomain, drawn: Sequence[Combination]) -> None:
    """Raise ConfigError if the quotas together ask for more than the rules allow, with the proof.

    For any number of combinations: what passes can be met at least by fractions of tokens that may be alike.
    """
    if proof := find_certificate(domain, drawn[:KNOWN]):
        raise ConfigError(_told(domain, proof), HINT)


def resolve(
    domain: TraitDomain, combinations: Combinations, stream: RandomStream, unique: bool, mend: Mend
) -> list[Combination]:
    """Tokens that meet all quotas and rules, by another way than drawing; empty if it cannot be told.

    Raises ConfigError if it is proven that there are none. Told it is where combinations are few enough to be listed
    (see `draw_by_program`). So what stays open, after `refute`, is a set out of more combinations than that, which
    fractions of tokens could make up, but perhaps not whole ones, or not without repeating one.
    """
    for distinct in [True] if unique else [True, False]:
        answer = draw_by_program(domain, combinations, stream, distinct, mend)
        if answer.rows:
            return answer.rows
    if answer.proven:
        raise ConfigError(_conflict(domain, combinations, unique), HINT)
    return []


def _told(domain: TraitDomain, proof: Certificate) -> str:
    """The quotas that are too much together, and what the rules leave of them."""
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for (trait, value), weight in proof.weights.items():
        groups[trait, weight].append(value)
    said, asked = [], 0
    for (trait, weight), values in groups.items():
        tokens = sum(domain.quotas[trait][value] for value in values)
        asked += weight * tokens
        times = f", counted {weight} times" if weight > 1 else ""
        said.append(f"{named_values(domain, trait, values)} ({amount(tokens, 'token')}{times})")
    because = f" ({', '.join(proof.sources)})" if proof.sources else ""
    return (
        f"{', '.join(said)} add up to {asked:,}, but the rules let one token have at most {proof.most:,} of them, and "
        f"{amount(domain.tokens, 'token')} at most {proof.most * domain.tokens:,}{because}"
    )


def _conflict(domain: TraitDomain, combinations: Combinations, unique: bool) -> str:
    traits = [domain.traits[trait] for trait in conflicting_traits(domain, unique)]
    tokens = f"{domain.tokens:,} different ones" if unique else f"{amount(domain.tokens, 'token')}"
    return (
        f"the quotas of {', '.join(traits)} cannot be met together: of the {combinations.total:,} combinations that "
        f"the rules leave, no {tokens} have them (proven by an integer program)"
    )
