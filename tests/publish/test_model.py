"""Token and contract metadata: every field that marketplaces read, in its type, and nothing that is empty."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.config import Config
from collection.errors import MetadataError, PublishError
from collection.publish.limits import check_metadata
from collection.publish.metadata import contract_metadata, described_token
from collection.publish.model import ContractMetadata, TokenMetadata
from collection.publish.traits import Trait
from collection.store.records import TOLD_TRAITS, Asset
from collection.values import canonical_json

COLLABORATOR = "0x" + "ab" * 20
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
TRAITS = st.builds(Trait, TEXT, TEXT) | st.builds(
    lambda name, value, kind, most: Trait(name, value, kind, most),
    TEXT, st.integers(0, 9), st.sampled_from(["level", "number", "boost_number", "boost_percentage", "date"]),
    st.none() | st.integers(9, 99),
)  # fmt: skip


def config(description: str = "", **publish: Any) -> Config:
    value = {"title": "Hats", "supply": 1, "seed": 1, "description": description, "publish": publish}
    return Config.model_validate(value)


def asset(**features: str) -> Asset:
    return Asset(7, None, "a" * 64, "b" * 64, 8, 8, 9, {"source": "cat.png"}, features)


def told(config: Config, **features: str) -> dict[str, Any]:
    return described_token(config, asset(**features), 3, "bafyimages").as_json()


def problems(config: Config, **features: str) -> list[str]:
    token = described_token(config, asset(**features), 3, "bafyimages")
    try:
        check_metadata(contract_metadata(config, "bafy"), [("image 0007 (cat.png)", token)], config.trait_types)
    except MetadataError as error:
        assert error.hint
        return [problem.message for problem in error.problems]
    return []


@pytest.mark.parametrize("shared", ["", "Hats."])
@pytest.mark.parametrize(
    ("added", "why"),
    [("x" * 5_000_000, "5,000,0.. characters"), ("a \u202e b", "U\\+202E"), ("a \x00 b", "U\\+0000")],
)
def test_a_description_of_a_token_may_begin_as_that_of_all_and_is_looked_at(shared: str, added: str, why: str) -> None:
    given = config(shared)
    token = replace(described_token(given, asset(), 3, "bafyimages"), description=f"{shared} {added}")
    with pytest.raises(MetadataError, match=rf"token 3, image 7: description: it h.*{why}"):
        check_metadata(contract_metadata(given, "bafy"), [("image 7", token)], given.trait_types)


def test_what_is_not_said_is_not_published() -> None:
    assert set(told(config())) == {"name", "description", "image", "attributes", "properties"}
    assert set(contract_metadata(config(), "bafy").as_json()) == {"name", "symbol", "description", "image"}


def test_every_field_that_marketplaces_read() -> None:
    value = told(
        config(
            name="{title} no. {id}", animation_url="ipfs://bafya/{id}.mp4", external_url="https://hats.example/{id}",
            background_color="ffEE00", traits={"level": {"type": "level", "max": 9}, "born": {"type": "date"}},
        ),
        Level="7", Born="1970-01-02", Hat="cap",
    )  # fmt: skip
    del value["properties"]
    assert value == {
        "name": "Hats no. 3", "description": "", "image": "ipfs://bafyimages/3.png",
        "animation_url": "ipfs://bafya/3.mp4", "external_url": "https://hats.example/3", "background_color": "ffEE00",
        "attributes": [
            {"trait_type": "Born", "value": 86400, "display_type": "date"},
            {"trait_type": "Hat", "value": "cap"},
            {"trait_type": "Level", "value": 7, "max_value": 9},
        ],
    }  # fmt: skip


def test_every_field_of_the_contract() -> None:
    value = contract_metadata(
        config(
            external_url="https://hats.example", banner_image="ipfs://bafyb", featured_image="ipfs://bafyf",
            collaborators=[COLLABORATOR],
        ),
        "bafy",
    ).as_json()  # fmt: skip
    assert value == {
        "name": "Hats", "symbol": "HTS", "description": "", "image": "ipfs://bafy/1.png", "banner_image": "ipfs://bafyb",
        "featured_image": "ipfs://bafyf", "external_link": "https://hats.example", "collaborators": [COLLABORATOR],
    }  # fmt: skip
    assert contract_metadata(config(external_url="https://hats.example/{id}"), "bafy").external_link == ""


TOKENS = st.builds(TokenMetadata, st.integers(1, 9), TEXT, TEXT, TEXT, st.lists(TRAITS, max_size=4).map(tuple), TEXT)


@given(TOKENS)
def test_metadata_is_read_back_as_it_was_written(token: TokenMetadata) -> None:
    assert TokenMetadata.from_json(token.token_id, json.loads(canonical_json(token.as_json()))) == token


@pytest.mark.parametrize("value", [None, [], {}, {"name": "a"}, {"name": "a", "image": "b", "attributes": [3]}])
def test_what_is_no_metadata_says_so(value: Any) -> None:
    with pytest.raises(PublishError, match="cannot be read"):
        TokenMetadata.from_json(1, value)
    with pytest.raises(PublishError, match="cannot be read"):
        ContractMetadata.from_json(value)


@pytest.mark.parametrize(
    "publish",
    [
        {"background_color": "#ffffff"}, {"background_color": "fff"}, {"name": "{titel} {id}"}, {"name": "{ID}"},
        {"animation_url": "C:/film.mp4"}, {"external_url": "https://a.example/{token}"}, {"collaborators": ["0x12"]},
        {"banner_image": "picture.png"}, {"traits": {"level": {"type": "stars"}}}, {"traits": {"level": {"max": 0}}},
        {"traits": {"level": {"max": "nan"}}},
    ],
)  # fmt: skip
def test_a_wrong_key_is_refused(publish: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="publish"):
        config(**publish)


def test_what_is_good_has_no_problems() -> None:
    assert problems(config("Two\nlines\tof text ✓ שלום"), Hat="cap ✓") == []


NUMBER = {"traits": {"level": {"type": "number", "max": 9}, "born": {"type": "date"}}}
WHERE = "token 3, image 0007 (cat.png): "


@pytest.mark.parametrize(
    ("given", "features", "found"),
    [
        (config("x" * 5_000_000), {}, "collection.toml: description: it has 5,000,000 characters, at most 10,000"),
        (config("a\x00b"), {}, "collection.toml: description: it holds the control character U+0000"),
        (config(name="\x1b{id}"), {}, f"{WHERE}name: it holds the control character U+001B"),
        (config(name="x" * 300), {}, f"{WHERE}name: it has 300 characters, at most 200"),
        (config(), {"Hat": "a\u202eb"}, f"{WHERE}trait 'Hat': it holds the control character U+202E"),
        (config(), {"H\nat": "a"}, f"{WHERE}trait 'H\\nat': its name: it holds the control character U+000A"),
        (config(), {"Hat": "\ud800"}, f"{WHERE}trait 'Hat': it holds the control character U+D800"),
        (config(**NUMBER), {"Level": "NaN"}, f"{WHERE}trait 'Level': 'NaN' is no number, as collection.toml says"),
        (config(**NUMBER), {"Level": "10"}, f"{WHERE}trait 'Level': 10 is above its max of 9"),
        (config(**NUMBER), {"Born": "soon"}, f"{WHERE}trait 'Born': 'soon' is no date, such as 2026-11-27"),
        (config(), {"Hat": "a", "hat": "b"}, f"{WHERE}traits 'Hat' and 'hat' have one name"),
        (config(), {f"t{place}": "a" for place in range(101)}, f"{WHERE}traits: there are 101, at most 100"),
        (config(), {"Hat": "x" * 1001}, f"{WHERE}trait 'Hat': it has 1,001 characters, at most 1,000"),
    ],
)
def test_what_cannot_be_published_is_named(given: Config, features: dict[str, str], found: str) -> None:
    (problem,) = problems(given, **features)
    assert problem.startswith(found)


def test_all_problems_are_told_at_once() -> None:
    found = problems(config("\x00", **NUMBER), Level="NaN", Born="soon", Hat="\x07")
    assert len(found) == 4


def test_told_traits_are_published_as_they_were_told_and_a_name_may_stand_twice() -> None:
    told = [
        {"name": "Hat", "value": "cap"}, {"name": "Hat", "value": "crown"},
        {"name": "Level", "value": "7", "number": True, "display_type": "boost_number", "max_value": "9"},
    ]  # fmt: skip
    of = Asset(7, None, "a" * 64, "b" * 64, 8, 8, 9, {"source": "cat.png", TOLD_TRAITS: told}, {"Hat": "cap"})
    token = described_token(config(), of, 3, "bafyimages")
    assert token.as_json()["attributes"] == [
        {"trait_type": "Hat", "value": "cap"}, {"trait_type": "Hat", "value": "crown"},
        {"trait_type": "Level", "value": 7, "display_type": "boost_number", "max_value": 9},
    ]  # fmt: skip
    assert TOLD_TRAITS not in token.properties["generator"]
    check_metadata(contract_metadata(config(), "bafy"), [("image 0007", token)], {})
    typed = config(traits={"level": {"type": "level"}})
    assert described_token(typed, of, 3, "bafyimages").traits[2] == Trait("Level", 7, "level")
