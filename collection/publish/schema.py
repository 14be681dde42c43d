"""The JSON Schema of token metadata, from the limits that `freeze` checks: for marketplaces and strangers.

Source: JSON Schema 2020-12. The fields are those of ERC-721 and of OpenSea's metadata standard.
"""

from __future__ import annotations

from typing import Any

from collection.publish.limits import DESCRIPTION, LINE, NAME, TRAIT_NAME, TRAIT_VALUE, TRAITS, URI

_DISPLAY = ["number", "boost_number", "boost_percentage", "date"]


def token_schema() -> dict[str, Any]:
    """What every metadata file of a frozen token is valid under."""
    link = {"type": "string", "maxLength": URI, "pattern": "^(ipfs|https?|ar)://"}
    number = {"type": "number"}
    trait = {
        "type": "object",
        "required": ["trait_type", "value"],
        "additionalProperties": False,
        "properties": {
            "trait_type": {"type": "string", "maxLength": TRAIT_NAME},
            "value": {"anyOf": [{"type": "string", "maxLength": TRAIT_VALUE}, number]},
            "display_type": {"type": "string"},
            "max_value": number,
        },
        "if": {"properties": {"display_type": {"enum": _DISPLAY}}, "required": ["display_type"]},
        "then": {"properties": {"value": number}},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Metadata of a token",
        "type": "object",
        "required": ["name", "description", "image", "attributes"],
        "properties": {
            "name": {"type": "string", "maxLength": NAME},
            "description": {"type": "string", "maxLength": DESCRIPTION + LINE},
            "image": link,
            "animation_url": link,
            "external_url": link,
            "background_color": {"type": "string", "pattern": "^[0-9a-fA-F]{6}$"},
            "attributes": {"type": "array", "maxItems": TRAITS, "items": trait},
            "properties": {"type": "object"},
        },
    }
