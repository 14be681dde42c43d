"""HashLips: the build folder of its art engine, which many mint pages and rarity tools read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from collection.exporters.exporter import Content, PublishedSet, PublishedToken, as_text


class HashLips:
    """The build folder."""

    purpose = "HashLips build folder: build/images/N.png, build/json/N.json and _metadata.json"

    def problems(self, published: PublishedSet) -> Iterable[str]:
        """A build folder takes everything."""
        return ()

    def files(self, published: PublishedSet) -> Iterable[tuple[str, Content]]:
        """One JSON file a token, and all of them in one list."""
        listed = []
        for token in published.tokens:
            value = self._json(token)
            listed.append(value)
            yield f"build/images/{token.token_id}.png", token.image
            yield f"build/json/{token.token_id}.json", _written(value)
        yield "build/json/_metadata.json", _written(listed)

    def _json(self, token: PublishedToken) -> dict[str, Any]:
        """The engine's fields; `dna` is the hash of the recipe, or of the picture where there is none."""
        metadata, proof = token.metadata, token.metadata.properties
        return {
            "name": metadata.name, "description": metadata.description, "image": metadata.image,
            "dna": proof.get("recipe_sha256") or proof.get("image_sha256", ""), "edition": token.token_id,
            "attributes": [as_text(trait) for trait in metadata.traits], "compiler": "Collection",
        }  # fmt: skip


def _written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()


HASHLIPS = HashLips()
