"""Which image becomes which token."""

from __future__ import annotations

from typing import Any

import pytest

from collection.config import Config
from collection.publish.order import recorded_order, token_order
from collection.store.records import Asset
from collection.values import Recipe


def asset(number: int, series: str = "main") -> Asset:
    return Asset(number, Recipe("painter", "p", number, 8, 8, series), f"{number:064x}", "b" * 64, 8, 8, 9)


RANKED = [asset(number, "Crown" if number in (4, 9) else "main") for number in (7, 4, 1, 9, 3, 8)]


def order(held: frozenset[int] = frozenset(), **freeze: Any) -> list[int]:
    ones = [{"name": "Crown"}]
    value = {"title": "T", "supply": 6, "seed": 1, "one_of_ones": ones, "freeze": freeze}
    return [each.id for each in token_order(Config.model_validate(value), RANKED, held)]


def test_by_rank_by_number_or_shuffled() -> None:
    assert order(order="rank") == [7, 4, 1, 9, 3, 8]
    assert order(order="number") == [1, 3, 4, 7, 8, 9]
    assert sorted(order()) == order(order="number") != order()


def test_the_shuffle_has_a_seed() -> None:
    assert order() == order(seed=1)
    assert len({tuple(order(seed=seed)) for seed in range(8)}) > 3


@pytest.mark.parametrize(
    ("place", "wanted"),
    [("anywhere", [7, 4, 1, 9, 3, 8]), ("first", [4, 9, 7, 1, 3, 8]), ("last", [7, 1, 3, 8, 4, 9]),
     ("spread", [7, 4, 1, 3, 9, 8])],
)  # fmt: skip
def test_one_of_ones_have_their_places(place: str, wanted: list[int]) -> None:
    assert order(order="rank", one_of_ones=place) == wanted


def test_locked_images_have_theirs_after_one_of_ones() -> None:
    held = frozenset({8, 9})
    assert order(held, order="rank", locked="first") == [8, 7, 4, 1, 9, 3]
    assert order(held, order="rank", locked="first", one_of_ones="first") == [4, 9, 8, 7, 1, 3]


def test_the_rule_is_recorded() -> None:
    value = {"title": "T", "supply": 6, "seed": "s", "freeze": {"locked": "last"}}
    said = recorded_order(Config.model_validate(value))
    assert (said["order"], said["seed"], said["locked"]) == ("shuffle", "s", "last")
    assert "one_of_ones" not in said
