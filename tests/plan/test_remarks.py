"""What a plan tells its author without a refusal, and what decides nothing."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from collection.config import Config
from collection.plan.plan import Plan
from collection.plan.remarks import remarks

TABLES: dict[str, Any] = {
    "traits": {
        "sky": {"weight": {"clear": 1000, "torn": 1}},
        "Hat": {"count": {"red": 6, "Red": 6}},
        "moon": {"when": {"sky": "torn"}, "weight": {"full": 1}},
        "hat": {"weight": {"big": 1}},
    },
    "rules": [
        {"when": {"sky": "clear"}, "exclude": {"Hat": "blue"}},
        {"when": {"sky": "torn"}, "exclude": {"Hat": "red"}},
    ],
}


def test_what_comes_to_nothing_is_told(make_config: Any) -> None:
    tables = {**TABLES, "rules": TABLES["rules"][1:]}
    config = make_config(**tables)
    told = remarks(config, Plan(config, {}).domain)
    assert told == [
        'the traits "Hat" and "hat" differ only in case',
        'traits.sky: "torn" gets no token, as its weight is rounded to 0 of 12 tokens; give it a count to have it',
        'traits.Hat: "Red" and "red" differ only in case',
        "traits.moon is never drawn: no token has sky = torn",
        "rules.1 never applies: no token has sky = torn",
    ]


def test_what_looks_alike_is_told_whatever_it_differs_in(make_config: Any) -> None:
    values = {"caf\u00e9": 1, "cafe\u0301": 1, "re\u200bd": 1, "\uff52ed": 1, "Blue": 1, "blue": 1, "green": 1}
    config = make_config(traits={"hat": {"weight": values}})
    assert remarks(config, Plan(config, {}).domain) == [
        'traits.hat: "caf\\xe9" and "cafe\\u0301" look alike',
        'traits.hat: "re\\u200bd" and "\\uff52ed" look alike',
        'traits.hat: "Blue" and "blue" differ only in case',
    ]


def test_a_plan_that_is_as_it_reads_has_no_remarks(make_config: Any) -> None:
    traits = {
        "sky": {"weight": {"clear": 2, "torn": 1, "never": 0}},
        "moon": {"when": {"sky": "torn"}, "weight": {"full": 1}},
    }
    config = make_config(traits=traits, rules=[{"when": {"sky": "torn"}, "exclude": {"moon": "new"}}][:0])
    assert remarks(config, Plan(config, {}).domain) == []


series = st.lists(
    st.fixed_dictionaries(
        {"share": st.sampled_from([1, 1, 2, 3]), "axes": st.sampled_from([{}, {}, {"cross": {"seed": "0-3"}}])}
    ),
    min_size=2,
    max_size=4,
)


@settings(max_examples=40, deadline=None)
@given(series, st.booleans(), st.integers(5, 12))
def test_the_order_of_series_decides_nothing(tables: list[dict[str, Any]], with_traits: bool, supply: int) -> None:
    named = [{"name": name, "prompt": f"{name} {{a|b}}", **table} for name, table in zip("qabc", tables, strict=False)]
    traits = {"sky": {"weight": {"clear": 2, "torn": 1}}, "place": {"weight": {"x": 1, "y": 1, "z": 1}}}
    free = any(not table["axes"] for table in named)
    fixed = 4 * sum(bool(table["axes"]) for table in named)
    basis = {
        "title": "T", "seed": 1, "supply": min(supply, fixed + 5 if free else fixed),
        "candidates": fixed + 7 if free else fixed, "traits": traits if with_traits else {},
    }  # fmt: skip

    def made(order: tuple[dict[str, Any], ...]) -> tuple[set[str], dict[Any, int]]:
        plan = Plan(Config.model_validate({**basis, "series": order}), {})
        return {recipe.sha256 for recipe in plan.recipes}, plan.goals

    first = made(tuple(named))
    assert all(made(order) == first for order in permutations(named))
