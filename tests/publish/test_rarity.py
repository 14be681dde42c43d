"""Rarity: equal to the published method, computed here a second time from its words."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.publish.rarity import BINS, NULL, TRAIT_COUNT, rarity
from collection.publish.traits import Trait

NAMES = st.sampled_from(["hat", "eyes", "back", "mood"])
VALUES = st.sampled_from(["red", "blue", "cap", "none", "laser", " Red"])
SETS = st.lists(st.dictionaries(NAMES, VALUES), min_size=1, max_size=30)


def of(tokens: list[dict[str, str]]) -> dict[int, list[Trait]]:
    return {number: [Trait(*pair) for pair in traits.items()] for number, traits in enumerate(tokens, start=1)}


def published(tokens: list[dict[str, str]]) -> dict[int, tuple[int, float, int]]:
    """(rank, score, unique traits) by token id, slowly, by the text of the method."""
    clean = [{name.lower().strip(): value.lower().strip() for name, value in token.items()} for token in tokens]
    for token in clean:
        token["meta_trait:trait_count"] = str(len([value for value in token.values() if value not in ("", "none")]))
    everything = {name for token in clean for name in token}
    table = {name: [token.get(name) for token in clean] for name in everything}
    entropy = 0.0
    for column in table.values():
        for value in set(column):
            chance = Fraction(column.count(value), len(clean))
            entropy -= float(chance) * math.log2(chance)
    rows = []
    for number, token in enumerate(clean, start=1):
        bits = sum(-math.log2(Fraction(column.count(token.get(name)), len(clean))) for name, column in table.items())
        unique = sum(table[name].count(value) == 1 for name, value in token.items())
        rows.append((number, unique, bits / (entropy or 1)))
    rows.sort(key=lambda row: (row[1], row[2]), reverse=True)
    found: dict[int, tuple[int, float, int]] = {}
    before: tuple[int, float] | None = None
    for place, (number, unique, score) in enumerate(rows, start=1):
        rank = before[0] if before and math.isclose(before[1], score) else place
        found[number], before = (rank, score, unique), (rank, score)
    return found


@given(SETS)
def test_ranks_are_those_of_the_published_method(tokens: list[dict[str, str]]) -> None:
    found = {token.token_id: token for token in rarity(of(tokens)).tokens}
    expected = published(tokens)
    assert set(found) == set(expected)
    for number, (_, score, unique) in expected.items():
        assert found[number].score == pytest.approx(score, abs=1e-9)
        assert found[number].unique == unique
    assert {n: found[n].rank for n in found} == {n: rank for n, (rank, _, _) in expected.items()}


@given(SETS)
def test_every_rank_is_explained(tokens: list[dict[str, str]]) -> None:
    result = rarity(of(tokens))
    for token in result.tokens:
        assert token.bits == pytest.approx(token.score * (result.entropy or 1))
        assert token.statistical == pytest.approx(2**-token.bits)
        assert token.rarity_score == pytest.approx(sum(len(tokens) / part.count for part in token.traits))
        assert [part.name for part in token.traits] == sorted({part.name for part in token.traits})
    assert {token.token_id for token in result.tokens} == set(of(tokens))
    ranks = [token.rank for token in result.tokens]
    assert ranks == sorted(ranks)
    assert ranks[0] == 1


@given(SETS, st.randoms())
def test_the_order_of_tokens_and_traits_does_not_matter(tokens: list[dict[str, str]], random: object) -> None:
    given_set = of(tokens)
    numbers = list(given_set)
    random.shuffle(numbers)  # type: ignore[attr-defined]
    turned = {number: given_set[number][::-1] for number in numbers}
    assert rarity(turned) == rarity(given_set)


def test_unique_traits_come_before_the_score() -> None:
    """One trait of its own outranks a higher score of traits that two have."""
    tokens: list[dict[str, str]] = [{"a": "own", "b": "x", "c": "x"}]
    tokens += [{"a": "pair", "b": "pair", "c": "pair"}] * 2 + [{"a": "x", "b": "x", "c": "x"}] * 5
    first, second, *_ = rarity(of(tokens)).tokens
    assert (first.token_id, first.rank, first.unique) == (1, 1, 1)
    assert (second.rank, second.unique) == (2, 0)
    assert first.score < second.score


def test_a_missing_trait_is_null_and_no_unique_trait() -> None:
    tokens = of([*[{"hat": "cap", "eyes": "red"}] * 2, {"hat": "cap"}])
    last = {part.name: part for part in rarity(tokens).by_token[3].traits}
    assert last["eyes"].value == NULL
    assert last["eyes"].count == 1
    assert last[TRAIT_COUNT].value == "1"
    assert rarity(tokens).by_token[3].unique == 1, "the trait count, not the missing trait"


def test_numbers_are_binned_at_deciles_where_they_are_many() -> None:
    tokens = {number: [Trait("Level", number, "level")] for number in range(1, 101)}
    values = {part.value for token in rarity(tokens).tokens for part in token.traits if part.name == "level"}
    assert len(values) == BINS
    assert {"1 to 10", "91 to 100"} <= values
    few = {number: [Trait("Level", number % BINS, "level")] for number in range(100)}
    values = {part.value for token in rarity(few).tokens for part in token.traits if part.name == "level"}
    assert values == {str(number) for number in range(BINS)}


@given(st.lists(st.integers(0, 50) | st.floats(0, 50).map(lambda x: round(x, 3)), min_size=1, max_size=200))
def test_equal_numbers_share_a_bin_and_bins_do_not_overlap(values: list[float]) -> None:
    tokens = {number: [Trait("n", value, "number")] for number, value in enumerate(values)}
    bins = {number: token.traits[-1].value for number, token in rarity(tokens).by_token.items()}
    spans: dict[str, list[float]] = {}
    for number, value in enumerate(values):
        spans.setdefault(bins[number], []).append(value)
    ordered = sorted((min(inside), max(inside)) for inside in spans.values())
    assert all(first[1] < second[0] for first, second in pairwise(ordered))


def test_a_set_of_nothing_and_of_one() -> None:
    assert rarity({}).tokens == ()
    alone = rarity({7: [Trait("hat", "cap")]})
    assert (alone.entropy, alone.tokens[0].rank, alone.tokens[0].score) == (0, 1, 0)
