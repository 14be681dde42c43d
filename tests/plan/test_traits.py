"""Traits over all tokens: quotas exact, no rule broken, the impossible refused by name."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.config import Config
from collection.errors import ConfigError
from collection.plan.assign import draw_traits
from collection.plan.combinations import count_combinations
from collection.plan.domain import Combination, TraitDomain, build_domain
from collection.plan.infeasibility import find_certificate
from collection.plan.integer_program import draw_by_program
from collection.plan.plan import Plan
from collection.plan.seeds import RandomStream
from collection.plan.series import series_tokens

WEATHER: dict[str, Any] = {
    "traits": {
        "sky": {"count": {"clear": 7, "torn": 4, "violet": 1}},
        "place": {"weight": {"harbour": 2, "sea": 1, "hill": 1}},
        "light": {"weight": {"day": 2, "night": 1}},
        "moon": {"when": {"light": "night"}, "count": {"full": 1}, "weight": {"new": 1, "half": 1}},
    },
    "rules": [
        {"when": {"sky": "violet"}, "exclude": {"place": ["harbour"]}},
        {"when": {"sky": ["torn", "violet"], "light": "night"}, "require": {"place": ["sea", "hill"]}},
    ],
}


def domain_of(config: Config) -> TraitDomain:
    return build_domain(config, series_tokens(config), {})


def drawn(config: Config, seed: int = 1) -> tuple[TraitDomain, list[Combination]]:
    domain = domain_of(config)
    return domain, draw_traits(domain, count_combinations(domain), RandomStream(seed), config.unique_traits)


def broken_rules(config: Config, traits: dict[str, str]) -> list[Any]:
    """The rules that a token's traits break, read from the words of the file and not from the plan's exclusions."""

    def among(name: str, wanted: Any) -> bool:
        return traits.get(name) in ([wanted] if isinstance(wanted, str) else wanted)

    return [
        rule
        for rule in config.rules
        if all(among(*item) for item in rule.when.items())
        and (
            any(among(*item) for item in rule.exclude.items()) or not all(among(*item) for item in rule.require.items())
        )
    ]


def test_counts_weights_conditions_and_rules_together(make_config: Any) -> None:
    config = make_config(**WEATHER)
    tokens = Plan(config, {}).traits
    assert len(tokens) == 12
    assert Counter(token["sky"] for token in tokens) == {"clear": 7, "torn": 4, "violet": 1}
    assert Counter(token["place"] for token in tokens) == {"harbour": 6, "sea": 3, "hill": 3}
    assert Counter(token["light"] for token in tokens) == {"day": 8, "night": 4}
    assert all(("moon" in token) == (token["light"] == "night") for token in tokens)
    moons = Counter(token.get("moon") for token in tokens)
    assert (moons["full"], moons["new"] + moons["half"]) == (1, 3)
    assert not [broken for token in tokens if (broken := broken_rules(config, dict(token)))]


def test_the_order_in_the_file_changes_nothing(make_config: Any) -> None:
    def turned(value: Any) -> Any:
        return {key: turned(value[key]) for key in reversed(value)} if isinstance(value, dict) else value

    other = {"traits": turned(WEATHER["traits"]), "rules": WEATHER["rules"][::-1]}
    assert Plan(make_config(**other), {}).traits == Plan(make_config(**WEATHER), {}).traits


def test_the_traits_of_a_collection_never_change(make_config: Any) -> None:
    """Golden: other values here would give every collection in the world other pictures."""
    tokens = Plan(make_config(**WEATHER), {}).traits
    found = [" ".join(token[name] for name in sorted(token)) for token in tokens[:4]]
    assert found == [
        "day harbour torn",
        "day harbour clear",
        "day harbour torn",
        "night half hill clear",
    ]


IMPOSSIBLE = [
    ({"sky": {"count": {"a": 5, "b": 6}}}, [], ["traits.sky.count", "sum to 11", "12 tokens"]),
    ({"sky": {"count": {"a": 13}, "weight": {"b": 1}}}, [], ["traits.sky.count", "sum to 13"]),
    (
        {"light": {"count": {"day": 9, "night": 3}}, "moon": {"when": {"light": "night"}, "count": {"full": 4}}}, [],
        ["traits.moon.count", "sum to 4", "3 of them have light = night"],
    ),
    (
        {"sky": {"count": {"a": 8, "b": 4}}, "place": {"count": {"x": 6, "y": 6}}},
        [{"when": {"sky": "a"}, "require": {"place": "x"}}],
        ['place = "y" is asked of 6 tokens', 'only beside sky = "b", asked of 4 tokens (rules.1)'],
    ),
    (
        {"sky": {"count": {"a": 8, "b": 4}}, "place": {"count": {"x": 12}}},
        [{"when": {"sky": "b"}, "exclude": {"place": "x"}}],
        ['sky = "b" is asked of 4 tokens', "rules.1"],
    ),
    (  # only through a third trait: a needs x, x needs p, and p is rare
        {"t": {"count": {"a": 6, "b": 6}}, "u": {"count": {"x": 6, "y": 6}}, "v": {"count": {"p": 3, "q": 9}}},
        [{"when": {"t": "a"}, "require": {"u": "x"}}, {"when": {"u": "x"}, "require": {"v": "p"}}],
        ["asked of 6 tokens", '"p", asked of 3 tokens'],
    ),
    (  # any two of the three agree
        {"t": {"count": {"a": 8, "b": 4}}, "u": {"count": {"x": 8, "y": 4}}, "v": {"count": {"p": 9, "q": 3}}},
        [{"when": {"t": "a", "u": "x"}, "exclude": {"v": "p"}}],
        ['t = "a" (8 tokens), u = "x" (8 tokens), v = "p" (9 tokens) add up to 25', "at most 2", "24 (rules.1)"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("traits", "rules", "words"), IMPOSSIBLE)
def test_a_quota_that_cannot_be_met_is_named(make_config: Any, traits: Any, rules: Any, words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        drawn(make_config(traits=traits, rules=rules))
    for word in words:
        assert word in caught.value.message


PARITY = [
    {"when": {"a": a, "b": b}, "exclude": {"c": "0" if (a == "1") != (b == "1") else "1"}} for a in "01" for b in "01"
]


@pytest.mark.parametrize(("supply", "count", "rules", "unique", "words"), [
    (2, {"0": 1, "1": 1}, PARITY, False, "a, b, c .* of the 4 combinations that the rules leave, no 2 tokens"),
    (5, {"0": 4, "1": 1}, [], True, "b, c .* of the 8 combinations that the rules leave, no 5 different ones"),
])  # fmt: skip
def test_what_whole_or_different_tokens_cannot_meet(
    make_config: Any, supply: int, count: Any, rules: Any, unique: bool, words: str
) -> None:
    """Halves of four tokens would have all quotas, or five tokens of which two are alike."""
    config = make_config(supply, traits={name: {"count": count} for name in "abc"}, rules=rules, unique_traits=unique)
    with pytest.raises(ConfigError, match=f"the quotas of {words}"):
        drawn(config)


def test_unique_traits_need_enough_combinations(make_config: Any) -> None:
    traits = {"a": {"weight": {"1": 1, "2": 1, "3": 1}}, "b": {"weight": {"x": 1, "y": 1, "z": 1}}}
    assert len(set(drawn(make_config(9, traits=traits, unique_traits=True))[1])) == 9
    with pytest.raises(ConfigError, match='a = "1" is asked of 4 tokens, but the rules leave 3 combinations'):
        drawn(make_config(10, traits=traits, unique_traits=True))
    assert max(Counter(drawn(make_config(18, traits=traits))[1]).values()) >= 2, "else they repeat"


def test_no_combination_repeats_where_there_are_enough(make_config: Any) -> None:
    traits = {name: {"weight": dict.fromkeys("abcdefgh", 1)} for name in ("one", "two", "three")}
    _, rows = drawn(make_config(400, traits=traits))
    assert len(set(rows)) == 400


def test_a_one_of_one_exists_once(make_config: Any) -> None:
    traits = {"a": {"weight": {"1": 3, "2": 1}}, "b": {"weight": {"x": 1, "y": 1}}}
    one = {"name": "First", "prompt": "{a} and {c}", "traits": {"a": "2", "b": "x", "c": "only"}, "seed": 5}
    plan = Plan(make_config(9, candidates=20, traits=traits, one_of_ones=[one]), {})
    assert len(plan.traits) == 8
    assert {"a": "2", "b": "x"} not in plan.traits
    assert [(recipe.seed, recipe.prompt, recipe.traits) for recipe in plan.recipes if recipe.series == "First"] == [
        (5, "2 and only", one["traits"])
    ]
    assert len(plan.recipes) == 20


def test_candidates_go_through_the_tokens_again_and_again(make_config: Any) -> None:
    few, many = (Plan(make_config(**WEATHER, candidates=count), {}).recipes for count in (12, 30))
    assert [recipe.sha256 for recipe in many[:12]] == [recipe.sha256 for recipe in few]
    assert [recipe.traits for recipe in many[12:24]] == [recipe.traits for recipe in few]
    assert len({recipe.seed for recipe in many}) == 30


KINDS = st.sampled_from(["exclude", "require"])
values = st.integers(1, 3).flatmap(lambda size: st.lists(st.integers(1, 4), min_size=size, max_size=size))


@st.composite
def small_configs(draw: st.DrawFn) -> dict[str, Any]:
    """Three traits of up to three values, up to six rules, perhaps on two series: small enough to try everything."""
    traits: dict[str, Any] = {
        name: {"weight": {f"{name}{place}": weight for place, weight in enumerate(draw(values))}} for name in "abc"
    }
    if draw(st.booleans()):
        traits["c"]["when"] = {"a": [draw(st.sampled_from(sorted(traits["a"]["weight"])))]}
    with_series, rules = draw(st.booleans()), list[dict[str, Any]]()
    if with_series and "when" not in traits["c"] and draw(st.booleans()):
        traits["c"]["when"] = {"series": "two"}
    for _ in range(draw(st.integers(0, 6))):
        if with_series and draw(st.booleans()):
            name = draw(st.sampled_from("abc"))
            value = draw(st.sampled_from(sorted(traits[name]["weight"])))
            rules.append({"when": {"series": draw(st.sampled_from(["one", "two"]))}, draw(KINDS): {name: value}})
            continue
        first, second, third = draw(st.permutations("abc"))
        when = {first: draw(st.sampled_from(sorted(traits[first]["weight"])))}
        if draw(st.booleans()):
            when[third] = draw(st.sampled_from(sorted(traits[third]["weight"])))
        rules.append({"when": when, draw(KINDS): {second: [draw(st.sampled_from(sorted(traits[second]["weight"])))]}})
    return {
        "supply": draw(st.integers(1, 6)), "traits": traits, "rules": rules, "unique_traits": draw(st.booleans()),
        "series": [{"name": "one", "share": draw(st.integers(1, 3))}, {"name": "two"}],
    }  # fmt: skip


def allowed(domain: TraitDomain) -> list[Combination]:
    every = product(*(range(len(found)) for found in domain.values))
    return [combination for combination in every if not domain.broken(combination)]


def exists(domain: TraitDomain, unique: bool) -> bool:
    """Whether any multiset of allowed combinations has the quotas: every one is tried."""
    found, want = allowed(domain), [list(quotas) for quotas in domain.quotas]
    taken: Counter[Combination] = Counter()

    def rest(place: int, left: int) -> bool:
        if not left or place == len(found):
            return not left
        most = min(want[trait][value] for trait, value in enumerate(found[place]))
        shown = domain.shown(found[place])
        for times in range(min(most, 1 - taken[shown] if unique else most), -1, -1):
            for sign in (-1, 1):
                taken[shown] -= sign * times
                for trait, value in enumerate(found[place]):
                    want[trait][value] += sign * times
                if sign < 0 and rest(place + 1, left - times):
                    return True
        return False

    return rest(0, domain.tokens)


@settings(max_examples=150, deadline=None)
@given(small_configs())
def test_a_draw_is_found_exactly_where_one_exists(tables: dict[str, Any]) -> None:
    config = Config.model_validate({"title": "T", "seed": 1, **tables})
    domain = domain_of(config)
    try:
        _, rows = drawn(config)
    except ConfigError as refusal:
        assert "not proven" not in refusal.message
        assert not exists(domain, config.unique_traits)
        return
    hold(config, domain, rows)


def hold(config: Config, domain: TraitDomain, rows: list[Combination]) -> None:
    """The rows have the quotas, break no rule, and are different where that is asked."""
    for trait, quotas in enumerate(domain.quotas):
        assert Counter(row[trait] for row in rows) == Counter(dict(enumerate(quotas)))
    assert not any(broken_rules(config, domain.named(row)) for row in rows)
    assert not config.unique_traits or len(set(map(domain.shown, rows))) == len(rows)


@settings(max_examples=100, deadline=None)
@given(small_configs())
def test_what_drawing_leaves_open_is_decided(tables: dict[str, Any]) -> None:
    """Drawing finds nearly all there is, so that what decides the rest is asked here from the start."""
    config = Config.model_validate({"title": "T", "seed": 1, **tables})
    domain, unique = domain_of(config), config.unique_traits
    answer = draw_by_program(domain, count_combinations(domain), RandomStream(1), unique)
    assert answer.proven
    assert (answer.rows is not None) == exists(domain, unique)
    if answer.rows is not None:
        hold(config, domain, answer.rows)
    if proof := find_certificate(domain, []):
        assert answer.rows is None
        weighed = [sum(proof.weights.get(place, 0) for place in enumerate(row)) for row in allowed(domain)]
        asked = sum(weight * domain.quotas[trait][value] for (trait, value), weight in proof.weights.items())
        assert max(weighed, default=0) <= proof.most
        assert asked > proof.most * domain.tokens


@settings(max_examples=100, deadline=None)
@given(small_configs())
def test_combinations_are_counted_as_if_listed(tables: dict[str, Any]) -> None:
    domain = domain_of(Config.model_validate({"title": "T", "seed": 1, **tables}))
    found, listed = count_combinations(domain), allowed(domain)
    shown = {domain.shown(row) for row in listed}
    assert (found.total, found.exact, found.listed(domain)) == (len(shown), True, len(listed))
    for trait, having in enumerate(found.having):
        every = [{domain.shown(row) for row in listed if row[trait] == value} for value in range(len(having))]
        assert list(having) == list(map(len, every))
    narrow = count_combinations(domain, width=1)
    assert narrow.total <= len(shown), "what is dropped leaves a lower bound"


def dense_traits(sizes: list[int], weights: list[int], seed: int) -> dict[str, Any]:
    stream = RandomStream(seed)
    return {
        f"t{number}": {"weight": {f"v{value}": weights[stream.below(len(weights))] for value in range(size)}}
        for number, size in enumerate(sizes)
    }


@pytest.mark.parametrize(
    ("supply", "sizes", "weights"),
    [
        (2401, [7, 7, 7, 7], [1]),  # every combination there is
        (2397, [7, 7, 7, 7], [1]),
        (3000, [6, 6, 6, 5, 8], [4, 5, 6]),
        (5200, [6, 6, 6, 5, 8], [8, 9, 10]),
        (2100, [6, 5, 4, 3, 7], [5, 6]),
    ],
)
def test_a_large_share_of_all_combinations_is_drawn(
    make_config: Any, supply: int, sizes: list[int], weights: list[int]
) -> None:
    config = make_config(supply, candidates=supply, traits=dense_traits(sizes, weights, 1), unique_traits=True)
    domain, rows = drawn(config)
    hold(config, domain, rows)
    assert rows == drawn(config)[1]


def test_a_large_share_with_rules_and_conditional_traits_is_drawn(make_config: Any) -> None:
    traits = dense_traits([6, 6, 6, 6], [5, 6], 2)
    traits["t1"] = {"weight": {"v0": 5, "v1": 3, "v2": 5, "v3": 5, "v4": 5, "v5": 5}}
    traits["t0"] = {"weight": {"v0": 1, "v1": 3, "v2": 3, "v3": 3, "v4": 1, "v5": 1}}
    traits["t4"] = {"when": {"t0": ["v1", "v2", "v3"]}, "weight": dict.fromkeys("abc", 1)}
    rules = [{"when": {"t1": "v1"}, "exclude": {"t2": ["v2", "v3"]}}]
    config = make_config(2010, candidates=2010, traits=traits, rules=rules, unique_traits=True)
    domain, rows = drawn(config)
    hold(config, domain, rows)


def test_a_large_share_that_cannot_be_is_refused_with_the_traits(make_config: Any) -> None:
    traits = {name: {"count": {"0": 900, "1": 900, "2": 600}} for name in ("a", "b")}
    traits |= {name: {"weight": dict.fromkeys("012345", 1)} for name in ("c", "d", "e")}
    traits["e"] = {"weight": dict.fromkeys("01", 1)}
    with pytest.raises(ConfigError, match=r"the quotas of .*proven by an integer program|combinations of traits"):
        drawn(make_config(2400, candidates=2400, traits=traits, unique_traits=True))


def test_a_prompt_says_the_words_of_a_value_and_the_token_its_name(make_config: Any) -> None:
    sky = {"count": {"Gloom": 1, "clear": 1}, "words": {"Gloom": "a dark storm"}}
    config = make_config(2, candidates=2, traits={"sky": sky}, series=[{"prompt": "the sea, {sky}"}])
    said = {recipe.traits["sky"]: recipe.prompt for recipe in Plan(config, {}).recipes}
    assert said == {"Gloom": "the sea, a dark storm", "clear": "the sea, clear"}


@pytest.mark.parametrize("kind", ["when", "exclude", "require"])
def test_rules_on_absence(make_config: Any, kind: str) -> None:
    traits = {
        "light": {"weight": {"day": 1, "night": 1}},
        "moon": {"when": {"light": "night"}, "weight": {"full": 1}},
        "sky": {"weight": {"clear": 1, "torn": 1}},
    }
    rule = {"when": {"sky": "torn"}, kind: {"moon": False}}
    if kind == "when":
        rule = {"when": {"moon": False}, "require": {"sky": "clear"}}
    tokens = Plan(make_config(12, traits=traits, rules=[rule]), {}).traits
    assert Counter(token["sky"] for token in tokens) == {"clear": 6, "torn": 6}
    assert all(("moon" in token) == (kind != "require") for token in tokens if token["sky"] == "torn")


@pytest.mark.parametrize("series", [False, True])
def test_traits_that_make_no_difference_are_counted_once(make_config: Any, series: bool) -> None:
    traits: dict[str, Any] = {
        "ground": {"weight": {"red": 1, "blue": 1, "gold": 2}, "distinct": False},
        "frame": {"weight": {"thin": 1, "thick": 1}, "distinct": False},
        "body": {"weight": {"cat": 1, "dog": 1, "fox": 1}},
        "hat": {"weight": {"cap": 1, "crown": 1}},
    }
    rules: list[dict[str, Any]] = [
        {"when": {"hat": "crown"}, "require": {"ground": "gold"}},
        {"when": {"ground": "gold"}, "exclude": {"body": "fox"}},
        {"when": {"frame": "thick"}, "exclude": {"body": "dog"}},
    ]
    more: dict[str, Any] = {}
    if series:
        more = {"series": [{"name": "one"}, {"name": "two"}]}
        rules.append({"when": {"series": "one"}, "exclude": {"body": "cat"}})
    config = make_config(4, candidates=4, traits=traits, rules=rules, **more)
    domain = domain_of(config)
    allowed = [row for row in product(*(range(len(values)) for values in domain.values)) if not domain.broken(row)]
    shown = {domain.shown(row) for row in allowed}
    counted = count_combinations(domain)
    assert counted.exact and counted.total == len(shown) == 5 and counted.listed(domain) == len(allowed)
    for trait, having in enumerate(counted.having):
        for value, ways in enumerate(having):
            assert ways == len({domain.shown(row) for row in allowed if row[trait] == value})
    rows = draw_traits(domain, counted, RandomStream(1), unique=True)
    assert len({domain.shown(row) for row in rows}) == 4 and not any(domain.broken(row) for row in rows)
