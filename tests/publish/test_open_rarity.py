"""Rarity: equal to what OpenRarity's own package says of random sets.

The package holds others (pydantic below 2.3) at versions that this project cannot have, so it gets a place of its own:

    python -m venv PLACE && PLACE/bin/pip install open-rarity
    OPEN_RARITY=PLACE/bin/python pytest tests/publish/test_open_rarity.py
"""

from __future__ import annotations

import json
import os
import random
import subprocess
from typing import Any

import pytest

from collection.publish.rarity import rarity
from collection.publish.traits import Trait

THEIRS = """
import json, sys
from open_rarity import Collection, RarityRanker, Token

def ranked(tokens):
    made = [Token.from_erc721("0x0", number, traits) for number, traits in enumerate(tokens, start=1)]
    found = RarityRanker.rank_collection(Collection(made))
    return [[each.token.token_identifier.token_id, each.rank, each.token_features.unique_attribute_count, each.score]
            for each in found]

json.dump([ranked(tokens) for tokens in json.load(sys.stdin)], sys.stdout)
"""


def random_sets() -> list[list[dict[str, str]]]:
    """From one token to 300: traits that some lack, some of few values and some of many, in changing case."""
    chance, found = random.Random(7), []
    for _ in range(60):
        kinds = {f"Trait {number}": chance.choice([1, 2, 5, 40]) for number in range(chance.randint(1, 8))}
        values = ["none", "Red", "red ", *(f"value {number}" for number in range(40))]
        found.append(
            [
                {name: chance.choice(values[:many]) for name, many in kinds.items() if chance.random() < 0.8}
                for _ in range(chance.choice([1, 2, 10, 50, 300]))
            ]
        )
    return found


@pytest.mark.opt_in("OPEN_RARITY")
def test_ranks_are_those_of_its_own_package() -> None:
    sets: list[Any] = random_sets()
    command = [os.environ["OPEN_RARITY"], "-c", THEIRS]
    said = subprocess.run(command, input=json.dumps(sets), check=True, capture_output=True, text=True)
    for tokens, expected in zip(sets, json.loads(said.stdout), strict=True):
        ours = rarity({n: [Trait(*pair) for pair in traits.items()] for n, traits in enumerate(tokens, start=1)})
        assert {each.token_id: (each.rank, each.unique) for each in ours.tokens} == {
            number: (rank, unique) for number, rank, unique, _ in expected
        }
        for number, _, _, score in expected:
            assert ours.by_token[number].score == pytest.approx(score, abs=1e-9)
