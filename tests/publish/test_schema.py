"""The published JSON Schema says of metadata what the freeze says, judged by the reference validator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from collection.config import Config
from collection.publish.metadata import token_metadata
from collection.publish.schema import token_schema
from collection.store.records import Asset
from collection.values import Recipe

SCHEMA = Draft202012Validator(token_schema())


def metadata() -> dict[str, Any]:
    value = {
        "title": "T", "supply": 1, "seed": 1,
        "publish": {"traits": {"level": {"type": "level", "max": 9}, "born": {"type": "date"}},
                    "animation_url": "https://a.example/{id}.mp4", "background_color": "00ff00"},
    }  # fmt: skip
    recipe = Recipe("painter", "p", 1, 8, 8, "main", traits={"level": "7", "born": "2026-11-27", "Hat": "Red"})
    return token_metadata(Config.model_validate(value), Asset(1, recipe, "a" * 64, "b" * 64, 8, 8, 9), 1, "bafy")


def test_the_schema_in_the_docs_is_that_of_the_code(repository: Path) -> None:
    assert json.loads((repository / "docs/token.schema.json").read_text()) == token_schema()


def test_what_is_frozen_is_valid() -> None:
    Draft202012Validator.check_schema(token_schema())
    assert [*SCHEMA.iter_errors(metadata())] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "x" * 201), ("image", "javascript:alert(1)"), ("background_color", "#00ff00"), ("description", 7),
     ("attributes", [{"value": 1}]), ("attributes", [{"trait_type": "born", "value": "today", "display_type": "date"}]),
     ("attributes", [{"trait_type": "x", "value": None}])],
)  # fmt: skip
def test_what_is_not_is_refused(field: str, value: Any) -> None:
    (error,) = SCHEMA.iter_errors({**metadata(), field: value})
    assert error.absolute_path[0] == field
    for name in ("name", "image", "attributes"):
        assert [*SCHEMA.iter_errors({key: said for key, said in metadata().items() if key != name})]
