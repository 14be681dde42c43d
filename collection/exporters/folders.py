"""The targets that are plain files: a folder, ERC-1155, a placeholder for a reveal, and the CAR file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from collection.exporters.exporter import Content, PublishedSet, too_long
from collection.publish.model import TokenMetadata
from collection.unixfs import directory_cid, write_entry_car
from collection.values import canonical_json


class Folder:
    """Images and metadata as they are published, and the traits as a table."""

    purpose = "images/N.png, metadata/N.json and collection.json as published, and the traits as traits.csv"

    def problems(self, published: PublishedSet) -> Iterable[str]:
        """A folder takes everything."""
        return ()

    def files(self, published: PublishedSet) -> Iterable[tuple[str, Content]]:
        """The published files byte for byte."""
        for token in published.tokens:
            yield f"images/{token.token_id}.png", token.image
            yield f"metadata/{token.token_id}.json", token.json
        yield "collection.json", published.contract_json
        yield "traits.csv", table(published)


def table(published: PublishedSet) -> bytes:
    """A CSV file with a row for each token and a column for each trait."""
    names = published.trait_names
    rows = [
        [token.token_id, token.metadata.name, *(_told(token.metadata, name) for name in names)]
        for token in published.tokens
    ]
    return csv_file([["token", "name", *names], *rows])


def _told(metadata: TokenMetadata, name: str) -> str:
    """The values of a trait, which imported metadata may tell more than once."""
    return ", ".join(trait.text for trait in metadata.traits if trait.name == name)


def csv_file(rows: Iterable[Iterable[object]]) -> bytes:
    """A CSV file (RFC 4180, UTF-8)."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


class Erc1155:
    """Metadata by the names that ERC-1155 makes of {id}."""

    purpose = "metadata as ERC-1155 names it ({id}: 64 hex digits), and the URI to deploy with in uri.txt"

    LIMITS: ClassVar = {"name": 100, "description": 2000, "image": 1000, "animation_url": 1000, "external_url": 1000}
    TRAITS = 40

    def problems(self, published: PublishedSet) -> Iterable[str]:
        """What OpenSea takes of ERC-1155 items."""
        yield from too_long(published, self.LIMITS, "OpenSea's ERC-1155")
        for token in published.tokens:
            if (count := len(token.metadata.traits)) > self.TRAITS:
                yield f"token {token.token_id}: it has {count} traits; OpenSea's ERC-1155 takes at most {self.TRAITS}"

    def files(self, published: PublishedSet) -> Iterable[tuple[str, Content]]:
        """metadata/{id}.json, and the URI whose {id} clients fill in."""
        named = {f"{token.token_id:064x}.json": self._json(token.metadata) for token in published.tokens}
        yield from ((f"metadata/{name}", data) for name, data in named.items())
        yield "uri.txt", f"ipfs://{directory_cid(named, published.profile)}/{{id}}.json\n".encode()
        yield "collection.json", published.contract_json

    def _json(self, token: TokenMetadata) -> bytes:
        return canonical_json({**token.as_json(), "decimals": 0})


class Placeholder:
    """What tokens show before a reveal."""

    purpose = "metadata/N.json that shows nothing of a token yet, for a reveal; its image is [publish] featured_image"
    shows_nothing = True

    def problems(self, published: PublishedSet) -> Iterable[str]:
        """There must be a picture that is none of the tokens'."""
        if not published.contract.featured_image:
            yield "the contract has no featured_image: say it under [publish], then freeze"

    def files(self, published: PublishedSet) -> Iterable[tuple[str, Content]]:
        """The same name, description and picture for all; no traits, no recipe."""
        contract = published.contract
        blank = TokenMetadata(0, contract.name, contract.featured_image, contract.description)
        for token in published.tokens:
            shown = replace(blank, name=f"{contract.name} #{token.token_id}")
            yield f"metadata/{token.token_id}.json", canonical_json(shown.as_json())
        yield "collection.json", published.contract_json


class CarFile:
    """The whole set as one CAR file."""

    purpose = "ROOT.car, the whole set with its CIDs, for any IPFS node or service that imports CAR files"

    def problems(self, published: PublishedSet) -> Iterable[str]:
        """A CAR file takes everything."""
        return ()

    def files(self, published: PublishedSet) -> Iterable[tuple[str, Content]]:
        """One file, named by its root."""

        def write(path: Path) -> None:
            write_entry_car(path, published.tree, published.root_cid, published.profile)

        yield f"{published.root_cid}.car", write


FOLDER, ERC1155, PLACEHOLDER, CAR = Folder(), Erc1155(), Placeholder(), CarFile()
