"""What a plan tells its author without a refusal, and what decides nothing."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from collection.config import Config
from collection.plan.plan import Plan
from collection.plan.remarks import long_seeds, remarks, without_images

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


def test_names_that_people_take_for_one_are_told(make_config: Any) -> None:
    values = ("storm", "st\u043erm", "\uff53torm", "sto\u200brm", "caf\u00e9", "cafe\u0301")
    config = make_config(
        traits={"sky": {"weight": dict.fromkeys(values, 1)}}, series=[{"name": "noons"}, {"name": "Noons"}]
    )
    assert remarks(config, Plan(config, {}).domain) == [
        'the series "noons" and "Noons" differ only in case',
        'traits.sky: "cafe\\u0301" and "caf\\xe9" look alike',
        'traits.sky: "storm" and "sto\\u200brm" and "\\uff53torm" look alike',
        'traits.sky: "st\u043erm" mixes letters of Cyrillic and Latin',
    ]


def test_a_series_whose_share_comes_to_no_image_is_told(make_config: Any) -> None:
    config = make_config(supply=3, candidates=3, series=[{"name": "a", "share": 1000}, {"name": "b"}])
    told = without_images(config, Plan(config, {}).counts)
    assert told == ["series b gets no image, as its share is rounded to 0 of 3 images; raise its share or `candidates`"]


def test_seeds_that_other_tools_read_otherwise_are_told_of_a_diffusion_model(make_config: Any) -> None:
    series = [{"name": "a", "axes": {"cross": {"seed": "4294967295-4294967300"}}}]
    assert long_seeds(make_config(supply=2, candidates=None, series=series)) == []
    config = make_config(supply=2, candidates=None, series=series, generator={"use": "diffusion", "model": "m"})
    assert long_seeds(config) == ["series a: seeds of 4,294,967,296 and more give other noise in other tools"]


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
