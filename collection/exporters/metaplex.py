"""Metaplex: the assets folder of a Candy Machine, for Sugar and for the Core Candy Machine (`mplx cm`).

Files 0.json and 0.png to n-1, and collection.json and collection.png. Sources: Metaplex's metadata standard and the
limits that Sugar validates: names of 32, symbols of 10, links of 200 characters; attributes are texts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from collection.exporters.exporter import Content, PublishedSet, as_text, too_long

SYMBOL = 10
IMAGE_TYPE = "image/png"


class Metaplex:
    """The assets folder of a Candy Machine."""

    purpose = "Metaplex Candy Machine, Core (mplx cm) and Sugar: assets/0.json, 0.png ... and collection.json"

    LIMITS: ClassVar = {"name": 32, "animation_url": 200, "external_url": 200}

    def problems(self, published: PublishedSet) -> Iterable[str]:
        """What Sugar's validator refuses."""
        yield from too_long(published, self.LIMITS, "Metaplex")
        contract = published.contract
        for name, text, most in (("title", contract.name, self.LIMITS["name"]), ("symbol", contract.symbol, SYMBOL)):
            if len(text) > most:
                yield f"collection.toml: {name} has {len(text)} characters; Metaplex takes at most {most}"

    def files(self, published: PublishedSet) -> Iterable[tuple[str, Content]]:
        """Tokens are numbered from 0: token 1 is asset 0."""
        contract = published.contract
        for place, token in enumerate(published.tokens):
            metadata = token.metadata
            links = {"animation_url": metadata.animation_url, "external_url": metadata.external_url}
            yield f"assets/{place}.png", token.image
            told = {"attributes": [as_text(trait) for trait in metadata.traits], **links}
            yield f"assets/{place}.json", self._json(metadata.name, contract.symbol, metadata.description, place, told)
        if published.tokens:
            yield "assets/collection.png", published.tokens[0].image
        link = {"external_url": contract.external_link}
        whole = self._json(contract.name, contract.symbol, contract.description, "collection", link)
        yield "assets/collection.json", whole

    def _json(self, name: str, symbol: str, description: str, stem: object, more: Mapping[str, Any]) -> bytes:
        image = f"{stem}.png"
        value = {
            "name": name, "symbol": symbol, "description": description, "image": image,
            **{key: content for key, content in more.items() if content},
            "properties": {"files": [{"uri": image, "type": IMAGE_TYPE}], "category": "image"},
        }  # fmt: skip
        return json.dumps(value, ensure_ascii=False, indent=2).encode()


METAPLEX = Metaplex()
