"""What is published of a token and of its contract: one typed model, from which each standard's JSON is written.

Sources: ERC-721 and ERC-1155 (metadata extension), ERC-7572 (contract), and OpenSea's metadata standard for the fields
that marketplaces read beyond them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collection.errors import PublishError
from collection.publish.traits import Trait


@dataclass(frozen=True, slots=True)
class TokenMetadata:
    """The metadata of one token."""

    token_id: int
    name: str
    image: str
    """A URI."""
    description: str = ""
    traits: tuple[Trait, ...] = ()
    animation_url: str = ""
    external_url: str = ""
    background_color: str = ""
    """Six hex digits."""
    properties: Mapping[str, Any] = field(default_factory=dict)
    """What a proof needs, in JSON values; marketplaces show none of it."""

    def as_json(self) -> dict[str, Any]:
        """The JSON of ERC-721 and ERC-1155, with the fields that marketplaces read; what is empty is left out."""
        beyond = {
            "animation_url": self.animation_url, "external_url": self.external_url,
            "background_color": self.background_color, "properties": dict(self.properties),
        }  # fmt: skip
        return {
            "name": self.name,
            "description": self.description,
            "image": self.image,
            "attributes": [trait.as_attribute() for trait in self.traits],
            **{name: value for name, value in beyond.items() if value},
        }

    @classmethod
    def from_json(cls, token_id: int, value: Any) -> TokenMetadata:
        """Read `as_json` back; raises PublishError for what is no metadata of a token."""
        try:
            told = {name: value.get(name, "") for name in ("description", "animation_url", "external_url")}
            return cls(
                token_id,
                value["name"],
                value["image"],
                traits=tuple(Trait.from_attribute(each) for each in value.get("attributes", [])),
                background_color=value.get("background_color", ""),
                properties=value.get("properties", {}),
                **told,
            )
        except (AttributeError, KeyError, TypeError) as error:
            raise PublishError(f"token {token_id}: its metadata cannot be read: {error!r}") from error


@dataclass(frozen=True, slots=True)
class ContractMetadata:
    """The metadata of the contract: what a marketplace shows of the collection."""

    name: str
    symbol: str
    description: str
    image: str
    """A URI."""
    banner_image: str = ""
    featured_image: str = ""
    external_link: str = ""
    collaborators: tuple[str, ...] = ()
    """Addresses. Marketplaces take them for editors of the collection's page."""

    def as_json(self) -> dict[str, Any]:
        """The JSON of ERC-7572; of the fields beyond image, what is empty is left out."""
        beyond = {
            "banner_image": self.banner_image, "featured_image": self.featured_image,
            "external_link": self.external_link, "collaborators": list(self.collaborators),
        }  # fmt: skip
        told = {"name": self.name, "symbol": self.symbol, "description": self.description, "image": self.image}
        return {**told, **{name: value for name, value in beyond.items() if value}}

    @classmethod
    def from_json(cls, value: Any) -> ContractMetadata:
        """Read `as_json` back; raises PublishError for what is no metadata of a contract."""
        try:
            told = {name: value.get(name, "") for name in ("banner_image", "featured_image", "external_link")}
            needed = {name: value[name] for name in ("name", "symbol", "description", "image")}
            return cls(**needed, **told, collaborators=tuple(value.get("collaborators", ())))
        except (AttributeError, KeyError, TypeError) as error:
            raise PublishError(f"the metadata of the contract cannot be read: {error!r}") from error
