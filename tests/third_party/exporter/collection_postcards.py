"""Postcards: a file of captions, and the picture of each token beside it. It takes no caption above 20 characters."""

from __future__ import annotations

from collections.abc import Iterable

from collection.exporters.exporter import Content, PublishedSet

MOST = 20
NUMBER = 7


class Postcards:
    """The target."""

    purpose = "postcards: captions.txt and the pictures"

    def problems(self, published: PublishedSet) -> Iterable[str]:
        """Captions that do not fit on a card."""
        for token in published.tokens:
            if len(token.metadata.name) > MOST:
                yield f"token {token.token_id}: name does not fit on a card"

    def files(self, published: PublishedSet) -> Iterable[tuple[str, Content]]:
        """The pictures by number, and the captions."""
        for token in published.tokens:
            yield f"cards/{token.token_id}.png", token.image
        yield "captions.txt", "".join(f"{token.metadata.name}\n" for token in published.tokens).encode()


class Falling(Postcards):
    """Falls over after its first file."""

    def files(self, published: PublishedSet) -> Iterable[tuple[str, Content]]:
        """One file, then none."""
        yield "first.txt", b"1"
        raise RuntimeError("no printer")


class Escaping(Postcards):
    """Writes where it should not."""

    def files(self, published: PublishedSet) -> Iterable[tuple[str, Content]]:
        """A file outside."""
        yield "../outside.txt", b"1"


POSTCARDS, FALLING, ESCAPING = Postcards(), Falling(), Escaping()
