"""What people added to the plan stays, and what they replaced does not come back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from collection.store.store import Store
from collection.values import Recipe, canonical_json


def recipe(seed: int) -> Recipe:
    return Recipe("painter", "painter/1", seed, 64, 64, series="main")


CONFIGURED = [recipe(seed) for seed in range(4)]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "collection.db")
    store.replace_plan(CONFIGURED)
    return store


def seeds(store: Store) -> list[int]:
    return [planned.recipe.seed for planned in store.planned()]


def test_a_new_plan_keeps_what_people_added(store: Store) -> None:
    added = store.add_recipes([recipe(10), recipe(11)], "breed")
    assert [planned.id for planned in added] == [5, 6]
    assert store.plan_changes(CONFIGURED) == 0
    assert store.replace_plan(CONFIGURED[:2]) == (0, 2)
    assert seeds(store) == [0, 1, 10, 11]
    assert [(item.id, item.origin, item.planned) for item in store.recipes()] == [
        (1, "config", True), (2, "config", True), (3, "config", False), (4, "config", False), (5, "breed", True),
        (6, "breed", True),
    ]  # fmt: skip


def test_what_was_replaced_does_not_come_back_with_the_plan(store: Store) -> None:
    store.add_recipes([recipe(20)], "reroll", instead_of=[2])
    assert seeds(store) == [0, 2, 3, 20]
    assert store.plan_changes(CONFIGURED) == 0
    assert store.replace_plan(CONFIGURED) == (0, 0)
    assert seeds(store) == [0, 2, 3, 20]
    store.add_recipes([recipe(21)], "reroll", instead_of=[5])
    assert store.replace_plan(CONFIGURED) == (0, 0)
    assert seeds(store) == [0, 2, 3, 21]


def test_asking_twice_adds_once_and_asking_for_what_is_gone_brings_it_back(store: Store) -> None:
    assert len(store.add_recipes([recipe(10), recipe(0)], "variations")) == 1
    assert store.add_recipes([recipe(10)], "variations") == []
    store.replace_plan(CONFIGURED[1:])
    assert [planned.id for planned in store.add_recipes([recipe(0)], "variations")] == [1]
    assert store.replace_plan(CONFIGURED[1:]) == (0, 0)
    assert seeds(store) == [0, 1, 2, 3, 10]


@pytest.mark.parametrize("wanted", [CONFIGURED, CONFIGURED[:1], [recipe(9), *CONFIGURED], [], [recipe(10)]])
def test_the_changes_are_counted_before_they_are_made(store: Store, wanted: list[Recipe]) -> None:
    store.add_recipes([recipe(10)], "breed", instead_of=[3])
    counted = store.plan_changes(wanted)
    assert sum(store.replace_plan(wanted)) == counted
    assert store.plan_changes(wanted) == 0


def test_recipes_of_an_older_database_are_the_configurations(older_database: Callable[[str, str], Path]) -> None:
    bodies = enumerate((one.sha256, canonical_json(one.as_json()).decode()) for one in CONFIGURED)
    rows = (f"({number}, '{sha256}', 'main', '{body}', 1)" for number, (sha256, body) in bodies)
    script = f"INSERT INTO recipe (id, sha256, series, body, planned) VALUES {', '.join(rows)}"
    again = Store(older_database("0002", script))
    assert {item.origin for item in again.recipes()} == {"config"}
    assert again.replace_plan(CONFIGURED[:1]) == (0, 3)
