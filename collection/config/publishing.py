"""The tables of collection.toml that say how the set is published: artists, royalties, storage, chain."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SerializerFunctionWrapHandler, model_serializer

from collection.config.accounts import Account, wrong_address
from collection.config.types import Name, Table, seen

PLACE = re.compile(r"\{(id|title)\}")
"""A place of a template that is filled in for each token."""


def _template(value: str) -> str:
    """Refuse a place that nothing fills in, which would be published as it stands."""
    unknown = re.findall(r"\{[^{}]*\}", PLACE.sub("", value))
    if unknown:
        raise ValueError(f"nothing fills in {unknown[0]}: write {{id}} or {{title}}")
    return value


Template = Annotated[str, AfterValidator(_template)]
"""A text in which {id} and {title} stand for those of a token."""
Uri = Annotated[str, Field(pattern=r"^(ipfs|https|ar)://[^\s\x00-\x1f]+$"), AfterValidator(_template)]
"""Where something lies that marketplaces fetch: ipfs://CID/name, https://... or ar://..."""


class Artist(Table):
    """Somebody who made this, and who is paid for it."""

    name: Name
    address: Account | None = None
    """0x and 40 digits, or a name of ENS: alice.eth."""
    share: float = Field(default=100, ge=0, le=100)
    """Percent of what styles and generator leave, which is all where they name no artist; 0: nothing of that."""
    series: tuple[Name, ...] = ()
    """The series that are this artist's, for the shares of [select]; imported images say it by their trait "artist"."""

    @model_serializer(mode="wrap")
    def _said(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without series where none are named: what was published before artists had any stays as it is."""
        said: dict[str, Any] = serialize(self)
        return said if self.series else {name: value for name, value in said.items() if name != "series"}


def _hundredths(percent: float) -> float:
    """Refuse what a contract cannot pay: it counts in hundredths of a percent."""
    if abs(percent * 100 - round(percent * 100)) > 1e-6:
        raise ValueError(f"contracts count hundredths of a percent: write {percent:.2f}, or another with two digits")
    return percent


def _signed_by_an_address(key: str) -> str:
    """Refuse an external signer whose account is mistyped."""
    kind, _, place = key.partition(":")
    if kind == "signer" and (wrong := wrong_address(place.partition("@")[0])):
        raise ValueError(wrong)
    return key


KeyPlace = Annotated[
    str,
    Field(pattern=r"^(env:[A-Za-z_][A-Za-z0-9_]*|keystore:.+|signer:.+@.+)$"),
    AfterValidator(_signed_by_an_address),
]
"""Where a private key is."""


class Royalties(Table):
    """What a resale pays (ERC-2981)."""

    percent: Annotated[float, AfterValidator(_hundredths)] = Field(default=5, ge=0, le=50)
    receiver: Account | None = None
    """Absent: the artist with an address; of several, a splitter that owes each their share; of none, who deploys."""


class TraitType(Table):
    """What the values of a trait are; a trait of which nothing is said is text."""

    type: Literal["text", "level", "number", "boost_number", "boost_percentage", "date"] = "number"
    """level: a number with a bar; number: one without; boost_...: what it adds; date: 2026-11-27, or Unix seconds."""
    max: int | float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """The ceiling that marketplaces show; absent: the greatest value of the set."""


class Publish(Table):
    """How the set appears in the world."""

    license: Annotated[str, AfterValidator(seen)] | None = None
    """The rights a holder gets, as an SPDX identifier where there is one: CC-BY-4.0, CC0-1.0."""
    external_url: Annotated[str, Field(pattern=r"^https?://"), AfterValidator(_template)] | None = None
    """Where a token's page leads; {id} stands for its number."""
    storage: tuple[str, ...] = Field(default=("car",), min_length=1)
    """car (always written), "kubo:MULTIADDRESS" for an IPFS node, "pinata:env:NAME", "filebase:env:NAME@BUCKET",
    "pinning:env:NAME@URL" for a service with the pinning API, and "NAME:..." for one that a package adds."""
    cid_profile: Literal["unixfs-v1-2025", "unixfs-v0-2015", "kubo-cid-v1"] = "unixfs-v1-2025"
    """How CIDs are made: by IPIP-0499 of 2025, as `ipfs add` does by itself, or as `ipfs add --cid-version=1` does."""
    traits: dict[Name, TraitType] = {}
    """Traits that are numbers or dates, by name in whatever case."""
    disclose: Literal["models", "all", "none"] = "models"
    """Which pictures are marked with what made them: those of trained models, or the painter's too."""
    disclose_prompt: bool = False
    """Whether the mark tells the prompt and the artists as its writers."""
    certificate: str | None = Field(default=None, min_length=1)
    """PEM file of the certificate that signs marked pictures, its key beside it as .key; absent: the project's own."""
    timestamps: str | None = Field(default=None, pattern=r"^https?://\S+$")
    """URL of an authority that dates each signature (RFC 3161); absent: none is asked."""
    watermark: str = "dwt-dct-svd"
    """The invisible watermark of marked pictures: dwt-dct-svd, none, or one that a package adds."""
    watermark_key: str | None = Field(default=None, pattern=r"^env:[A-Za-z_][A-Za-z0-9_]*$")
    """env:NAME of the words without which nobody reads the watermark; absent: everybody can."""
    duties_met: tuple[Literal["revenue"], ...] = ()
    """Duties of a model's license that only you can know to be met: revenue, that its limit is kept."""
    targets: tuple[str, ...] = ()
    """Targets of `collection export-set` that the set is meant for: `freeze` refuses what they would not take."""
    texts: str | None = Field(default=None, min_length=1)
    """CSV or JSON file with names and descriptions of single images: image, name, description."""
    files: str | None = Field(default=None, min_length=1)
    """Folder with further files of single images, by number: 0007.mp4 is played (animation_url), 0007.txt its words."""
    thumbnail: int | None = Field(default=None, ge=32, le=1024)
    """Pixels of the longer side of a small copy that is published beside each image; absent: none is."""
    name: Template = "{title} #{id}"
    """The name of each token."""
    animation_url: Uri | None = None
    """What a token plays or shows beside its image, with {id}: ipfs://CID/{id}.mp4"""
    background_color: str | None = Field(default=None, pattern=r"^[0-9a-fA-F]{6}$")
    """Behind the image, as six hex digits without #."""
    banner_image: Uri | None = None
    """The banner of the collection's page."""
    featured_image: Uri | None = None
    """The square picture of the collection's page."""
    collaborators: tuple[Account, ...] = ()
    """Accounts that may edit the collection's page: marketplaces take them for editors, so name none but those."""


Place = Literal["anywhere", "first", "last", "spread"]
"""Where some tokens go among the others."""


class Freeze(Table):
    """Which image becomes which token."""

    order: Literal["shuffle", "rank", "number"] = "shuffle"
    """shuffle: by a seed, so that numbers tell nothing; rank: the best first; number: as the images are numbered."""
    seed: int | str | None = None
    """Of the shuffle; absent: that of the collection."""
    one_of_ones: Place = "anywhere"
    """Where one-of-ones go: anywhere (as the order has them), first, last, or spread evenly."""
    locked: Place = "anywhere"
    """Where images go that a curator locked."""


class Chain(Table):
    """Where the tokens live."""

    network: str = "embedded"
    """embedded, anvil, ganache, a test network such as sepolia, or a main network's full name."""
    rpc: str | None = None
    """URL of a node, or env:NAME of the variable that holds it; absent: the network's usual local address."""
    ens_rpc: str | None = None
    """URL of a node that is asked for names of ENS where `network` has none, or env:NAME: of sepolia for another test
    network, of ethereum-mainnet for any other."""
    key: KeyPlace | None = None
    """Where the key is: env:NAME, keystore:FILE or signer:ADDRESS@URL; absent: the account of a local network."""
    recipient: Account | None = None
    """Who gets the tokens; absent: the account that deploys."""
    confirmations: int = Field(default=1, ge=1, le=256)
    """Blocks that must hold a transaction, its own and those after it, before it counts as done; on a local network
    always 1."""
    freeze_metadata: bool = False
    """Whether `run` freezes the metadata on the chain for ever once all tokens are minted."""
    burnable: bool = False
    """Whether holders may burn their tokens for ever: a contract of its own, dearer to deploy and to move tokens in."""
    transfer_validator: Account | None = None
    """A contract that is asked before each transfer, and may refuse it (ICreatorToken); absent: none is."""


class Verify(Table):
    """How much is looked at again."""

    rerender: int = Field(default=4, ge=0)
    """Tokens whose recipe is rendered again and compared, spread over the set."""
