"""The seam of exporters: what one gets, what it gives, and the registry.

A package adds one by an entry point of the group `collection.exporters`: a name, and an object with `purpose`,
`problems` and `files`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from collection.plugins import Registry
from collection.publish.model import ContractMetadata, TokenMetadata
from collection.publish.traits import Trait
from collection.unixfs import Entry, Profile

Content = bytes | Path | Callable[[Path], object]
"""A file to be written: its bytes, a file to copy, or a function that writes it at the path that it is given."""


@dataclass(frozen=True, slots=True)
class PublishedToken:
    """A token of the frozen set."""

    metadata: TokenMetadata
    """As it is published."""
    json: bytes
    """The published file of it."""
    image: Path
    """The published picture, a PNG file."""

    @property
    def token_id(self) -> int:
        """Its number, from 1."""
        return self.metadata.token_id


@dataclass(frozen=True, slots=True)
class PublishedSet:
    """The frozen set."""

    contract: ContractMetadata
    contract_json: bytes
    """The published file of it."""
    tokens: Sequence[PublishedToken]
    """By id, 1 to n."""
    root_cid: str
    tree: Mapping[str, Entry]
    """All that is published below `root_cid`."""
    profile: Profile
    """The rules by which its CIDs were made."""

    @property
    def trait_names(self) -> list[str]:
        """The names of all traits, in the order in which tokens tell them."""
        return list(dict.fromkeys(trait.name for token in self.tokens for trait in token.metadata.traits))


@runtime_checkable
class Exporter(Protocol):
    """Writes a frozen set as one target takes it."""

    @property
    def purpose(self) -> str:
        """What it is for, in one line."""
        ...

    def problems(self, published: PublishedSet) -> Iterable[str]:
        """What the target would not take, each with its token and field; nothing if it takes all."""
        ...

    def files(self, published: PublishedSet) -> Iterable[tuple[str, Content]]:
        """The files by their names, which may hold folders: ("images/1.png", ...)."""
        ...


def shows_nothing(exporter: Exporter) -> bool:
    """Whether what an exporter writes tells nothing of a token, so that it may be had before a reveal.

    An exporter says so by an attribute `shows_nothing`; without one it shows the tokens.
    """
    return bool(getattr(exporter, "shows_nothing", False))


def _accept(name: str, found: Any) -> Exporter:
    if not isinstance(found, Exporter):
        raise TypeError(f"an object with purpose, problems and files was expected, not {type(found).__name__}")
    return found


EXPORTERS: Registry[Exporter] = Registry(
    "collection.exporters",
    "export target",
    {
        "folder": "collection.exporters.folders:FOLDER",
        "erc1155": "collection.exporters.folders:ERC1155",
        "placeholder": "collection.exporters.folders:PLACEHOLDER",
        "car": "collection.exporters.folders:CAR",
        "opensea": "collection.exporters.opensea:OPENSEA",
        "metaplex": "collection.exporters.metaplex:METAPLEX",
        "thirdweb": "collection.exporters.thirdweb:THIRDWEB",
        "hashlips": "collection.exporters.hashlips:HASHLIPS",
        "site": "collection.exporters.site.exporter:SITE",
    },
    _accept,
)


def too_long(published: PublishedSet, limits: Mapping[str, int], target: str) -> Iterable[str]:
    """A line for each text of a token that has more characters than `limits` says of its field."""
    for token in published.tokens:
        for name, most in limits.items():
            length = len(getattr(token.metadata, name))
            if length > most:
                yield f"token {token.token_id}: {name} has {length:,} characters; {target} takes at most {most:,}"


def as_text(trait: Trait) -> dict[str, str]:
    """A trait for targets that know text only."""
    return {"trait_type": trait.name, "value": trait.text}
