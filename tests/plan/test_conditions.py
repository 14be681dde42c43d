"""Traits of one series, rules on series and on absence, `when` on several, numbers: what a token may have, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.config import Config
from collection.config.checks import check
from collection.config.conditions import Between, Numbers, number_text
from collection.errors import ConfigError
from collection.plan.plan import Plan
from collection.plan.quotas import largest_remainder, spread
from collection.plan.seeds import RandomStream
from collection.plan.tokens import broken_by

DAY_AND_NIGHT: dict[str, Any] = {
    "series": [{"name": "day", "share": 2, "prompt": "noon {moon}"}, {"name": "night", "prompt": "{moon} {sky}"}],
    "traits": {
        "moon": {"when": {"series": "night"}, "weight": {"full": 1, "new": 1}, "words": {"full": "a full moon"}},
        "sky": {"weight": {"clear": 5, "torn": 2}},
        "halo": {"when": {"moon": "full", "sky": "torn"}, "weight": {"gold": 1, "red": 1}},
        "lamp": {"when": {"moon": False}, "weight": {"lit": 1, "out": 3}},
    },
    "rules": [{"when": {"series": "day"}, "exclude": {"sky": "torn"}}],
}


def refuse(place: Any, message: str, hint: str) -> None:
    raise ConfigError(f"{'.'.join(map(str, place))}: {message}", hint)


def test_a_trait_of_one_series_is_on_its_tokens_and_no_others(make_config: Any) -> None:
    config = make_config(24, **DAY_AND_NIGHT)
    check(config, refuse)
    plan = Plan(config, {})
    by_series = {name: [item for item in plan.recipes if item.series == name] for name in ("day", "night")}
    assert len(by_series["day"]) == 24
    assert len(by_series["night"]) == 12
    assert all("moon" not in recipe.traits and recipe.prompt == "noon" for recipe in by_series["day"])
    assert all(recipe.traits["moon"] in ("full", "new") for recipe in by_series["night"])
    assert {recipe.traits["sky"] for recipe in by_series["day"]} == {"clear"}
    assert {"a full moon clear", "a full moon torn"} & {recipe.prompt for recipe in by_series["night"]}
    assert not any(broken_by(config, {**recipe.traits, "series": recipe.series}) for recipe in plan.recipes)
    assert Counter(token.get("moon") for token in plan.traits) == {None: 16, "full": 4, "new": 4}
    assert sum("series" in token for token in plan.traits) == 0


def test_the_order_of_series_changes_no_recipe_of_any(make_config: Any) -> None:
    turned = {**DAY_AND_NIGHT, "series": DAY_AND_NIGHT["series"][::-1]}
    one, other = (Plan(make_config(24, **tables), {}).recipes for tables in (DAY_AND_NIGHT, turned))
    assert {recipe.sha256 for recipe in one} == {recipe.sha256 for recipe in other}


def test_tokens_of_two_series_differ_by_what_they_show_and_not_by_their_series(make_config: Any) -> None:
    traits = {"a": {"weight": {"1": 1, "2": 1}}, "b": {"weight": {"x": 1, "y": 1}}}
    tables = {
        "series": [{"name": "one"}, {"name": "two"}], "traits": traits, "unique_traits": True,
        "rules": [{"when": {"series": "one"}, "exclude": {"a": "2", "b": "y"}}],
    }  # fmt: skip
    plan = Plan(make_config(2, **tables), {})
    assert plan.combinations.total == 4
    assert len({tuple(sorted(token.items())) for token in plan.traits}) == 2
    with pytest.raises(ConfigError, match='series = "one" is asked of 2 tokens, but the rules leave 1 combination'):
        _ = Plan(make_config(4, **tables), {}).traits


def test_rules_on_series_are_part_of_every_proof(make_config: Any) -> None:
    rules = [{"when": {"series": "day"}, "exclude": {"sky": "torn"}}]
    series = [{"name": "day", "share": 2}, {"name": "night"}]
    tables = {"series": series, "traits": {"sky": {"count": {"torn": 10}, "weight": {"clear": 1}}}, "rules": rules}
    with pytest.raises(
        ConfigError, match=r'series = "day" is asked of 16 tokens.*only beside sky = "clear", asked of 14'
    ):
        _ = Plan(make_config(24, **tables), {}).traits


def test_a_series_without_a_token_shows_what_may_stand_in_it_or_is_refused(make_config: Any) -> None:
    series = [{"name": "large", "share": 50}, {"name": "small", "share": 1}]
    rules = [{"when": {"series": "small"}, "exclude": {"sky": "torn"}}]
    sky = {"sky": {"count": {"clear": 1, "torn": 5}}}
    plan = Plan(make_config(6, candidates=80, series=series, traits=sky, rules=rules), {})
    assert {item.traits["sky"] for item in plan.recipes if item.series == "small"} == {"clear"}
    none = {"sky": {"count": {"torn": 6}, "weight": {"clear": 0}}}
    with pytest.raises(ConfigError, match='series "small": it is too small to have a token'):
        _ = Plan(make_config(6, candidates=80, series=series, traits=none, rules=rules), {}).recipes


def met(when: Mapping[str, Any], token: Mapping[str, str]) -> bool:
    return all(token.get(name) in (wanted if isinstance(wanted, list) else [wanted]) for name, wanted in when.items())


@st.composite
def conjunctions(draw: st.DrawFn) -> dict[str, Any]:
    """Two traits and a third that needs both of them, perhaps with counts and rules."""

    def weighted(name: str) -> dict[str, int]:
        return {f"{name}{place}": draw(st.integers(1, 3)) for place in range(draw(st.integers(1, 3)))}

    traits: dict[str, Any] = {name: {"weight": weighted(name)} for name in "ab"}
    when = {name: draw(st.sampled_from(sorted(traits[name]["weight"]))) for name in "ab"}
    traits["c"] = {"when": when, "weight": weighted("c")}
    if draw(st.booleans()):
        traits["c"]["count"] = {"c9": draw(st.integers(1, 2))}
        traits["c"]["weight"] = draw(st.sampled_from([{}, traits["c"]["weight"]]))
    rules = []
    for _ in range(draw(st.integers(0, 2))):
        first, second = draw(st.permutations("abc"))[:2]
        value = {
            name: draw(st.sampled_from(sorted({**traits[name]["weight"], **traits[name].get("count", {})})))
            for name in (first, second)
        }
        rules.append(
            {"when": {first: value[first]}, draw(st.sampled_from(["exclude", "require"])): {second: value[second]}}
        )
    return {"supply": draw(st.integers(1, 6)), "traits": traits, "rules": rules}


def sets_of_tokens(config: Config) -> Iterator[tuple[dict[str, str], ...]]:
    """Every way to give the tokens values of a and b, and of c where both are as its `when` says."""
    names = ["", *config.traits["c"].values]
    every = [
        {name: value for name, value in zip("abc", row, strict=True) if value}
        for row in product(config.traits["a"].values, config.traits["b"].values, names)
    ]
    allowed = [token for token in every if broken_by(config, token) is None]

    def more(place: int, left: int) -> Iterator[tuple[dict[str, str], ...]]:
        if not left:
            yield ()
        elif place < len(allowed):
            for rest in more(place, left - 1):
                yield (allowed[place], *rest)
            yield from more(place + 1, left)

    yield from more(0, config.supply)


def has_quotas(config: Config, tokens: tuple[Mapping[str, str], ...]) -> bool:
    """Whether counts are exact and weights share what they leave, by largest remainder."""
    for name, trait in config.traits.items():
        drawn = Counter(token[name] for token in tokens if name in token)
        left, names = sum(drawn.values()) - sum(trait.count.values()), sorted(trait.weight)
        if left < 0 or (left and not names):
            return False
        shared = largest_remainder(left, [trait.weight[value] for value in names]) if names else []
        if drawn != Counter({**dict(zip(names, shared, strict=True)), **trait.count}):
            return False
    return True


@settings(max_examples=80, deadline=None)
@given(conjunctions())
def test_a_trait_that_needs_two_others_is_drawn_where_both_are_so(tables: dict[str, Any]) -> None:
    config = Config.model_validate({"title": "T", "seed": 1, **tables})
    try:
        tokens = tuple(Plan(config, {}).traits)
    except ConfigError as refusal:
        assert "not proven" not in refusal.message
        assert not any(has_quotas(config, tokens) for tokens in sets_of_tokens(config))
        return
    assert has_quotas(config, tokens)
    assert all(("c" in token) == met(config.traits["c"].when, token) for token in tokens)
    assert not any(broken_by(config, token) for token in tokens)


def test_counts_alone_say_how_many_tokens_have_both(make_config: Any) -> None:
    traits = {
        "sky": {"count": {"torn": 50, "clear": 50}},
        "moon": {"count": {"full": 30, "new": 70}},
        "halo": {"when": {"sky": "torn", "moon": "full"}, "count": {"gold": 4, "red": 1}},
        "spark": {"when": {"halo": "gold"}, "weight": {"a": 1, "b": 1}},
    }
    tokens = Plan(make_config(100, traits=traits), {}).traits
    assert sum(met(traits["halo"]["when"], token) for token in tokens) == 5
    assert Counter(token.get("spark") for token in tokens) == {None: 96, "a": 2, "b": 2}
    traits["halo"]["count"]["gold"] = 30
    with pytest.raises(ConfigError, match=r"traits.halo.count: the counts sum to 31, but at most 30 of them have sky"):
        _ = Plan(make_config(100, traits=traits), {}).traits


@pytest.mark.parametrize(
    ("numbers", "values"),
    [
        ({"min": 1, "max": 5}, ["1", "2", "3", "4", "5"]),
        ({"min": 0, "max": 1, "step": 0.25}, ["0", "0.25", "0.5", "0.75", "1"]),
        ({"min": 0.1, "max": 0.45, "step": 0.1}, ["0.1", "0.2", "0.3", "0.4"]),
        ({"min": -2, "max": 2, "step": 2}, ["-2", "0", "2"]),
        ([100, 1, 10], ["1", "10", "100"]),
    ],
)
def test_numbers_are_written_as_they_are(make_config: Any, numbers: Any, values: list[str]) -> None:
    trait = make_config(traits={"power": {"numbers": numbers}}).traits["power"]
    assert trait.values == values


def test_many_numbers_are_spread_over_all_of_them_and_few_are_shared_evenly(make_config: Any) -> None:
    config = make_config(
        100, traits={"power": {"numbers": {"min": 1, "max": 1000}}, "rank": {"numbers": [1, 2, 4], "weight": {"1": 2}}}
    )
    tokens = Plan(config, {}).traits
    thirds = Counter(int(token["power"]) * 4 // 1001 for token in tokens)
    assert all(24 <= thirds[part] <= 26 for part in range(4))
    ranks = Counter(token["rank"] for token in tokens)
    assert ranks["1"] in (49, 50, 51)
    assert sum(ranks.values()) == 100


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 60), st.lists(st.floats(0.01, 100), min_size=1, max_size=40), st.integers(0, 9))
def test_a_spread_sums_up_and_is_near_every_share(total: int, shares: list[float], seed: int) -> None:
    counts = spread(total, shares, RandomStream(seed))
    assert sum(counts) == total
    exact = [total * share / sum(shares) for share in shares]
    assert all(abs(count - wanted) < 2 for count, wanted in zip(counts, exact, strict=True))


@given(st.floats(-(2**53), 2**53) | st.integers(-(2**53), 2**53))
def test_the_text_of_a_number_is_the_number_and_no_exponent(value: float) -> None:
    text = number_text(value)
    assert float(text) == value
    assert set(text) <= set("-.0123456789")
    assert number_text(float(text)) == text


def test_rules_compare_numbers(make_config: Any) -> None:
    traits = {"power": {"numbers": {"min": 1, "max": 20}}, "sky": {"weight": {"clear": 1, "torn": 1}}}
    rules = [
        {"when": {"power": {"min": 15}}, "require": {"sky": "clear"}},
        {"when": {"power": {"max": 5}}, "exclude": {"sky": "clear"}},
        {"when": {"sky": "torn"}, "exclude": {"power": [6, 7]}},
    ]
    config = make_config(40, traits=traits, rules=rules)
    check(config, refuse)
    for token in Plan(config, {}).traits:
        power = int(token["power"])
        assert power < 15 or token["sky"] == "clear"
        assert power > 5 or token["sky"] == "torn"
        assert token["sky"] == "clear" or power not in (6, 7)


@pytest.mark.parametrize(
    ("between", "inside", "outside"),
    [
        (Between(min=5), ["5", "5.5", "100"], ["4.99", "-6", "many"]),
        (Between(max=0.3), ["0.3", "-1"], ["0.30000001", ""]),
        (Between(min=1, max=2), ["1", "1.5", "2"], ["0", "3", "nan", "Infinity"]),
    ],
)
def test_between(between: Between, inside: list[str], outside: list[str]) -> None:
    assert all(value in between for value in inside)
    assert not any(value in between for value in outside)


SKY = {"sky": {"weight": {"clear": 1, "torn": 1}}}
NOT_TORN = {"sky": "torn"}
CIRCLE = {
    "a": {"when": {"b": "x"}, "weight": {"x": 1}},
    "b": {"when": {"a": "x", "c": "x"}, "weight": {"x": 1}},
    "c": {"weight": {"x": 1}},
}


@pytest.mark.parametrize(
    ("when", "tables", "words"),
    [
        ({"series": "nihgt"}, {}, 'series: no series "nihgt"; did you mean night?'),
        ({"series": False}, {}, "every token has a series"),
        ({"series": "day"}, {"candidates": 0}, "only planned ones have a series"),
        ({"sky": {"min": 2}}, {}, "sky has values that are no numbers"),
        ({"p": {"min": 3}}, {"traits": {**SKY, "p": {"numbers": [1, 2]}}}, "no value of p is 3 or more"),
        ({}, {"traits": {**SKY, "series": {"weight": {"a": 1}}}}, "traits.series: conditions mean the token's series"),
        ({}, {"traits": {"p": {"numbers": [1, 2], "weight": {"3": 1}}}}, 'traits.p.weight.3: it has no value "3"'),
        ({}, {"traits": CIRCLE}, "goes round in a circle: a needs b needs a"),
    ],
)
def test_what_no_token_could_meet_is_refused(make_config: Any, when: Any, tables: dict[str, Any], words: str) -> None:
    rules = [{"when": when, "exclude": NOT_TORN}] if when else []
    whole = {"series": [{"name": "day"}, {"name": "night"}], "traits": SKY, "rules": rules, **tables}
    with pytest.raises(ConfigError) as caught:
        check(make_config(12, **whole), refuse)
    assert words in str(caught.value)


@pytest.mark.parametrize("numbers", [{"min": 3, "max": 1}, {"min": 0, "max": 1e6, "step": 0.001}, [], [1, 1.0]])
def test_numbers_that_are_none_are_refused(make_config: Any, numbers: Any) -> None:
    with pytest.raises(ValueError, match=r"is above|numbers in it|stands there twice|numbers stand in it"):
        make_config(traits={"power": {"numbers": numbers}})


def test_many_different_tokens_of_series_and_conjunctions(make_config: Any) -> None:
    traits: dict[str, Any] = {
        f"t{number}": {"weight": {f"v{value}": value % 3 + 2 for value in range(size)}}
        for number, size in enumerate([8, 7, 6, 6])
    }
    traits["hat"] = {"when": {"series": ["one", "two"]}, "weight": dict.fromkeys("abcd", 1)}
    traits["pin"] = {"when": {"hat": ["a", "b"], "t0": ["v1", "v2", "v3"]}, "weight": dict.fromkeys("xyz", 1)}
    rules = [
        {"when": {"series": "one"}, "exclude": {"t1": "v1"}},
        {"when": {"hat": False}, "exclude": {"t2": "v1"}},
    ]
    series = [{"name": "one"}, {"name": "two"}, {"name": "three", "share": 0.5}]
    config = make_config(1200, candidates=1200, traits=traits, rules=rules, series=series, unique_traits=True)
    plan = Plan(config, {})
    assert len({tuple(sorted(token.items())) for token in plan.traits}) == 1200
    assert not any(broken_by(config, {**recipe.traits, "series": recipe.series}) for recipe in plan.recipes)


def test_numeric_traits_are_numbers_where_they_are_published(make_config: Any) -> None:
    config = make_config(
        traits={"power": {"numbers": [1]}, "Level": {"numbers": [1]}, **SKY},
        publish={"traits": {"level": {"type": "level", "max": 9}, "age": {}}},
    )
    kinds = {name: kind.type for name, kind in config.trait_types.items()}
    assert kinds == {"level": "level", "age": "number", "power": "number"}
    assert Numbers(min=1, max=2).values == ["1", "2"]
