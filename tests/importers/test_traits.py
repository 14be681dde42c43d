"""What token metadata tells, on its way to the chain."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.errors import ImageError
from collection.importers.traits import read_json, read_traits
from collection.publish.traits import Trait, traits_of
from collection.store.records import TOLD_TRAITS, Asset
from collection.values import canonical_json


def published(text: str) -> list[Any]:
    """The attributes of a token, from the JSON beside a picture to the bytes of its metadata."""
    told = read_traits(read_json(text.encode()))
    record = json.loads(canonical_json({TOLD_TRAITS: [trait.as_json() for trait in told.traits]}))
    asset = Asset(1, None, "a" * 64, "b" * 64, 8, 8, 100, record, told.features)
    listed: list[Any] = json.loads(canonical_json([trait.as_attribute() for trait in traits_of(asset, {})]))
    return listed


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("1234567.891", 1234567.891), ("1546360800.0", 1546360800), ("16777217.5", 16777217.5), ("5", 5),
        ("-2.50", -2.5), ("1e300", 1e300), ("1E-7", 1e-7), (str(2**53 - 1), 2**53 - 1), (str(2**53), str(2**53)),
        ("9" * 40, "9" * 40), ("0.1234567890123456789", "0.1234567890123456789"), ("1e400", "1e400"),
        ("123456789012345678.5", "123456789012345678.5"), ("0", 0),
    ],
)  # fmt: skip
def test_a_number_keeps_its_value_on_the_way_to_the_chain(number: str, value: Any) -> None:
    """A number where JSON readers give the same one back, else its digits as they are written."""
    assert published(f'{{"attributes": [{{"trait_type": "Weight", "value": {number}}}]}}') == [
        {"trait_type": "Weight", "value": value}
    ]
    assert read_traits(read_json(f'{{"weight": {number}}}'.encode())).features == {"weight": number}


def test_kinds_of_traits_are_published_as_they_are_told() -> None:
    told = [
        {"trait_type": "Power", "value": 10, "max_value": 100, "display_type": "boost_percentage"},
        {"trait_type": "Born", "value": 1546360800, "display_type": "date"},
        {"trait_type": "Generation", "value": 2.5, "display_type": "number", "max_value": 10.5},
        {"trait_type": "Top", "value": "hoop earrings"},
        {"trait_type": "Top", "value": "flower crown"},
        {"trait_type": "Code", "value": "007"},
    ]
    assert published(json.dumps({"attributes": told})) == told


def test_a_trait_told_twice_in_one_way_is_one_trait() -> None:
    assert len(published('{"attributes": [{"trait_type": "a", "value": "b"}, {"trait_type": "a", "value": "b"}]}')) == 1


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("NaN", "NaN"), ("Infinity", "infinite"), ("null", "null"), ("[[1]]", "a list"), ("{}", "an object"),
        ('" "', "empty"), ('"\\u0000"', "empty"),
    ],
)  # fmt: skip
def test_what_is_no_trait_is_named(value: str, why: str) -> None:
    told = read_traits(read_json(f'{{"attributes": [{{"trait_type": "Odd", "value": {value}}}]}}'.encode()))
    assert not told.traits
    assert told.notes[0].startswith("its trait 'Odd' left out: its value is ")
    assert why in told.notes[0]


def test_control_characters_are_taken_out_with_a_note() -> None:
    told = read_traits({"attributes": [{"trait_type": "Sk\0y", "value": "to\x1b[31mrn\x85\nred"}]})
    assert told.features == {"Sky": "to[31mrn red"}
    assert told.notes == ("control characters taken out of its trait 'Sky'",)
    assert read_traits({"a": "👩‍🎨 é"}).notes == ()
    for turning in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":  # freeze publishes none of them
        told = read_traits({"attributes": [{"trait_type": "Ha\u202et", "value": f"{turning}ca{turning}p"}]})
        assert (told.features, told.notes) == ({"Hat": "cap"}, ("control characters taken out of its trait 'Hat'",))


@pytest.mark.parametrize(("value", "most"), [(5, "ten"), ("five", 10), ("5", "10"), (5, [10])])
def test_a_highest_value_that_cannot_be_kept_is_noted(value: Any, most: Any) -> None:
    told = read_traits({"attributes": [{"trait_type": "Power", "value": value, "max_value": most}]})
    assert [trait.max_value for trait in told.traits] == [""]
    assert told.notes == ("`max_value` of its trait 'Power' left out: one of both is no number",)


def test_halves_of_characters_are_taken_out_with_a_note() -> None:
    told = read_traits(
        read_json(b'{"attributes": [["Hat", "a \\ud800cap"], ["Eye", "\\udfff"]]}'),
    )
    assert told.features == {"Hat": "a cap"}
    assert told.notes == (
        "halves of characters taken out of its trait 'Hat'", "its trait 'Eye' left out: its value is empty",
    )  # fmt: skip


def test_a_trait_without_a_value_is_no_trait_of_another_name() -> None:
    told = read_traits(
        {"attributes": [{"trait_type": "Hat"}, {"traitType": "Eye"}, {"trait_type": "Fur", "value": "red"}]}
    )
    assert told.features == {"Fur": "red"}
    assert told.notes == (
        "its trait 'Hat' left out: its value is null", "its trait 'Eye' left out: its value is null",
    )  # fmt: skip


@pytest.mark.parametrize("number", ["1e400", "0.1234567890123456789", str(2**53), "-1e-400"])
@pytest.mark.parametrize("kind", ["date", "number", "boost_percentage"])
def test_a_number_that_readers_cannot_hold_is_published_as_text_and_says_so(number: str, kind: str) -> None:
    trait = f'{{"trait_type": "Born", "value": {number}, "display_type": "{kind}", "max_value": 9}}'
    text = f'{{"attributes": [{trait}]}}'
    assert read_traits(read_json(text.encode())).notes == (
        f"its trait 'Born' is text now: programs that read JSON cannot hold the number {number}",
    )
    assert published(text) == [{"trait_type": "Born", "value": number}]


@pytest.mark.parametrize(
    "value",
    [
        {"attributes": [{"trait_type": "Hat", "value": "red"}]}, {"traits": [{"trait_type": "Hat", "value": "red"}]},
        {"attributes": {"Hat": "red"}}, {"attributes": [{"name": "Hat", "value": "red"}]}, {"Hat": "red"},
        {"attributes": [{"key": "Hat", "value": "red"}]}, {"Hat": "red", "name": "X #1", "edition": 3, "dna": "00"},
        {"attributes": [{"Hat": "red"}]}, {"attributes": [["Hat", "red"]]}, {"attributes": {"Hat": {"value": "red"}}},
        {"attributes": [{"TraitType": "Hat", "trait_value": "red"}]}, {"metadata": {"attributes": {"Hat": "red"}}},
        {"attributes": '[{"trait_type": "Hat", "value": "red"}]'}, {"decimals": 0, "properties": {"Hat": "red"}},
        {"Attributes": [{"trait_type": "Hat", "value": "red"}]}, {"TRAITS": {"Hat": "red"}},
        {"properties": {"attributes": [{"trait_type": "Hat", "value": "red"}], "files": [], "category": "image"}},
        {"properties": {"hat": {"name": "Hat", "value": "red"}, "files": [], "category": "image"}},
    ],
)  # fmt: skip
def test_the_shapes_in_which_traits_are_told(value: Any) -> None:
    assert read_traits(value).features == {"Hat": "red"}


def test_a_trait_that_is_called_as_a_list_is_one() -> None:
    told = read_traits({"properties": {"Traits": "none", "Hat": "red"}})
    assert told.features == {"Traits": "none", "Hat": "red"}


def test_keys_that_stand_twice_lose_nothing_in_silence() -> None:
    assert read_traits(read_json(b'{"attributes": {"Hat": "red", "Hat": "blue"}}')).features == {"Hat": "red, blue"}
    for text, what in {
        b'{"attributes": [{"trait_type": "Hat", "value": "red", "value": "blue"}]}': "'Hat' has `value` twice",
        b'{"attributes": [], "attributes": [{"trait_type": "Hat", "value": "blue"}]}': "its `attributes` stands twice",
    }.items():
        told = read_traits(read_json(text))
        assert told.features == {"Hat": "blue"}
        assert what in told.notes[0]


def test_a_number_of_thousands_of_digits_is_published_as_text() -> None:
    text = f'{{"attributes": [{{"trait_type": "Long", "value": {"9" * 5000}, "display_type": "number"}}]}}'
    assert published(text) == [{"trait_type": "Long", "value": "9" * 5000}]


def test_a_number_of_thousands_of_digits_is_as_it_is_written() -> None:
    assert read_traits(read_json(b'{"n": ' + b"9" * 5000 + b"}")).features == {"n": "9" * 5000}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_json_with_and_without_a_byte_order_mark(encoding: str) -> None:
    assert read_json('{"Hut": "grün"}'.encode(encoding)) == {"Hut": "grün"}


def test_told_traits_come_in_their_order() -> None:
    record = {TOLD_TRAITS: [{"name": "z", "value": "1", "number": True}, {"name": "a", "value": "1"}]}
    asset = Asset(1, None, "a" * 64, "b" * 64, 8, 8, 100, record, {"z": "1", "a": "1"})
    assert traits_of(asset, {}) == [Trait("z", 1, "level"), Trait("a", "1")]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(VALUES, st.booleans())
def test_any_json_tells_sound_text_or_an_image_error(value: Any, wrapped: bool) -> None:
    try:
        text = json.dumps({"attributes": [{"trait_type": "x", "value": value}, value]} if wrapped else value)
        attributes = published(text)
    except ImageError:
        return
    assert all(item["trait_type"] for item in attributes)
