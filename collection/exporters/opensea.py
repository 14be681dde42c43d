"""OpenSea's drop: a CSV manifest and the media that it names.

Source: docs.opensea.io, reference of the drop manifest: columns tokenID, name, description, file_name, optional
external_url and animation_url, and one attributes[TRAIT] for each trait; at most 15,000 files a batch, media of at most
300 MB.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from collection.exporters.exporter import Content, PublishedSet
from collection.exporters.folders import csv_file
from collection.values import amount

FILES, MEDIA = 15_000, 300_000_000
"""The most files of a batch, and bytes of a picture."""


_TWICE = "two of its traits are called {!r}; a manifest has one column for each name"


class OpenSea:
    """The manifest of a drop with its pictures."""

    purpose = "OpenSea drop: manifest.csv and the pictures that it names, in media"

    def problems(self, published: PublishedSet) -> Iterable[str]:
        """Too many files, too large pictures, and traits that have no column of their own."""
        if len(published.tokens) > FILES:
            yield f"the set has {amount(len(published.tokens), 'picture')}; OpenSea takes at most {FILES:,} a batch"
        for token in published.tokens:
            if (size := token.image.stat().st_size) > MEDIA:
                yield f"token {token.token_id}: its picture has {size:,} bytes; OpenSea takes at most {MEDIA:,}"
            told = Counter(trait.name for trait in token.metadata.traits)
            yield from (f"token {token.token_id}: {_TWICE.format(name)}" for name in sorted(told) if told[name] > 1)
        for name in published.trait_names:
            if "[" in name or "]" in name:
                yield f"trait {name!r}: OpenSea's columns are called attributes[NAME], so that no name may hold [ or ]"

    def files(self, published: PublishedSet) -> Iterable[tuple[str, Content]]:
        """manifest.csv, media/N.png."""
        traits = published.trait_names
        optional = [
            name for name in ("external_url", "animation_url")
            if any(getattr(token.metadata, name) for token in published.tokens)
        ]  # fmt: skip
        rows: list[list[object]] = [
            ["tokenID", "name", "description", "file_name", *optional, *(f"attributes[{name}]" for name in traits)]
        ]
        for token in published.tokens:
            told = {trait.name: trait.value for trait in token.metadata.traits}
            said = [getattr(token.metadata, name) for name in ("name", "description")]
            links = [getattr(token.metadata, name) for name in optional]
            values = [told.get(name, "") for name in traits]
            rows.append([token.token_id, *said, f"{token.token_id}.png", *links, *values])
            yield f"media/{token.token_id}.png", token.image
        yield "manifest.csv", csv_file(rows)


OPENSEA = OpenSea()
