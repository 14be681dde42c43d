"""thirdweb: what its dashboard takes as a batch upload, a JSON list and pictures numbered without a gap."""

from __future__ import annotations

import json
from collections.abc import Iterable

from collection.exporters.exporter import Content, PublishedSet


class Thirdweb:
    """A batch for lazy minting."""

    purpose = "thirdweb batch upload: metadata.json, a list in token order, and 0.png, 1.png ..."

    def problems(self, published: PublishedSet) -> Iterable[str]:
        """Every token needs a name."""
        for token in published.tokens:
            if not token.metadata.name.strip():
                yield f"token {token.token_id}: it has no name, which thirdweb requires"

    def files(self, published: PublishedSet) -> Iterable[tuple[str, Content]]:
        """Tokens are numbered from 0, as thirdweb mints them: token 1 is picture 0."""
        listed = []
        for place, token in enumerate(published.tokens):
            value = {**token.metadata.as_json(), "image": f"{place}.png"}
            value.pop("properties", None)
            listed.append(value)
            yield f"{place}.png", token.image
        yield "metadata.json", json.dumps(listed, ensure_ascii=False, indent=2).encode()


THIRDWEB = Thirdweb()
