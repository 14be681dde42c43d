"""The export target `site`: the published folder as it is, with a gallery and a page that checks the proof."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from collection.exporters.exporter import Content, PublishedSet, PublishedToken
from collection.exporters.site.data import SiteContract, SiteEditions, detail_scripts, set_script
from collection.exporters.site.page import page
from collection.unixfs import Entry

SIDE = 256
"""Pixels of the longer side of a small picture."""
GALLERY, PROOF = "index.html", "proof.html"


def small_picture(token: PublishedToken) -> Content:
    """The small picture of a token, made now."""

    def write(path: Path) -> None:
        from collection.pictures.files import decode_image, thumbnail

        pixels = decode_image(token.image.read_bytes(), f"the image of token {token.token_id}")
        path.write_bytes(thumbnail(pixels, SIDE))

    return write


@dataclass(frozen=True, slots=True)
class Site:
    """A gallery of the set."""

    contract: SiteContract | None = None
    """None: the page tells of no chain."""
    editions: SiteEditions | None = None
    """None: there are no copies."""
    small: Callable[[PublishedToken], Content] = small_picture
    """Gives the small picture of a token, a WebP file."""
    purpose = "a gallery with filters, rarity and provenance, and proof.html: open index.html, no server is needed"

    def problems(self, published: PublishedSet) -> Iterable[str]:
        """A gallery takes everything."""
        return ()

    def files(self, published: PublishedSet) -> Iterable[tuple[str, Content]]:
        """The published files byte for byte, small pictures, data, and the pages."""
        title = published.contract.name
        for token in published.tokens:
            yield f"thumbs/{token.token_id}.webp", self.small(token)
        yield from _flat(published.tree, "")
        yield "data/set.js", set_script(published, self.contract, self.editions)
        yield from detail_scripts(published)
        yield GALLERY, page(GALLERY, title)
        if "proof" in published.tree:
            yield PROOF, page(PROOF, title)


def _flat(tree: Mapping[str, Entry], place: str) -> Iterator[tuple[str, Content]]:
    for name, entry in tree.items():
        if isinstance(entry, Mapping):
            yield from _flat(entry, f"{place}{name}/")
        elif isinstance(entry, bytes | Path):
            yield f"{place}{name}", entry


SITE = Site()
